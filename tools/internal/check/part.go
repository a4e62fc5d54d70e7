package check

import "taizhang/tools/internal/registry"

// part is what a change that is no step can have brought or mended in a project:
// whatever else is found stands on both sides. A nil one is the whole project.
type part struct {
	differs map[string]bool // paths
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

func (p *part) altered() registry.Altered {
	if p == nil {
		return nil
	}
	return p.rules
}

func (p *part) holds(file string) bool { return p == nil || p.differs[file] }
