package review

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/decision"
)

// briefItems is how many transitions the brief names.
const briefItems = 3

// point is one line of the brief: what it is about, and what is to be said.
type point struct{ Head, Text string }

// brief is what a busy reader needs before anything else: what the request
// does, what the check found, and whose agreement is missing.
func (w *writer) brief() []point {
	var what []string
	files, values := 0, 0
	for i := range w.Items {
		it := &w.Items[i]
		files, values = files+len(it.Files), values+len(it.Fields)
		if i >= briefItems {
			continue
		}
		line := w.subject(&it.Transition)
		if m := w.moves(&it.Transition); m != "" {
			line += w.say("，", ", ") + m
		}
		what = append(what, line)
	}
	if n := len(w.Items) - briefItems; n > 0 {
		what = append(what, w.say(fmt.Sprintf("另 %d 项", n), fmt.Sprintf("%d more", n)))
	}
	var out []point
	if len(what) > 0 {
		out = append(out, point{w.say("改什么", "What"), strings.Join(what, w.say("；", "; ")) +
			w.say(fmt.Sprintf("（%d 个文件、%d 处）", files, values), fmt.Sprintf(" (files: %d, values: %d)", files, values))})
	}
	errs, rest := w.errors(), 0
	for _, f := range fresh(w.Findings) {
		if !f.Blocks() {
			rest++
		}
	}
	check := w.say(fmt.Sprintf("%d 个错误要改，%d 个提醒", errs, rest), fmt.Sprintf("errors to mend: %d, notes: %d", errs, rest))
	if errs+rest == 0 {
		check = w.say("没有发现问题", "nothing was found")
	}
	if n := len(w.Mended); n > 0 {
		check += w.say(fmt.Sprintf("，改好了 %d 个原有问题", n), fmt.Sprintf(", earlier findings mended: %d", n))
	}
	out = append(out, point{w.say("检查", "Check"), check})
	proposed, open, agreed, against := w.standing()
	for _, p := range []struct {
		head string
		who  []string
	}{{w.say("提出", "Proposed by"), proposed}, {w.say("还要同意", "Still to agree"), open}, {w.say("已经同意", "Agreed"), agreed}, {w.say("不同意", "Against"), against}} {
		if len(p.who) > 0 {
			out = append(out, point{p.head, strings.Join(p.who, w.say("、", ", "))})
		}
	}
	return out
}

// standing lists the departments by how they stand, each once in a list. To
// propose is not to agree: the same department may have to do both.
func (w *writer) standing() (proposed, open, agreed, against []string) {
	add := func(to *[]string, s string) {
		if s != "" && !slices.Contains(*to, s) {
			*to = append(*to, s)
		}
	}
	for i := range w.Items {
		d := &w.Items[i].Decision
		for k := range d.Seats {
			who := w.units(d.Seats[k].Departments)
			switch {
			case d.Seats[k].State == decision.Filled && d.Seats[k].As == decision.Propose:
				add(&proposed, who)
			case d.Seats[k].State == decision.Filled:
				add(&agreed, who)
			case !d.Outcome.Allows():
				add(&open, who)
			}
		}
		for _, v := range d.Votes {
			if v.Status == decision.Blocks {
				add(&against, voter(&v))
			}
		}
	}
	return proposed, open, agreed, against
}
