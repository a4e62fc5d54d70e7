package registry

import (
	"errors"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/record"
)

// maxPeople bounds what is said of the register of people: nobody reads more.
const maxPeople = 50

// readPeople reads who may speak for which department. A register that is
// refused holds nobody.
func (r *Registry) readPeople() {
	r.People = &people.Register{}
	if !r.Has(PeopleFile) {
		return
	}
	known := len(r.faults)
	root := r.data(PeopleFile, "people", &r.faults)
	r.PeopleRoot = root
	plain, _ := root.Plain().(map[string]any)
	loaded, err := people.Load(plain)
	var problems people.Problems
	switch {
	case err == nil:
		r.People = loaded
	case errors.As(err, &problems):
		for _, p := range problems[:min(len(problems), maxPeople)] {
			r.faults.add(finding.Finding{Rule: "P-009", Place: nodeAt(root, p.Path).Place(PeopleFile), Message: p.Message, Help: p.Help})
		}
	case len(r.faults[known:].all()) == 0: // not even the schema says why
		r.faults.add(report("P-009", PeopleFile, finding.Text{Zh: "无法读取审批人员：" + err.Error(), En: "the register of people cannot be read: " + err.Error()},
			finding.Text{Zh: "按 data/people.yaml 的说明改正", En: "mend it as its schema describes"}))
	}
}

// nodeAt follows keys and indices as far as the file goes.
func nodeAt(n *record.Node, path []any) *record.Node {
	for _, step := range path {
		var next *record.Node
		switch s := step.(type) {
		case string:
			next = n.Get(s)
		case int:
			if s < len(n.Items) {
				next = n.Items[s]
			}
		}
		if next == nil {
			return n
		}
		n = next
	}
	return n
}
