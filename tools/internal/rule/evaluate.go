package rule

import (
	"maps"
	"slices"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
)

// Project evaluates the project rules. Rules that read a form which could not
// be judged are left out: its own findings say why. life says whether the
// project's history is known; base is the project before the change, or nil. Checks that
// mention nothing of altered are left out.
func (s *Set) Project(p, base *registry.Project, life bool, altered registry.Altered) []finding.Finding {
	if altered != nil && len(altered) == 0 {
		return nil
	}
	env := maps.Clone(p.Env) // run puts the list items into it
	if base != nil {
		env["base"] = base.Env
	}
	fallback := finding.Place{File: p.Dir + "/index.md", Line: 1, Col: 1, EndCol: 4}
	if pl, ok := registry.PlacePath(p.Env, nil, []string{"index", "state"}); ok {
		fallback = pl
	}
	var out []finding.Finding
	for _, r := range s.asked()[Project] {
		for _, c := range r.Checks {
			f := c.facts()
			if !altered.Touches(f.mentions) || f.onChange && base == nil || f.needsLife && !life || f.needsToday && p.Registry().Today == "" || broken(f.roots, p.Broken) || f.onChange && broken(f.roots, base.Broken) {
				continue
			}
			out = append(out, r.run(c, env, fallback)...)
		}
	}
	return out
}

func broken(roots []string, bad map[string]bool) bool {
	if len(bad) == 0 {
		return false
	}
	for _, r := range roots {
		if bad[r] {
			return true
		}
		switch r { // derived from several forms
		case "unit", "filer", "classOn":
			if bad["index"] {
				return true
			}
		case "filedOn":
			if bad["index"] || bad["review"] {
				return true
			}
		case "acceptedOn":
			if bad["acceptance"] {
				return true
			}
		case "works", "agreedAmount":
			if bad["contracts"] || bad["changes"] || bad["acceptance"] {
				return true
			}
		case "submissions", "documents", "totalInvestment":
			if len(bad) > 0 {
				return true
			}
		}
	}
	return false
}

// Plan evaluates the rules about one annual plan; base is the environment of
// the plan before the change, or nil.
func (s *Set) Plan(reg *registry.Registry, p *registry.Plan, base map[string]any) []finding.Finding {
	if p.Broken() {
		return nil
	}
	env := reg.PlanEnv(p)
	if base != nil {
		env["base"] = base
	}
	var out []finding.Finding
	for _, r := range s.asked()[Plan] {
		for _, c := range r.Checks {
			if c.facts().onChange && base == nil {
				continue
			}
			out = append(out, r.run(c, env, finding.Place{File: p.File, Line: 1, Col: 1, EndCol: 4})...)
		}
	}
	return out
}

// Registry evaluates the rules about the registry itself. They speak of a state
// of affairs, so a check of the whole asks them and a check of a part does not.
func (s *Set) Registry(reg *registry.Registry) []finding.Finding {
	env := reg.Env()
	var out []finding.Finding
	for _, r := range s.asked()[Registry] {
		for _, c := range r.Checks {
			out = append(out, r.run(c, env, finding.Place{File: registry.ReadingsFile, Line: 1, Col: 1})...)
		}
	}
	return out
}

// maxHits bounds the findings about the text of one file.
const maxHits = 20

// Text evaluates the rules about the text of one file. root is its front
// matter, nil for a file without or with an unreadable one.
func (s *Set) Text(file string, raw []byte, root *record.Node) []finding.Finding {
	return s.text(file, scan(file, raw, root))
}

// Within evaluates the same rules about a text that is inside a file which has
// no lines of its own, such as an attachment; where says so in words. There is
// one finding for each kind of thing found.
func (s *Set) Within(file string, where finding.Text, text string) []finding.Finding {
	return s.text(file, within(file, where, text))
}

