package cli_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"taizhang/tools/internal/cli"
)

var update = flag.Bool("update", false, "write the expected reports of testdata/sheets anew")

// TestSheetsThatUnitsReallyHave imports each sheet of testdata/sheets, as
// bureaus make them, with the shipped command. A sheet is drawn as text, cells
// parted by "|":
//
//	<  merged with the cell to the left     ^  merged with the cell above
//	128.5  a number     '128.5  a text     day:46082  a number shown as a day
//	f[0.0"万元"]:5  a number in a format    =B2*2->9  a formula and its result
//	~甲~  struck through     #REF!  an error (as text)     \n  a line break in the cell
//	$C $B $O $S  a content, basis, outcome and schedule that fit the form
//
// A row that begins with "hidden|" is hidden; "@hide B" hides a column,
// "@filter A1:C9" puts a filter over the cells, "@protect" a password on the
// sheet. A part "csv gb18030" is such a file in place of a workbook.
func TestSheetsThatUnitsReallyHave(t *testing.T) {
	files, err := filepath.Glob("testdata/sheets/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d sheets, %v", len(files), err)
	}
	root := t.TempDir()
	for _, from := range []string{"schemas/examples/content", "schemas/examples/data", "schemas"} {
		to := filepath.Join(root, strings.TrimPrefix(from, "schemas/examples/"))
		if err := os.CopyFS(to, os.DirFS(filepath.Join(repoRoot, from))); err != nil {
			t.Fatal(err)
		}
	}
	if err := ruleOnReadings(root); err != nil {
		t.Fatal(err)
	}
	before := listing(t, root)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f := excelize.NewFile()
			args, want := []string{}, ""
			n := 0
			var table []byte
			for _, part := range ar.Files {
				switch kind, title, _ := strings.Cut(part.Name, " "); kind {
				case "args":
					args = strings.Fields(string(part.Data))
				case "want":
					want = string(part.Data)
				case "sheet", "hiddensheet":
					if n++; n == 1 {
						err = f.SetSheetName("Sheet1", title)
					} else {
						_, err = f.NewSheet(title)
					}
					if err != nil {
						t.Fatal(err)
					}
					draw(t, f, title, string(part.Data))
					if kind == "hiddensheet" {
						_ = f.SetSheetVisible(title, false)
					}
				case "csv":
					if table, err = simplifiedchinese.GB18030.NewEncoder().Bytes(part.Data); err != nil {
						t.Fatal(err)
					}
				default:
					t.Fatalf("part %s", part.Name)
				}
			}
			book := filepath.Join(t.TempDir(), name+".xlsx")
			if err = f.SaveAs(book); table != nil {
				book = strings.TrimSuffix(book, ".xlsx") + ".csv"
				err = os.WriteFile(book, table, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			io := &cli.IO{In: strings.NewReader(""), Out: &out, Err: &errs, Env: func(string) string { return "" }, Dir: root}
			code := cli.Main(append([]string{"--lang", "zh", "import", book, "--dry-run", "--today", "2026-08-30"}, args...), io)
			got := strings.ReplaceAll(out.String()+errs.String(), filepath.Dir(book)+string(filepath.Separator), "") + fmt.Sprintf("exit %d\n", code)
			if strings.Contains(got, "1380000") || strings.Contains(got, "张三") {
				t.Errorf("the report shows a person:\n%s", got)
			}
			if *update {
				ar.Files[len(ar.Files)-1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	if listing(t, root) != before {
		t.Error("a dry run wrote into the registry")
	}
}

// listing lists the files of a folder.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(p string, _ os.DirEntry, err error) error {
		b.WriteString(p + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// draw fills a sheet from its drawing.
func draw(t *testing.T, f *excelize.File, sheet, text string) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	style := func(at string, s *excelize.Style) {
		id, err := f.NewStyle(s)
		check(err)
		check(f.SetCellStyle(sheet, at, at, id))
	}
	fixed := strings.NewReplacer(`\n`, "\n",
		"$C", "为区属单位建设业务受理、数据归集和统计分析三个模块，与区大数据平台对接，实现材料一次提交、进度全程可查。",
		"$B", "应用需求：现有系统使用年限长，数据不通，群众反映办理不便", "$O", "办理时间由七天缩短到一天，数据全区共用。", "$S", "2027-03-31 完成采购；2027-06-30 完成建设")
	right, down := map[string][2]int{}, map[string][2]int{}
	var rows [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if col, ok := strings.CutPrefix(line, "@hide "); ok {
			check(f.SetColVisible(sheet, col, false))
			continue
		}
		if area, ok := strings.CutPrefix(line, "@filter "); ok {
			check(f.AutoFilter(sheet, area, nil))
			continue
		}
		if line == "@protect" {
			check(f.ProtectSheet(sheet, &excelize.SheetProtectionOptions{Password: "示例", SelectLockedCells: true}))
			continue
		}
		rows = append(rows, strings.Split(line, "|"))
	}
	for r, cells := range rows {
		if cells[0] == "hidden" {
			check(f.SetRowVisible(sheet, r+1, false))
			cells = cells[1:]
			rows[r] = cells
		}
		for c, s := range cells {
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			check(err)
			s = fixed.Replace(strings.TrimSpace(s))
			switch {
			case s == "":
			case s == "<" || s == "^":
				from := [2]int{r, c}
				for (rows[from[0]][from[1]] == "<" || strings.TrimSpace(rows[from[0]][from[1]]) == "<") && from[1] > 0 {
					from[1]--
				}
				for strings.TrimSpace(rows[from[0]][from[1]]) == "^" && from[0] > 0 {
					from[0]--
				}
				key := fmt.Sprint(from)
				right[key] = from
				down[key] = [2]int{max(down[key][0], r), max(down[key][1], c)}
			case strings.HasPrefix(s, "'"):
				check(f.SetCellStr(sheet, at, s[1:]))
			case strings.HasPrefix(s, "day:"):
				n, err := strconv.ParseFloat(s[4:], 64)
				check(err)
				check(f.SetCellValue(sheet, at, n))
				style(at, &excelize.Style{NumFmt: 14})
			case strings.HasPrefix(s, "f["):
				format, number, _ := strings.Cut(s[2:], "]:")
				n, err := strconv.ParseFloat(number, 64)
				check(err)
				check(f.SetCellValue(sheet, at, n))
				style(at, &excelize.Style{CustomNumFmt: &format})
			case strings.HasPrefix(s, "~"):
				check(f.SetCellStr(sheet, at, strings.Trim(s, "~")))
				style(at, &excelize.Style{Font: &excelize.Font{Strike: true}})
			case strings.HasPrefix(s, "="):
				formula, result, _ := strings.Cut(s[1:], "->")
				if n, err := strconv.ParseFloat(result, 64); err == nil {
					check(f.SetCellValue(sheet, at, n))
				}
				check(f.SetCellFormula(sheet, at, formula))
			default:
				if n, err := strconv.ParseFloat(s, 64); err == nil {
					check(f.SetCellValue(sheet, at, n))
				} else {
					check(f.SetCellStr(sheet, at, s))
				}
			}
		}
	}
	for key, from := range right {
		a, _ := excelize.CoordinatesToCellName(from[1]+1, from[0]+1)
		b, _ := excelize.CoordinatesToCellName(down[key][1]+1, down[key][0]+1)
		check(f.MergeCell(sheet, a, b))
	}
}
