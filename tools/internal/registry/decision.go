package registry

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"taizhang/tools/internal/value"
)

// Subjects of decisions that are no projects.
const (
	SubjectPlans       = "plans"       // annual plans
	SubjectDefinitions = "definitions" // what the registry judges by
	SubjectTexts       = "texts"       // help pages
)

// DecisionsDir holds the decisions on everything that is no project, a folder
// for each subject; those on a project are in its own folder.
const DecisionsDir = "data/decisions"

// DecisionFile returns the path of decision number n (from 1) on a subject.
func DecisionFile(subject string, n int) string {
	name := fmt.Sprintf("%04d.json", n)
	if id, ok := value.ParseProjectID(subject); ok {
		return path.Join(ProjectsDir, id.Path(), "decisions", name)
	}
	return path.Join(DecisionsDir, subject, name)
}

// ParseDecisionFile takes a path apart that [DecisionFile] could have made.
func ParseDecisionFile(p string) (subject string, n int, ok bool) {
	name := strings.TrimSuffix(path.Base(p), ".json")
	dir := path.Dir(p)
	if rest, in := strings.CutPrefix(dir, ProjectsDir+"/"); in {
		subject = strings.ReplaceAll(strings.TrimSuffix(rest, "/decisions"), "/", "-")
	} else {
		subject = path.Base(dir)
		if subject != SubjectPlans && subject != SubjectDefinitions && subject != SubjectTexts {
			return "", 0, false
		}
	}
	n, err := strconv.Atoi(name)
	if err != nil || n < 1 || DecisionFile(subject, n) != p {
		return "", 0, false
	}
	return subject, n, true
}

// InDecisions reports whether a path lies where only decisions may be.
func InDecisions(p string) bool {
	if strings.HasPrefix(p, DecisionsDir+"/") {
		return true
	}
	rest, ok := strings.CutPrefix(p, ProjectsDir+"/")
	parts := strings.SplitN(rest, "/", 5)
	return ok && len(parts) == 5 && parts[3] == "decisions"
}

func decision(f *Folder, name string) bool {
	subject, _, ok := ParseDecisionFile(f.Dir + "/" + name)
	return ok && subject == f.ID
}
