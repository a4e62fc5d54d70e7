package publish

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/xuri/excelize/v2"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/transition"
)

// file returns a file that is served as it is.
func (b built) file(t *testing.T, name string) string {
	t.Helper()
	data, ok := b.files["static/"+name]
	if !ok {
		t.Fatalf("%s is not written", name)
	}
	if !slices.Contains(b.manifest.Expected, name) {
		t.Errorf("%s is not in the manifest", name)
	}
	return data
}

// valid judges JSON by a schema.
func valid(t *testing.T, s *jsonschema.Schema, name, data string) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s: %#v", name, err)
	}
}

func compile(t *testing.T, draft *jsonschema.Draft, main string, docs map[string]string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.Draft, c.AssertFormat = draft, true
	c.LoadURL = func(u string) (io.ReadCloser, error) { return nil, fmt.Errorf("%s is not at hand", u) }
	for url, doc := range docs {
		if err := c.AddResource(url, strings.NewReader(doc)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(main)
	if err != nil {
		t.Fatalf("%#v", err)
	}
	return s
}

func TestDataFilesFollowTheirSchemas(t *testing.T) {
	files := registrytest.Live(t)
	if sample(files) {
		decided(files, "2024-jyj-01", 1, seal.Decision{On: "2026-03-01T17:30:00Z", Outcome: decision.Approved, Transition: seal.Transition{Steps: []string{"T11 2026-02-27"}},
			Seats: []seal.Seat{{Role: "BDB", Department: "dsjj", Person: "dsjj-01"}}})
		decided(files, "plans", 1, seal.Decision{On: "2026-03-01T17:30:00Z", Outcome: decision.Approved, Transition: seal.Transition{Files: []transition.File{{Path: "content/plans/2026.md"}}},
			Seats: []seal.Seat{{Role: "BDB", Department: "dsjj", Person: "dsjj-01"}}})
	}
	b := project(t, files, Meta{Date: "2026-11-22", Commit: strings.Repeat("a", 40), BaseURL: "https://example.org/tz/"}, 2)
	schemaOf := func(name string) *jsonschema.Schema {
		url := "https://example.org/tz/data/v1/schema/" + name + ".schema.json"
		return compile(t, jsonschema.Draft2020, url, map[string]string{url: b.file(t, "data/v1/schema/"+name+".schema.json")})
	}
	project := schemaOf("project")
	n := 0
	for name, data := range b.files {
		if strings.HasPrefix(name, "static/data/v1/projects/") {
			n++
			valid(t, project, name, data)
		}
	}
	if n != b.manifest.Projects || n < 40 && sample(files) {
		t.Errorf("%d documents of %d projects", n, b.manifest.Projects)
	}
	for _, table := range opendata.TableNames() {
		data := b.file(t, "data/v1/"+table+".json")
		valid(t, schemaOf(table), table, data)
		var rows struct {
			Rows  []map[string]any
			Count int
		}
		if err := json.Unmarshal([]byte(data), &rows); err != nil || len(rows.Rows) != rows.Count || rows.Count == 0 && sample(files) {
			t.Errorf("%s: %d rows, count %d, %v", table, len(rows.Rows), rows.Count, err)
		}
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.file(t, "data/v1/"+table+".csv"), "\ufeff"))).ReadAll()
		if err != nil || len(lines) != rows.Count+1 {
			t.Errorf("%s: %d lines of CSV, %v", table, len(lines), err)
			continue
		}
		for i, row := range rows.Rows {
			for j, key := range lines[0] {
				// A mark that would begin a formula is defused.
				if v, ok := row[key].(string); ok && strings.ReplaceAll(v, "\r\n", "\n") != strings.TrimPrefix(lines[i+1][j], "'") {
					t.Errorf("%s row %d: %s is %q in JSON and %q in CSV", table, i, key, v, lines[i+1][j])
				}
			}
		}
	}
	var bulk struct {
		Projects []json.RawMessage
		Plans    []any
		Units    []any
	}
	if err := json.Unmarshal([]byte(b.file(t, "data/v1/bulk.json")), &bulk); err != nil || len(bulk.Projects) != n || len(bulk.Plans) == 0 && sample(files) || len(bulk.Units) == 0 {
		t.Errorf("bulk: %d projects, %d plans, %d units, %v", len(bulk.Projects), len(bulk.Plans), len(bulk.Units), err)
	}
}

