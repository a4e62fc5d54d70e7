package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/worksheet"
)

// importReport is the JSON output of an import. Version changes when the
// meaning of a key does.
type importReport struct {
	Version int           `json:"version"`
	File    string        `json:"file"`
	DryRun  bool          `json:"dryRun"`
	Written int           `json:"written"` // projects
	Counts  importCounts  `json:"counts"`
	Sheets  []importSheet `json:"sheets"`
	Errors  []importNote  `json:"errors"` // that belong to no row
}

type importCounts struct {
	Made    int `json:"made"`
	Exists  int `json:"exists"`
	Refused int `json:"refused"`
	Doubts  int `json:"doubts"`
}

type importSheet struct {
	Sheet   string         `json:"sheet"`
	Header  string         `json:"header,omitempty"` // its rows
	Single  bool           `json:"single,omitempty"` // a form of one project
	Columns []importColumn `json:"columns"`
	Notes   []importNote   `json:"notes"`
	Rows    []importRow    `json:"rows"`
}

type importColumn struct {
	Cell  string `json:"cell"`
	Label string `json:"label"`
	Field string `json:"field"` // "" when it is not read
}

type importRow struct {
	Row     int          `json:"row"`
	Last    int          `json:"last,omitempty"` // of a project with several rows
	Title   string       `json:"title"`
	Outcome outcome      `json:"outcome"`
	Project string       `json:"project,omitempty"`
	Files   []string     `json:"files,omitempty"`
	Notes   []importNote `json:"notes"`
}

type importNote struct {
	Kind   worksheet.Kind `json:"kind"`
	Cell   string         `json:"cell,omitempty"`
	Column string         `json:"column,omitempty"`
	Value  string         `json:"value,omitempty"`
	Read   string         `json:"read,omitempty"`
	Rule   string         `json:"rule,omitempty"`
	Text   finding.Text   `json:"text"`
	Mend   finding.Text   `json:"mend,omitzero"`
}

func noteOf(n worksheet.Note) importNote {
	return importNote{n.Kind, n.Cell, report.OneLine(n.Column), report.OneLine(n.Value), report.OneLine(n.Read), n.Rule, n.Text, n.Mend}
}

// summary puts what became of a batch together.
func (b *batch) summary() *importReport {
	r := &importReport{Version: 1, File: b.options.file, DryRun: b.options.dryRun, Written: b.written, Sheets: []importSheet{}, Errors: []importNote{}}
	notes := func(list []worksheet.Note) []importNote {
		out := []importNote{}
		for _, n := range list {
			if n.Kind == worksheet.Doubt {
				r.Counts.Doubts++
			}
			out = append(out, noteOf(n))
		}
		return out
	}
	of := map[*worksheet.Row]*importEntry{}
	for _, e := range b.entries {
		of[e.row] = e
	}
	for _, t := range b.tables {
		s := importSheet{Sheet: report.OneLine(t.Sheet), Header: t.Header, Single: t.Single, Columns: []importColumn{}, Notes: notes(t.Notes), Rows: []importRow{}}
		for _, c := range t.Columns {
			s.Columns = append(s.Columns, importColumn{c.Cell, report.OneLine(worksheet.Clip(c.Label)), c.Path})
		}
		for _, row := range t.Rows {
			e := of[row]
			line := importRow{Row: row.First, Title: report.OneLine(worksheet.Clip(row.Title())), Outcome: e.outcome, Project: e.id, Notes: []importNote{}}
			if e.outcome != rowExists { // of what is left alone there is nothing to say
				line.Notes = notes(row.Notes)
			}
			if row.Last > row.First {
				line.Last = row.Last
			}
			switch e.outcome {
			case rowMade:
				r.Counts.Made++
				for p := range e.files {
					line.Files = append(line.Files, p)
				}
				slices.Sort(line.Files)
			case rowExists:
				r.Counts.Exists++
			case rowRefused:
				line.Project = ""
				r.Counts.Refused++
			}
			s.Rows = append(s.Rows, line)
		}
		r.Sheets = append(r.Sheets, s)
	}
	for _, f := range b.general {
		r.Errors = append(r.Errors, importNote{Kind: worksheet.Refuse, Cell: f.File, Rule: f.Rule, Text: f.Message, Mend: f.Help})
	}
	return r
}

// reportImport says what became of a batch.
func (a *app) reportImport(b *batch) error {
	r := b.summary()
	var buf bytes.Buffer
	if b.options.format == "json" {
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			return err
		}
	} else {
		a.importText(&buf, r, b.accepted())
	}
	_, err := a.io.Out.Write(buf.Bytes())
	return err
}

