package check

import (
	"fmt"
	"slices"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
)

// pair judges one of the touched projects before and after a change; see
// Options.Forward and Options.Fresh. alone says that the change touches no other
// project and no plan.
func pair(was, is *Judge, dirs []string, i int, differs map[string]bool, alone bool, o Options) Pair {
	id := idOf(dirs[i])
	bf, hf := was.Registry.Folder(id), is.Registry.Folder(id)
	p := Pair{ID: id}
	if alone && bf != nil && hf != nil && (o.Fresh || o.Forward) && p.rests(was, is, bf, hf, differs, o) {
		return p
	}
	if bf != nil {
		p.Base = was.past(was.Registry.Project(bf))
	}
	if hf == nil {
		if bf != nil {
			if !o.Forward {
				p.Base.judge(nil, nil)
			}
			p.findings = []finding.Finding{gone(was, is, bf, dirs)}
		}
		return p
	}
	var before *registry.Project
	var history *lifecycle.History
	if bf != nil {
		before, history = p.Base.Project, p.Base.History
	}
	p.Head = is.past(is.Registry.ProjectAfter(hf, before, differs))
	// Where a history cannot be told, another declared state is a step.
	stepped := bf == nil || declared(before) != declared(p.Head.Project)
	var steps []finding.Finding
	if bf == nil || p.Base.Known && p.Head.Known {
		p.Fresh, steps = is.Lifecycle.Judge(before, p.Head.Project, history, p.Head.History)
		for i := range steps {
			steps[i].Project = id
		}
		stepped = bf == nil || len(p.Fresh) > 0
	}
	var only *part
	switch {
	case !o.Fresh && !o.Forward || bf == nil:
	case stepped:
		only = allButName(p.Base, p.Head, alone)
	default:
		only = partOf(p.Base, p.Head, differs, alone)
	}
	p.compare(was, is, before, only, steps, stepped, o)
	return p
}

// rests judges a project of which a change alters the words of index.md alone, so
// that it takes no step and no rule says another thing of it. It reports whether it is
// such a one.
func (p *Pair) rests(was, is *Judge, from, to *registry.Folder, differs map[string]bool, o Options) bool {
	before, after := is.Registry.Reworded(was.Registry, from, to, differs)
	if after == nil {
		return false
	}
	history, ok := is.Lifecycle.Rests(after)
	if !ok {
		return false
	}
	p.Base = &Verdict{Judge: was, Project: before, History: history, Known: true}
	p.Head = &Verdict{Judge: is, Project: after, History: history, Known: true}
	p.compare(was, is, before, &part{differs, registry.Altered{}}, nil, false, o)
	return true
}

// compare judges both sides, or as much of them as only says, and tells what the
// change brings and mends. before is nil for a project that begins; steps is what is
// wrong with the steps that it takes.
func (p *Pair) compare(was, is *Judge, before *registry.Project, only *part, steps []finding.Finding, stepped bool, o Options) {
	if before != nil && !o.Forward {
		p.Base.judge(nil, only)
	}
	p.Head.judge(before, only)
	p.findings = append(slices.Clone(p.Head.Findings), steps...)
	if before == nil {
		p.findings = is.Rules.Spare(p.findings)
		return
	}
	is.Rules.Complete(p.findings)
	if o.Forward && !stepped && slices.ContainsFunc(p.findings, func(f finding.Finding) bool { return f.Blocks() }) {
		p.Base.judge(nil, only)
	}
	if !o.Forward {
		p.mended = mended(was.Rules.Spare(p.Base.Findings), p.findings)
	}
	if !stepped { // a transition is judged on the whole project
		identities(p.Base.Findings).mark(p.findings)
	}
	p.findings = is.Rules.Spare(p.findings)
}

// gone words the deletion of a project, or its move to another id.
func gone(was, is *Judge, bf *registry.Folder, dirs []string) finding.Finding {
	f := finding.Finding{Rule: "C-001", Project: bf.ID, Place: finding.Place{File: bf.Dir + "/index.md", Line: 1, Col: 1},
		Message: finding.Text{Zh: fmt.Sprintf("项目 %s 被删除", bf.ID), En: fmt.Sprintf("project %s is deleted", bf.ID)},
		Help:    finding.Text{Zh: "恢复它的文件夹：登记过的项目永不删除，编号永不重用；撤回或终止写进 index.md 的 closure", En: "restore its folder: a registered project is never deleted and its id never reused; withdrawal or termination goes into closure of index.md"}}
	if to := movedTo(was, is, bf, dirs); to != "" {
		f.Rule = "C-002"
		f.Message = finding.Text{Zh: fmt.Sprintf("项目 %s 被改名为 %s", bf.ID, to), En: fmt.Sprintf("project %s is renamed to %s", bf.ID, to)}
		f.Help = finding.Text{Zh: "恢复原来的文件夹：编号终身不变；项目名称写在 index.md 的 title 里", En: "restore the folder: an id is for life; the name of a project is title in index.md"}
	}
	return f
}

func declared(p *registry.Project) any {
	index, _ := p.Env["index"].(map[string]any)
	return index["state"]
}

// movedTo finds a new project with the very index.md of a vanished one.
func movedTo(was, is *Judge, gone *registry.Folder, dirs []string) string {
	old, err := was.Registry.Read(gone.Dir+"/index.md", registry.RecordLimit)
	if err != nil {
		return ""
	}
	for _, dir := range dirs {
		f := is.Registry.Folder(idOf(dir))
		if f == nil || was.Registry.Folder(f.ID) != nil {
			continue
		}
		if now, err := is.Registry.Read(f.Dir+"/index.md", registry.RecordLimit); err == nil && string(now) == string(old) {
			return f.ID
		}
	}
	return ""
}
