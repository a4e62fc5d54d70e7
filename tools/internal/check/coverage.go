package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/rule"
)

// CoverageFile is the outline of the regulation: each of its requirements.
const CoverageFile = "schemas/coverage.yaml"

// Section is a part of the regulation with the requirements that it makes.
type Section struct {
	Clause       string // 三（四）
	Title        finding.Text
	Requirements []*Requirement
}

// Requirement is one statement of the regulation and what carries it out: rules
// and transitions that name it, and the reason where neither can, or what they
// leave to people.
type Requirement struct {
	ID     string // N-053
	Clause string
	Title  finding.Text
	Reason finding.Text
	Rules  []*rule.Rule
	Steps  []*lifecycle.Transition
}

// Coverage sets the requirements of the regulation against the rules and the
// lifecycle. It returns nothing where the registry has no outline. The faults
// are in the definitions: a requirement that nothing accounts for, a citation
// of one that does not exist.
func (j *Judge) Coverage() (sections []*Section, faults []error) {
	if !j.Registry.Has(CoverageFile) || j.Registry.Schemas.Form("coverage") == nil {
		return nil, nil
	}
	fault := func(format string, a ...any) { faults = append(faults, fmt.Errorf(format, a...)) }
	data, err := j.Registry.Read(CoverageFile, 1<<20)
	if err != nil {
		return nil, []error{fmt.Errorf("%s: %w", CoverageFile, err)}
	}
	root, fs := record.ParseYAML(CoverageFile, data)
	if root != nil {
		fs = append(fs, j.Registry.Schemas.Form("coverage").Validate(CoverageFile, root)...)
	}
	for _, f := range fs {
		fault("%s:%d:%d: %s %s", f.File, f.Line, f.Col, f.Rule, f.Message.En)
	}
	if len(fs) > 0 {
		return nil, faults
	}
	for _, n := range root.Get("sections").Items {
		sections = append(sections, &Section{Clause: n.Get("clause").Text, Title: words(n.Get("title"))})
	}
	byID := map[string]*Requirement{}
	for _, n := range root.Get("statements").Items {
		q := &Requirement{ID: n.Get("statement").Text, Clause: n.Get("clause").Text, Title: words(n.Get("title")), Reason: words(n.Get("reason"))}
		if byID[q.ID] != nil {
			fault("%s: %s stands there twice", CoverageFile, q.ID)
		}
		byID[q.ID] = q
		if s := sectionOf(sections, q.Clause); s != nil {
			s.Requirements = append(s.Requirements, q)
		} else {
			fault("%s: %s cites %s, which no section covers", CoverageFile, q.ID, q.Clause)
		}
	}
	cite := func(who, clause string, statements []string, enter func(*Requirement)) {
		for _, id := range statements {
			if q := byID[id]; q != nil {
				enter(q)
			} else {
				fault("%s carries out %s, which %s does not know", who, id, CoverageFile)
			}
		}
		for part := range strings.SplitSeq(clause, "、") {
			if part != "" && !elsewhere(part) && !cited(byID, part) {
				fault("%s cites clause %s, which %s does not know", who, part, CoverageFile)
			}
		}
	}
	for _, r := range j.Rules.All() {
		if strings.HasPrefix(r.ID, "R-") {
			cite(r.ID, r.Clause, r.Statements, func(q *Requirement) { q.Rules = append(q.Rules, r) })
		}
	}
	for _, t := range j.Lifecycle.Transitions {
		cite(t.ID, t.Clause, t.Statements, func(q *Requirement) { q.Steps = append(q.Steps, t) })
	}
	for _, s := range sections {
		for _, q := range s.Requirements {
			if len(q.Rules)+len(q.Steps) == 0 && q.Reason == (finding.Text{}) {
				fault("%s %s: no rule, no transition and no reason why", q.ID, q.Title.En)
			}
		}
	}
	return sections, faults
}

// sectionOf returns the narrowest section that the clause belongs to.
func sectionOf(sections []*Section, clause string) *Section {
	in := slices.DeleteFunc(slices.Clone(sections), func(s *Section) bool { return !strings.HasPrefix(clause, s.Clause) })
	if len(in) == 0 {
		return nil
	}
	return slices.MaxFunc(in, func(a, b *Section) int { return cmp.Compare(len(a.Clause), len(b.Clause)) })
}

// elsewhere reports whether a clause is an article of another law, such as
// 政府信息公开条例第二十六条: the regulation itself has no articles.
func elsewhere(clause string) bool {
	return strings.Contains(clause, "第") && strings.HasSuffix(clause, "条")
}

// cited reports whether some requirement stands in the clause.
func cited(byID map[string]*Requirement, clause string) bool {
	for _, q := range byID {
		if strings.HasPrefix(q.Clause, clause) {
			return true
		}
	}
	return false
}

// words reads a text in both languages; n may be nil.
func words(n *record.Node) finding.Text {
	var t finding.Text
	if zh := n.Get("zh"); zh != nil {
		t.Zh = zh.Text
	}
	if en := n.Get("en"); en != nil {
		t.En = en.Text
	}
	return t
}
