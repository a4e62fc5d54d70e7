package lifecycle

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
)

// Judge compares a project before and after a change: what was recorded stays,
// and at most one transition is asked for, so that it is decidable who must
// approve it. base is nil for a project that begins. It returns the new steps.
func (l *Lifecycle) Judge(base, head *registry.Project, was, is *History) ([]Step, []finding.Finding) {
	var out []finding.Finding
	old := map[string]int{}
	if was != nil {
		for i := range was.Steps {
			old[was.Steps[i].Key()]++
		}
	}
	var fresh []Step
	for i := range is.Steps {
		if s := &is.Steps[i]; old[s.Key()] > 0 {
			old[s.Key()]--
		} else {
			fresh = append(fresh, *s)
		}
	}
	corrected := map[string]bool{}
	if base != nil {
		corrected = corrections(base, head)
	}
	if was != nil {
		for i := range was.Steps {
			s := &was.Steps[i]
			if old[s.Key()] == 0 {
				continue
			}
			old[s.Key()]--
			if redated(s, fresh, corrected) {
				continue
			}
			place := s.Place
			if !slices.ContainsFunc(head.Records, func(r *registry.Record) bool { return r.Path == place.File }) {
				place = statePlace(head)
			}
			out = append(out, finding.Finding{Rule: "C-004", Place: place, Clause: s.Transition.Clause,
				Message: finding.Text{Zh: fmt.Sprintf("已记录的“%s”（%s，%s）在这次修改中消失或变了日期", s.Transition.Zh, s.Transition.ID, s.On), En: fmt.Sprintf("the recorded “%s” (%s, %s) vanishes or changes its date in this change", s.Transition.En, s.Transition.ID, s.On)},
				Help:    finding.Text{Zh: "恢复原来的记录；更正笔误要在 index.md 的 corrections 里写明", En: "restore the record; a slip of the pen is mended with an entry in corrections of index.md"}})
		}
	}
	fresh = slices.DeleteFunc(fresh, func(s Step) bool {
		return was != nil && slices.ContainsFunc(was.Steps, func(o Step) bool { return redated(&o, []Step{s}, corrected) })
	})
	if len(fresh) > 1 {
		var zh, en []string
		for _, s := range fresh {
			zh = append(zh, s.Transition.ID+" "+s.Transition.Zh)
			en = append(en, s.Transition.ID+" "+s.Transition.En)
		}
		out = append(out, finding.Finding{Rule: "C-003", Place: statePlace(head),
			Message: finding.Text{Zh: fmt.Sprintf("一次修改只能办理一步，这里有 %d 步：%s", len(fresh), strings.Join(zh, "；")), En: fmt.Sprintf("a change takes one step, this one takes %d: %s", len(fresh), strings.Join(en, "; "))},
			Help:    finding.Text{Zh: "分成几次提交，每一步由该步的审批部门同意", En: "split it: each step is agreed by the departments that it needs"}})
	}
	if base != nil {
		out = append(out, l.edited(base, head, was)...)
	}
	return fresh, out
}

// redated reports whether a correction gives a recorded step another date: the
// same transition from the same record, which an entry in corrections names.
func redated(s *Step, fresh []Step, corrected map[string]bool) bool {
	name := strings.TrimSuffix(s.Place.File[strings.LastIndexByte(s.Place.File, '/')+1:], ".md")
	named := false
	for c := range corrected {
		named = named || strings.HasPrefix(c, name+" ")
	}
	return named && slices.ContainsFunc(fresh, func(f Step) bool {
		return f.Transition.ID == s.Transition.ID && f.Place.File == s.Place.File && f.On != s.On
	})
}

