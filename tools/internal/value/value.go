// Package value knows the small values that records are made of: amounts,
// dates, document numbers, credit codes, ids, and the marks that must never be
// published. Every function takes text and judges it alone.
//
// It must not know records, schemas, rules, files or the clock: whether a value
// is the right one here is for the packages above to say.
package value

import "taizhang/tools/internal/finding"

// Hit is a stretch of one line that a detector recognises. Col is 1-based,
// columns count code points, EndCol is exclusive.
type Hit struct {
	Kind        finding.Text
	Col, EndCol int
}
