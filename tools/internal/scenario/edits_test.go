package scenario_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

const (
	title   = "申报 2027-jyj-02"
	project = "content/projects/2027/jyj/02/"
)

// edits makes the edit of a name on the files of a revision.
func (s *stage) edits(rev, name string) edits {
	s.t.Helper()
	out := edits{}
	put := func(path, text string) { out[path] = &text }
	more := func(path string) { put(path, s.read(rev, path)+"补充一句说明。\n") }
	switch name {
	case "same":
	case "declare": // one department agrees: dsjj
		archive, err := txtar.ParseFile("../cli/testdata/script/change_declare.txtar")
		if err != nil {
			s.t.Fatal(err)
		}
		for _, f := range archive.Files {
			put(project+f.Name, string(f.Data))
		}
	case "other":
		put(project+"index.md", strings.Replace(s.read(rev, project+"index.md"), "示例", "示例二", 1))
	case "words": // two departments agree, as they had to these records: fgw and dsjj
		more("content/projects/2026/cgj/01/approval.md")
		more("content/projects/2026/cgj/01/review.md")
	case "revert": // what main has from "words"
		for _, name := range []string{"approval.md", "review.md"} {
			put("content/projects/2026/cgj/01/"+name, s.read(first, "content/projects/2026/cgj/01/"+name))
		}
	case "smuggle": // a project, with what judges it
		out = s.edits(rev, "declare")
		for path, text := range s.edits(rev, "roster") {
			out[path] = text
		}
		put(".github/workflows/approvals.yml", "on: pull_request\njobs: {approvals: {runs-on: ubuntu-latest, steps: [{run: touch pwned}]}}\n")
		put("schemas/lifecycle.yaml", strings.Replace(s.read(rev, "schemas/lifecycle.yaml"), "definitions: [{role: BDB, count: 2}]", "definitions: [{role: BDB, count: 1}]", 1))
	case "undo": // what main has from "elsewhere"
		put("content/projects/2026/jyj/01/index.md", s.read(first, "content/projects/2026/jyj/01/index.md"))
	case "elsewhere":
		more("content/projects/2026/jyj/01/index.md")
	case "roster": // fgw-01 would speak for dsjj
		put("data/people.yaml", strings.Replace(s.read(rev, "data/people.yaml"), "departments: [fgw]", "departments: [fgw, dsjj]", 1))
	case "fgw-leaves": // nobody is left who speaks for fgw
		put("data/people.yaml", strings.Replace(s.read(rev, "data/people.yaml"), "departments: [fgw]", "departments: [jyj]", 1))
	case "delegated", "expired": // dsjj-02 has fgw-01 speak for dsjj, until tomorrow or until long ago
		from, until := begin.AddDate(0, 0, -9), begin.AddDate(0, 0, 9)
		if name == "expired" {
			until = begin.AddDate(0, 0, -7)
		}
		register, _, _ := strings.Cut(s.read(rev, "data/people.yaml"), "    delegations:")
		put("data/people.yaml", register+fmt.Sprintf("    delegations: [{to: fgw-01, department: dsjj, from: %s, until: %s}]\n", from.Format(time.DateOnly), until.Format(time.DateOnly)))
	case "new-account": // the account by which dsjj-01 was known is over, and his address with it
		over := "until: " + begin.AddDate(0, 0, -1).Format(time.DateOnly)
		register := strings.ReplaceAll(s.read(rev, "data/people.yaml"), "id: 21, from: 2020-01-01}", "id: 21, from: 2020-01-01, "+over+"}")
		put("data/people.yaml", strings.Replace(register, "[zhao@example.org]", "[]", 1))
	case "gate-retires":
		put("data/registry.yaml", strings.Replace(s.read(rev, "data/registry.yaml"), "from: 2020-01-01}", "from: 2020-01-01, until: 2020-02-01}", 1))
	default:
		s.t.Fatalf("what is the edit %q?", name)
	}
	return out
}
