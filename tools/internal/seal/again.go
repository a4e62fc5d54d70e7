package seal

import (
	"slices"
	"time"

	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/transition"
)

// disorder is how far the decisions on a subject may be out of their order: a
// forge may have merged two requests one way and sealed them the other.
const disorder = 24 * time.Hour

// TouchedSince reports whether the decisions on a subject up to a number hold one
// on any of some files after a moment. A transition says from which content it
// goes, so where it can still be made the files went to and fro meanwhile: what
// was undone is done again, and a vote from before that, which was never used, is
// none on doing it again.
func TouchedSince(decisions registry.Files, subject string, files []transition.File, number int, since time.Time) bool {
	for ; number > 0; number-- {
		data, err := decisions.Read(registry.DecisionFile(subject, number), Limit)
		if err != nil {
			return false // the chain says so elsewhere
		}
		d, err := Decode(data)
		if err != nil || d.When().Before(since.Add(-disorder)) {
			return false
		}
		if d.When().After(since) && slices.ContainsFunc(files, func(f transition.File) bool {
			return slices.ContainsFunc(d.Transition.Files, func(o transition.File) bool { return o.Path == f.Path })
		}) {
			return true
		}
	}
	return false
}