func TestOC4IDSPackageIsValid(t *testing.T) {
	docs := map[string]string{}
	const base = "https://standard.open-contracting.org/infrastructure/schema/0__9__5/"
	for _, name := range []string{"project-schema.json", "project-package-schema.json"} {
		data, err := os.ReadFile(filepath.Join("..", "opendata", "testdata", "oc4ids", name))
		if err != nil {
			t.Fatal(err)
		}
		docs[base+name] = string(data)
	}
	standard := compile(t, jsonschema.Draft4, base+"project-package-schema.json", docs)
	for name, meta := range map[string]Meta{"plain": {}, "with an address": {Date: "2026-11-22", BaseURL: "https://example.org/"}} {
		b := project(t, registrytest.Live(t), meta, 2)
		if b.manifest.Projects == 0 {
			t.Skip("the standard knows no package without projects")
		}
		data := b.file(t, "data/v1/oc4ids.json")
		valid(t, standard, name, data)
		var p struct{ Projects []map[string]any }
		if err := json.Unmarshal([]byte(data), &p); err != nil {
			t.Fatal(err)
		}
		ids := map[any]bool{}
		for _, x := range p.Projects {
			if ids[x["id"]] || x["status"] == nil || x["parties"] == nil {
				t.Errorf("project %v: status %v", x["id"], x["status"])
			}
			ids[x["id"]] = true
			known := map[any]bool{}
			parties, _ := x["parties"].([]any)
			for _, party := range parties {
				known[party.(map[string]any)["id"]] = true
			}
			references(x, func(id any) {
				if !known[id] {
					t.Errorf("project %v refers to the organisation %v, which is not among its parties", x["id"], id)
				}
			})
		}
		if len(ids) != b.manifest.Projects {
			t.Errorf("%d of %d projects", len(ids), b.manifest.Projects)
		}
	}
	// A schema that takes everything would prove nothing.
	if err := standard.Validate(map[string]any{"version": "0.9"}); err == nil {
		t.Error("a package without projects passes")
	}
}

// references calls fn for the id of every organisation that a project refers to.
func references(v any, fn func(id any)) {
	switch v := v.(type) {
	case []any:
		for _, it := range v {
			references(it, fn)
		}
	case map[string]any:
		for key, it := range v {
			org, ok := it.(map[string]any)
			if ok && slices.Contains([]string{"publicAuthority", "payer", "payee", "procuringEntity", "sourceParty"}, key) {
				fn(org["id"])
			}
			if key == "suppliers" {
				for _, s := range it.([]any) {
					fn(s.(map[string]any)["id"])
				}
			}
			references(it, fn)
		}
	}
}