// edited reports recorded values that the change alters or removes. Adding is
// always possible; index.md's state may change; what the state has filled in
// anew (a returned declaration) may be rewritten; a correction entry that names
// the field allows the rest, but for what is settled.
func (l *Lifecycle) edited(base, head *registry.Project, was *History) []finding.Finding {
	corrected := corrections(base, head)
	var out []finding.Finding
	for _, b := range base.Records {
		h := head.Record(b.Name)
		if h == nil {
			out = append(out, finding.Finding{Rule: "C-005", Place: statePlace(head),
				Message: finding.Text{Zh: fmt.Sprintf("已记录的“%s”（%s.md）被删除", b.Form.Title.Zh, b.Name), En: fmt.Sprintf("the recorded “%s” (%s.md) is deleted", b.Form.Title.En, b.Name)},
				Help:    finding.Text{Zh: "恢复这份记录；登记簿只增不删", En: "restore it: the registry only grows"}})
			continue
		}
		compare(b.Root, h.Root, nil, func(path []string, place finding.Place) {
			name := strings.Join(path, ".")
			settled := l.settled(b.Form.Name, path)
			if b.Form.Name == "index" && slices.Contains(mutable, path[0]) || l.State(was.State).redrafts(b.Form.Name, path[0]) ||
				!settled && (corrected[b.Name+" "+name] || corrected[b.Name+" "+path[0]]) {
				return
			}
			f := finding.Finding{Rule: "C-005", Place: place,
				Message: finding.Text{Zh: fmt.Sprintf("已记录的“%s”被修改或删除", name), En: fmt.Sprintf("the recorded value “%s” is changed or removed", name)},
				Help:    finding.Text{Zh: fmt.Sprintf("恢复原值；确属笔误，在 index.md 的 corrections 里加一条（record: %s，field: %s，大数据主管部门决定，日期和原因）", b.Name, path[0]), En: fmt.Sprintf("restore it; a slip of the pen needs an entry in corrections of index.md (record: %s, field: %s, decided by the big data bureau, date and reason)", b.Name, path[0])}}
			if settled {
				f.Message.Zh += "，它是审批的依据或者结论，不能用更正来改"
				f.Message.En += "; an approval rests on it or it is the outcome of one, so no correction can touch it"
				f.Help = finding.Text{Zh: "恢复原值；确有变化的另行办理：合同办变更（change-序号.md），存量项目办一事一议（ruling-序号.md），结论由原审批单位另行作出",
					En: "restore it; a real change takes its own procedure: a change (change-<nn>.md) of a contract, a ruling (ruling-<nn>.md) for a stock project, a new decision for an outcome"}
			}
			out = append(out, f)
		}, h.Path)
	}
	return out
}

// settled reports whether a changed value is one that approvals rest on, or
// holds one. path leads to it in its form, through places in lists.
func (l *Lifecycle) settled(form string, path []string) bool {
	at := form + "."
	for _, k := range path {
		if strings.Trim(k, "0123456789") != "" {
			at += k + "."
		}
	}
	return slices.ContainsFunc(l.Settled, func(s string) bool {
		return strings.HasPrefix(at, s+".") || strings.HasPrefix(s+".", at)
	})
}

// corrections are the record and field names that the change says it corrects.
func corrections(base, head *registry.Project) map[string]bool {
	corrected := map[string]bool{}
	if r := head.Index(); r != nil {
		before := 0
		if b := base.Index(); b != nil {
			if n := b.Root.Get("corrections"); n != nil {
				before = len(n.Items)
			}
		}
		if n := r.Root.Get("corrections"); n != nil {
			for i, c := range n.Items {
				if rec, field := c.Get("record"), c.Get("field"); i >= before && rec != nil && field != nil {
					corrected[strings.TrimSuffix(rec.Text, ".md")+" "+field.Text] = true
				}
			}
		}
	}
	return corrected
}

// ChangesByNature reports whether a field of a form changes along a project's
// life, so that it says nothing about another project.
func ChangesByNature(form, key string) bool {
	return form == "index" && slices.Contains(mutable, key)
}

// mutable are the keys of index.md that change along a life by their nature:
// class only together with a new decision.
var mutable = []string{"state", "class", "security", "withheld", "disclosureReview", "successor", "dataResources"}

// compare calls changed for every value of base that head alters or lacks.
func compare(base, head *record.Node, path []string, changed func([]string, finding.Place), file string) {
	place := func(n *record.Node) finding.Place { return n.Place(file) }
	switch {
	case base.Kind == record.Null:
	case base.Kind != head.Kind:
		changed(path, place(head))
	case base.Kind == record.Map:
		for i := range base.Keys {
			k := &base.Keys[i]
			sub := append(slices.Clone(path), k.Name)
			if hk := head.Key(k.Name); hk == nil {
				pl := place(head)
				if len(path) == 0 {
					pl = finding.Place{File: file, Line: 1, Col: 1, EndCol: 4}
				}
				changed(sub, pl)
			} else {
				compare(k.Value, hk.Value, sub, changed, file)
			}
		}
	case base.Kind == record.List:
		for i, b := range base.Items {
			sub := append(slices.Clone(path), fmt.Sprint(i+1))
			if i >= len(head.Items) {
				changed(sub, place(head))
				return
			}
			compare(b, head.Items[i], sub, changed, file)
		}
	case base.Text != head.Text:
		changed(path, place(head))
	}
}