func (a *app) importText(w *bytes.Buffer, r *importReport, accepted bool) {
	for _, s := range r.Sheets {
		head := a.say("工作表", "sheet") + " “" + s.Sheet + "”"
		if s.Header != "" {
			read := 0
			for _, c := range s.Columns {
				if c.Field != "" {
					read++
				}
			}
			said := a.say("：表头在第 %s 行，读了 %d 列，%d 个项目", ": header in row %s, %d columns read, %d projects")
			if s.Single {
				said = a.say("：第 %s 行是一份申报表，读了 %d 栏，%d 个项目", ": a form in rows %s, %d fields read, %d project")
			}
			head += fmt.Sprintf(said, s.Header, read, len(s.Rows))
		}
		fmt.Fprintln(w, head)
		for _, n := range s.Notes {
			a.importNote(w, n)
		}
		shared := sharedNotes(s.Rows)
		for _, n := range shared {
			n.note.Text = finding.Text{Zh: fmt.Sprintf("%s（%d 行）", n.note.Text.Zh, n.rows), En: fmt.Sprintf("%s (%d rows)", n.note.Text.En, n.rows)}
			a.importNote(w, n.note)
		}
		for _, row := range s.Rows {
			fmt.Fprintln(w)
			where := fmt.Sprint(row.Row)
			if row.Last > 0 {
				where += fmt.Sprintf("-%d", row.Last)
			}
			what := map[outcome]string{rowMade: "→ " + row.Project, rowExists: a.say("已登记为 "+row.Project+"，不重复写", "registered as "+row.Project+": left alone"), rowRefused: a.say("不收", "refused")}[row.Outcome]
			fmt.Fprintf(w, a.say("第 %s 行 %s  %s\n", "row %s %s  %s\n"), where, row.Title, what)
			for _, f := range row.Files {
				fmt.Fprintln(w, "    + "+f)
			}
			for _, n := range row.Notes {
				if !slices.ContainsFunc(shared, func(s sharedNote) bool { return s.note == n }) {
					a.importNote(w, n)
				}
			}
		}
		fmt.Fprintln(w)
	}
	for _, n := range r.Errors {
		a.importNote(w, n)
	}
	c := r.Counts
	fmt.Fprintf(w, a.say("新项目 %d 个，已登记 %d 个，不收 %d 个，要核对 %d 处。", "%d new, %d registered, %d refused, %d to confirm. "), c.Made, c.Exists, c.Refused, c.Doubts)
	switch {
	case r.Written > 0:
		fmt.Fprintf(w, a.say("写了 %d 个项目；核对标 ? 的地方，再提交变更请求。\n", "%d projects written; confirm what is marked ?, then open a request.\n"), r.Written)
	case r.DryRun:
		fmt.Fprintln(w, a.say("只是看看，没有写任何文件。", "A dry run: nothing was written."))
	case c.Made > 0 && !accepted:
		fmt.Fprintln(w, a.say("整批没有写；改好再导入，或用 --skip-refused 先写其余的。", "Nothing was written: mend it, or write the others with --skip-refused."))
	default:
		fmt.Fprintln(w, a.say("没有要写的。", "Nothing to write."))
	}
}

// sharedNote is a doubt that several rows have in common.
type sharedNote struct {
	note importNote
	rows int
}

// sharedNotes finds the doubts about no cell that several rows share: they are
// said once.
func sharedNotes(rows []importRow) (out []sharedNote) {
	for _, row := range rows {
		for _, n := range row.Notes {
			if n.Kind != worksheet.Doubt || n.Cell != "" || n.Column == "" {
				continue
			}
			i := slices.IndexFunc(out, func(s sharedNote) bool { return s.note == n })
			if i < 0 {
				out = append(out, sharedNote{note: n})
				i = len(out) - 1
			}
			out[i].rows++
		}
	}
	return slices.DeleteFunc(out, func(s sharedNote) bool { return s.rows < 2 })
}

// importNote prints one note: its mark, place, value, reading and words.
func (a *app) importNote(w *bytes.Buffer, n importNote) {
	mark := map[worksheet.Kind]string{worksheet.Said: "·", worksheet.Doubt: "?", worksheet.Refuse: "×"}[n.Kind]
	var parts []string
	for _, p := range []string{n.Cell, n.Column} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if n.Value != "" {
		parts = append(parts, "“"+n.Value+"”")
	}
	if n.Read != "" {
		parts = append(parts, "→ “"+n.Read+"”")
	}
	if n.Rule != "" {
		parts = append(parts, n.Rule)
	}
	place := strings.Join(parts, " ")
	if place != "" {
		place += a.say("：", ": ")
	}
	fmt.Fprintf(w, "    %s %s%s\n", mark, place, report.OneLine(n.Text.In(a.lang)))
	if mend := report.OneLine(n.Mend.In(a.lang)); mend != "" && n.Kind == worksheet.Refuse {
		fmt.Fprintf(w, "        %s\n", mend)
	}
}
