package registry

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/value"
)

// Limit is a figure of the regulation that rules compare with. Expressions take
// it by limit("changes"), their messages and the texts of rules show it by
// limitText("changes").
type Limit struct {
	ID     string
	Clause string
	Value  int    // in Unit
	Unit   string // % or 万元
	Text   finding.Text
}

// Number returns what expressions compare with: per cent, or an amount in 分.
func (l *Limit) Number() int {
	if l.Unit == "万元" {
		return l.Value * value.FenPerWan
	}
	return l.Value
}

// String shows the limit: 10%, 200 万元.
func (l *Limit) String() string {
	if l.Unit == "%" {
		return strconv.Itoa(l.Value) + l.Unit
	}
	return strconv.Itoa(l.Value) + " " + l.Unit
}

func (t *Tables) readLimits(r *Registry) {
	if !r.Has(LimitsFile) {
		return
	}
	list := r.data(LimitsFile, "limits", &t.faults).Get("limits")
	if list == nil {
		return
	}
	for _, n := range list.Items {
		l := Limit{ID: textOf(n.Get("id")), Clause: textOf(n.Get("clause")), Unit: textOf(n.Get("unit")), Text: finding.Text{Zh: textOf(n.Get("zh")), En: textOf(n.Get("en"))}}
		l.Value, _ = strconv.Atoi(textOf(n.Get("value")))
		t.Limits = append(t.Limits, l)
	}
}

// Limit returns the limit with the given id; an unknown one is zero and has no
// unit.
func (r *Registry) Limit(id string) *Limit {
	limits := r.tables().Limits
	if i := slices.IndexFunc(limits, func(l Limit) bool { return l.ID == id }); i >= 0 {
		return &limits[i]
	}
	return &Limit{}
}

// FillLimits puts the limits in force into a text: {limitText("changes")}
// becomes 10%.
func (r *Registry) FillLimits(text string) (string, error) {
	const call, end = `{limitText("`, `")}`
	for {
		before, rest, found := strings.Cut(text, call)
		if !found {
			return text, nil
		}
		id, after, closed := strings.Cut(rest, end)
		l := r.Limit(id)
		if !closed || l.ID == "" {
			return "", fmt.Errorf("no limit %q in %s", id, LimitsFile)
		}
		text = before + l.String() + after
	}
}

// CheckLiteral judges a text constant of an expression: the id in
// reading("A-06"), the answer that it is compared with, and the id in
// limit("changes") must exist. call is the function's name, or name and
// argument for the answer.
func (r *Registry) CheckLiteral(call, literal string) error {
	if (call == "limit" || call == "limitText") && r.Limit(literal).ID == "" {
		return fmt.Errorf("no limit %q in %s", literal, LimitsFile)
	}
	return r.checkReading(call, literal)
}