func TestWorkbookHasTypedCells(t *testing.T) {
	files := registrytest.Live(t)
	registrytest.NeedSample(t)
	b := project(t, files, Meta{Date: "2026-11-22"}, 2)
	f, err := excelize.OpenReader(strings.NewReader(b.file(t, "data/v1/tables.xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := len(f.GetSheetList()); got != len(opendata.TableNames())+1 {
		t.Errorf("%d sheets", got)
	}
	rows, err := f.GetRows("合同")
	if err != nil || len(rows) < 10 {
		t.Fatal(len(rows), err)
	}
	at := func(label string) string {
		for i, h := range rows[0] {
			if h == label {
				cell, _ := excelize.CoordinatesToCellName(i+1, 2)
				return cell
			}
		}
		t.Fatalf("no column %s in %v", label, rows[0])
		return ""
	}
	for label, want := range map[string]struct {
		kind   excelize.CellType
		format string
	}{
		"项目编号": {excelize.CellTypeInlineString, "@"},
		"乙方单位：统一社会信用代码": {excelize.CellTypeInlineString, "@"},
		"合同金额（万元）":      {excelize.CellTypeUnset, "#,##0.00####"},
		"签订日期":          {excelize.CellTypeUnset, "yyyy-mm-dd"},
	} {
		kind, err := f.GetCellType("合同", at(label))
		if err != nil || kind != want.kind {
			t.Errorf("%s is of type %v, %v", label, kind, err)
		}
		id, _ := f.GetCellStyle("合同", at(label))
		s, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		format := map[int]string{49: "@"}[s.NumFmt]
		if s.CustomNumFmt != nil {
			format = *s.CustomNumFmt
		}
		if format != want.format {
			t.Errorf("%s has the format %q, want %q", label, format, want.format)
		}
	}
	signed, _ := f.GetCellValue("合同", at("签订日期"))
	if !regexp.MustCompile(`^20\d\d-\d\d-\d\d$`).MatchString(signed) {
		t.Errorf("a date reads %q", signed)
	}
	if code, _ := f.GetCellValue("项目", "F2"); !regexp.MustCompile(`^S\d+$`).MatchString(code) {
		t.Errorf("the code of a state reads %q", code)
	}
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet, excelize.Options{})
		if err != nil || len(rows) == 0 {
			t.Fatal(sheet, err)
		}
		for _, label := range rows[0] {
			if n := len(slices.DeleteFunc(slices.Clone(rows[0]), func(l string) bool { return l != label })); n != 1 {
				t.Errorf("sheet %s has %d columns called %s", sheet, n, label)
			}
		}
	}
	tables, err := f.GetTables("合同")
	if err != nil || len(tables) != 1 {
		t.Errorf("filters: %v, %v", tables, err)
	}
	panes, err := f.GetPanes("合同")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes: %+v, %v", panes, err)
	}
}

// TestNothingHiddenIsInTheData puts a unique value into every internal and every
// unreviewed field and looks for it in all data files, inside the workbook too.
func TestNothingHiddenIsInTheData(t *testing.T) {
	files := registrytest.Sample(t)
	// The dictionary gives the example's own id as an example of one.
	for name, data := range files {
		if rest, ok := strings.CutPrefix(name, "content/projects/2027/jyj/01/"); ok {
			delete(files, name)
			files["content/projects/2027/jyj/77/"+rest] = data
		}
	}
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	c := &canaries{values: map[schema.Visibility][]string{}}
	for _, f := range j.Registry.Folders() {
		for _, rec := range j.Registry.Project(f).Records {
			if rec.Form.Name == "index" {
				rec.Root.Keys = slices.DeleteFunc(rec.Root.Keys, func(k record.Key) bool { return k.Name == "disclosureReview" })
			}
			c.fill(rec.Form.Root, rec.Root)
			files[rec.Path] = write(t, rec.Record)
		}
	}
	// An issued plan lists a project that is not public, and gives a total.
	const plan = "content/plans/2026.md"
	files.Replace(plan, "items:\n", "items:\n  - {project: "+draftID+", priority: 9, class: 一般, total: 7654.32, annual: 7654.32, period: {start: 2027-01-01, end: 2027-12-31}, funding: 区级财政投资}\n")
	files.Replace(plan, "\ntotal: "+line(files[plan], "total"), "\ntotal: 8765.43")
	files.Replace(cgj+"index.md", "\nstate: ", "\nsuccessor: "+draftID+"\nstate: ")
	b := project(t, files, Meta{BaseURL: "https://example.org/"}, 2)
	secrets := append(slices.Concat(c.values[schema.Internal], c.values[schema.Review]), draftID, "7654.32", "76543200", "8765.43")
	looked := 0
	for name, data := range b.files {
		if !strings.HasPrefix(name, "static/") {
			continue
		}
		looked++
		if path.Ext(name) == ".xlsx" {
			z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range z.File {
				r, err := e.Open()
				if err != nil {
					t.Fatal(err)
				}
				part, err := io.ReadAll(r)
				if err != nil {
					t.Fatal(err)
				}
				data += string(part)
			}
			if !strings.Contains(data, keyProject) {
				t.Error("the workbook does not hold the public project: the test tries nothing")
			}
		}
		for _, s := range secrets {
			if strings.Contains(data, s) {
				t.Errorf("%s holds the hidden value %s", name, s)
			}
		}
	}
	if looked < 60 || len(secrets) < 30 {
		t.Errorf("only %d files and %d values", looked, len(secrets))
	}
	if doc := b.file(t, opendata.ProjectFile(keyProject)); !strings.Contains(doc, `"undisclosed":["declaration.unitHead"`) {
		t.Error("what awaits the review is not named")
	}
}

