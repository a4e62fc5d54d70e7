package due

import (
	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
)

// Turn gives the tests what the lifecycle alone says of a state.
func (c *Calendar) Turn(state string, index map[string]any) (what finding.Text, who []string) {
	t, _ := next(c.judge.Lifecycle, state, index)
	return t.what, t.who
}

// Shown returns the fields that the definition's dates are made of. Fields of
// an item are written below the list that each names.
func (d *Definition) Shown() (paths []string) {
	for _, p := range []program{{d.since}, {d.due}} {
		for _, m := range p.fields() {
			paths = append(paths, m)
			if d.each != nil && len(m) > 3 && m[:3] == "it." {
				for _, list := range append(program{d.each}.fields(), d.each.Roots()...) {
					paths = append(paths, list+m[2:])
				}
			}
		}
	}
	return paths
}

type program struct{ *expression.Program }

func (p program) fields() []string {
	if p.Program == nil {
		return nil
	}
	return p.Members()
}
