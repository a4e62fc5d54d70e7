package due

import (
	"slices"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
)

// turn is whose move it is in a state, as the lifecycle alone tells.
type turn struct {
	what    finding.Text
	who     []string // roles that propose the next step
	approve []string // roles that it then needs
	clause  string
}

// next derives from the lifecycle what a project waits for. Of the steps that
// leave its state, setbacks aside, those count that lead on along its life; where there is none,
// those that lead back (a returned declaration is declared again). Ways out
// (withdrawal, termination, decommissioning) are open to every project and
// nothing waits for them: ok is false when only they are left.
func next(l *lifecycle.Lifecycle, state string, index map[string]any) (t turn, ok bool) {
	var on, back []*lifecycle.Transition
	here := l.State(state)
	if here == nil {
		return turn{}, false
	}
	place := func(code string) int {
		return slices.IndexFunc(l.States, func(s lifecycle.State) bool { return s.Code == code })
	}
	for _, x := range l.Transitions {
		if x.Setback {
			continue
		}
		for i := range x.Moves {
			m := &x.Moves[i]
			if m.To == lifecycle.Same || m.To == state || !slices.Contains(m.From, state) || !meant(m, index) {
				continue
			}
			if leaves(here, l.State(m.To)) {
				continue
			}
			if place(m.To) > place(state) {
				on = append(on, x)
			} else {
				back = append(back, x)
			}
			break
		}
	}
	if len(on) == 0 {
		on = back
	}
	for i, x := range on {
		if i == 0 {
			t.clause, t.what = x.Clause, finding.Text{Zh: x.Zh, En: x.En}
		} else {
			t.what.Zh += "，或" + x.Zh
			t.what.En += "; or: " + x.En
		}
		for _, role := range x.Propose {
			t.who = with(t.who, role)
		}
		for _, a := range x.Approve {
			t.approve = with(t.approve, a.Role)
		}
	}
	return t, len(on) > 0
}

// retire is the stage of the public step bar that a project enters to end.
const retire = "retire"

// leaves reports whether a move is a way out: to a state outside the step bar,
// into retirement, or back out of it.
func leaves(from, to *lifecycle.State) bool {
	return to.Stage == "" || (from.Stage == retire) != (to.Stage == retire)
}

// meant reports whether a move is for such a project. Whether its condition
// will hold when the step is taken is not known yet.
func meant(m *lifecycle.Move, index map[string]any) bool {
	in := func(list []string, key string) bool {
		return len(list) == 0 || slices.Contains(list, text(index[key]))
	}
	return in(m.For.Origin, "origin") && in(m.For.Category, "category") && in(m.For.Class, "class")
}

func with(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