func (s *Set) text(file string, found *scanner) []finding.Finding {
	personal, secret := found.personal, found.secret
	if len(personal)+len(secret) == 0 {
		return nil
	}
	env := map[string]any{"personalData": personal, "secretMarks": secret}
	var out []finding.Finding
	for _, r := range s.asked()[Record] {
		for _, c := range r.Checks {
			for _, f := range r.run(c, env, finding.Place{File: file, Line: 1, Col: 1}) {
				if len(out) == maxHits {
					return out
				}
				f.Sensitive = true
				out = append(out, f)
			}
		}
	}
	return out
}

// run evaluates one check and returns its findings. It leaves the last list item
// in env, where no other expression can see it.
func (r *Rule) run(c *Check, env map[string]any, fallback finding.Place) []finding.Finding {
	failed := func(err error) []finding.Finding {
		return []finding.Finding{{Rule: r.ID, Place: fallback, Message: finding.Text{Zh: "规则无法计算：" + err.Error(), En: "the rule cannot be evaluated: " + err.Error()}}}
	}
	items := []any{nil}
	if c.each != nil {
		if c.each.Void(env) {
			return nil
		}
		list, err := c.each.Run(env)
		if err != nil {
			return failed(err)
		}
		if items, _ = list.([]any); len(items) == 0 {
			return nil
		}
	}
	var out []finding.Finding
	for _, it := range items {
		if c.each != nil {
			env["it"] = it
		}
		ok, err := c.applies(env)
		if err != nil {
			return append(out, failed(err)...)
		}
		if !ok {
			continue
		}
		ok, err = c.assert.Bool(env)
		if err != nil {
			return append(out, failed(err)...)
		}
		if ok {
			continue
		}
		item, _ := it.(map[string]any)
		f := finding.Finding{Rule: r.ID, Message: finding.Text{Zh: c.zh.render(env), En: c.en.render(env)}, Help: r.Help}
		if pl, ok := registry.PlacePath(env, item, c.at); ok {
			f.Place, f.Field = pl, registry.Missing(env, item, c.at)
		} else {
			f.Place = fallback
		}
		if c.downgrade != nil {
			if low, err := c.downgrade.Bool(env); err == nil && low {
				f.Severity = r.Downgrade.To
			}
		}
		if c.upgrade != nil {
			if high, err := c.upgrade.Bool(env); err == nil && high {
				f.Severity = r.Upgrade.To
			}
		}
		out = append(out, f)
	}
	return out
}

// applies reports whether the conditions of the rule and of the check hold.
func (ch *Check) applies(env map[string]any) (bool, error) {
	for _, when := range []*expression.Program{ch.ruleWhen, ch.when} {
		if when == nil {
			continue
		}
		if when.Void(env) {
			return false, nil
		}
		if ok, err := when.Bool(env); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// Spare drops what the lifecycle says of a step when a rule that explains the
// step blocks the same project: one fault, one finding, the one that tells more. It
// leaves fs as it is.
func (s *Set) Spare(fs []finding.Finding) []finding.Finding {
	explained := map[string]bool{}
	for i := range fs {
		if r := s.Rule(fs[i].Rule); r != nil && fs[i].Blocks() {
			for _, step := range r.Explains {
				explained[fs[i].Project+" "+step] = true
			}
		}
	}
	if len(explained) == 0 {
		return fs
	}
	return slices.DeleteFunc(slices.Clone(fs), func(f finding.Finding) bool { return explained[f.Project+" "+f.Step] })
}

// Complete fills in what the rule files say of each finding: name, severity and
// clause.
func (s *Set) Complete(fs []finding.Finding) {
	for i := range fs {
		f := &fs[i]
		r := s.Rule(f.Rule)
		if r == nil {
			if f.Severity == "" {
				f.Severity = finding.Error
			}
			continue
		}
		f.Name = r.Name
		if f.Severity == "" {
			f.Severity = r.Severity
		}
		if f.Clause == "" {
			f.Clause = r.Clause
		}
		if f.Help == (finding.Text{}) {
			f.Help = r.Help
		}
	}
}