// TestExportWritesWhatTheSiteHolds compares the files of an export with those
// of the site.
func TestExportWritesWhatTheSiteHolds(t *testing.T) {
	files, meta := registrytest.Sample(t), Meta{Date: "2026-11-22", BaseURL: "https://example.org/"}
	whole := project(t, files, meta, 2)
	export := func(formats []opendata.Format, ids []string) (sinkMap, error) {
		dir := filepath.Join(t.TempDir(), "projection")
		b, err := New(dir, meta)
		if err != nil {
			t.Fatal(err)
		}
		res, err := check.All(files, check.Options{Workers: 1, Visit: func(v *check.Verdict) {
			if err := b.Add(v); err != nil {
				t.Error(err)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		out := sinkMap{}
		_, err = b.Export(res.Judge, out, formats, ids)
		return out, err
	}
	out, err := export(opendata.Formats(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 60 {
		t.Errorf("%d files", len(out))
	}
	for name, data := range out {
		if whole.files["static/"+name] != data.String() {
			t.Errorf("%s differs from the site's", name)
		}
	}
	one, err := export([]opendata.Format{opendata.JSON}, []string{keyProject})
	if err != nil {
		t.Fatal(err)
	}
	if s := one["data/v1/bulk.json"].String(); !strings.Contains(s, keyProject) || strings.Contains(s, "2026-dsjj-01") {
		t.Error("an export of one project holds others or none")
	}
	for _, id := range []string{"2027-jyj-01", "2099-xxx-01"} {
		if out, err := export([]opendata.Format{opendata.JSON}, []string{id}); err != NotPublic(id) || len(out) > 0 {
			t.Errorf("%s: %v, %d files", id, err, len(out))
		}
	}
}

type sinkMap map[string]*bytes.Buffer

func (m sinkMap) Create(name string) (io.WriteCloser, error) {
	m[name] = &bytes.Buffer{}
	return closer{m[name]}, nil
}

type closer struct{ io.Writer }

func (closer) Close() error { return nil }

func digest(data string) string {
	h := sha256.Sum256([]byte(data))
	return hex.EncodeToString(h[:])
}

func TestTitleThatLooksLikeAFormulaStaysText(t *testing.T) {
	const formula = `=HYPERLINK("https://example.com","x")`
	files := registrytest.Sample(t)
	quoted, _ := json.Marshal(formula)
	files.Replace(cgj+"index.md", "title: "+line(files[cgj+"index.md"], "title"), "title: "+string(quoted))
	b := project(t, files, Meta{}, 2)
	f, err := excelize.OpenReader(strings.NewReader(b.file(t, "data/v1/tables.xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("项目")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for i, row := range rows {
		if row[1] != formula {
			continue
		}
		found = true
		cell := fmt.Sprintf("B%d", i+1)
		if got, err := f.GetCellFormula("项目", cell); err != nil || got != "" {
			t.Errorf("the workbook holds the formula %q, %v", got, err)
		}
	}
	if !found {
		t.Error("the title is not in the workbook")
	}
	lines, err := csv.NewReader(strings.NewReader(b.file(t, "data/v1/projects.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(lines, func(l []string) bool { return l[1] == "'"+formula }) {
		t.Error("the title is not defused in CSV")
	}
}
