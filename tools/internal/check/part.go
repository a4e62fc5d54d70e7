package check

import "taizhang/tools/internal/registry"

// part is what a change can have brought or mended in a project, or what is worth
// telling of it: whatever else is found stands on both sides. A nil one is the whole
// project.
type part struct {
	differs map[string]bool // paths, nil for all
	rules   registry.Altered
}

// partOf compares a project before and after a change. It is nil where the parts
// of a verdict hang together: what a waiver covers, or what excuses a finding.
func partOf(was, is *Verdict, differs map[string]bool, alone bool) *part {
	if !was.Known || !is.Known || len(was.History.Findings)+len(is.History.Findings) > 0 {
		return nil
	}
	altered := is.Project.Alters(was.Project, differs, alone)
	if altered == nil || altered.Touches([]string{"index.waivers"}) {
		return nil
	}
	return &part{differs, altered}
}

// allButName is the whole of a project that takes a step by its old name: whether
// others have the same name was told when it came in, and to tell it again takes
// reading every project of the year. A waiver of that would seem to be stale.
func allButName(was, is *Verdict, alone bool) *part {
	index, _ := is.Project.Env["index"].(map[string]any)
	if waivers, _ := index["waivers"].([]any); !alone || len(waivers) > 0 || is.Project.Renamed(was.Project) {
		return nil
	}
	return &part{rules: is.Project.AllBut("namesakes")}
}

func (p *part) altered() registry.Altered {
	if p == nil {
		return nil
	}
	return p.rules
}

func (p *part) holds(file string) bool { return p == nil || p.differs == nil || p.differs[file] }
