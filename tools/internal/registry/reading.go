package registry

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
)

// Reading is one open question of the regulation (A-codes) with the answer that
// is in force. Rules ask for it by reading("A-06"); changing the answer here
// changes their verdict.
type Reading struct {
	ID       string
	Clause   string
	Question finding.Text
	Choices  []Choice
	InForce  string
	Why      finding.Text
	RuledBy  string // unit code; "" while nobody has ruled
	RuledOn  string
	DocNo    string
	// Affects names the rules and transitions whose verdict it can change.
	Affects []string
}

// Choice is one possible answer.
type Choice struct {
	Value string
	Text  finding.Text
}

// Choice returns the answer that is in force.
func (r *Reading) Choice() Choice {
	for _, c := range r.Choices {
		if c.Value == r.InForce {
			return c
		}
	}
	return Choice{Value: r.InForce}
}

func (t *Tables) readReadings(r *Registry) {
	t.readings, t.rulings = map[string]string{}, []any{}
	if !r.Has(ReadingsFile) {
		return
	}
	both := func(n *record.Node) finding.Text {
		return finding.Text{Zh: textOf(n.Get("zh")), En: textOf(n.Get("en"))}
	}
	root := r.data(ReadingsFile, "interpretations", &t.faults)
	if root.Get("interpretations") == nil {
		return
	}
	for _, n := range root.Get("interpretations").Items {
		x := Reading{ID: textOf(n.Get("id")), Clause: textOf(n.Get("clause")), Question: both(n.Get("question")), InForce: textOf(n.Get("inForce")),
			Why: both(n.Get("why")), RuledBy: textOf(n.Get("ruled").Get("by")), RuledOn: textOf(n.Get("ruled").Get("on")), DocNo: textOf(n.Get("ruled").Get("docNo"))}
		known := false
		if list := n.Get("choices"); list != nil {
			for _, c := range list.Items {
				x.Choices = append(x.Choices, Choice{textOf(c.Get("value")), both(c)})
				known = known || textOf(c.Get("value")) == x.InForce
			}
		}
		if list := n.Get("affects"); list != nil {
			for _, a := range list.Items {
				x.Affects = append(x.Affects, a.Text)
			}
		}
		if !known {
			t.faults.add(finding.Finding{Rule: "S-004", Place: n.Get("inForce").Place(ReadingsFile),
				Message: finding.Text{Zh: fmt.Sprintf("%s 没有“%s”这种读法", x.ID, x.InForce), En: fmt.Sprintf("%s has no reading “%s”", x.ID, x.InForce)},
				Help:    finding.Text{Zh: "从它的 choices 里选一个 value", En: "choose the value of one of its choices"}})
		}
		t.Readings = append(t.Readings, x)
		t.readings[x.ID] = x.InForce
		t.rulings = append(t.rulings, Placed(map[string]any{"id": x.ID, "inForce": x.InForce, "ruled": x.RuledBy != ""}, ReadingsFile, n.Get("inForce")))
	}
}

// checkReading judges a text constant of an expression: the id in
// reading("A-06") and the answer that it is compared with must exist. call is
// the function's name, or name and argument for the answer.
func (r *Registry) checkReading(call, literal string) error {
	name, id, compared := strings.Cut(call, " ")
	if name != "reading" {
		return nil
	}
	if !compared {
		id = literal
	}
	readings := r.tables().Readings
	for i := range readings {
		if x := &readings[i]; x.ID == id {
			if compared && !slices.ContainsFunc(x.Choices, func(c Choice) bool { return c.Value == literal }) {
				return fmt.Errorf("%s has no reading %q", id, literal)
			}
			return nil
		}
	}
	return fmt.Errorf("no reading %q in %s", id, ReadingsFile)
}
