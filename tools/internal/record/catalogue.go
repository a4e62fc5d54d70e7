package record

import "taizhang/tools/internal/finding"

// Entry is one kind of finding that this package can make.
type Entry struct {
	ID       string
	Name     string
	Severity finding.Severity
}

// Catalogue lists the kinds of finding of this package in order of id.
func Catalogue() []Entry {
	return []Entry{
		{"F-001", "not-utf8", finding.Error},
		{"F-002", "byte-order-mark", finding.Error},
		{"F-003", "file-too-large", finding.Error},
		{"F-004", "front-matter-missing", finding.Error},
		{"F-005", "front-matter-unterminated", finding.Error},
		{"F-006", "yaml-syntax", finding.Error},
		{"F-007", "duplicate-key", finding.Error},
		{"F-008", "yaml-feature-refused", finding.Error},
		{"F-009", "second-document", finding.Error},
		{"F-010", "nested-too-deep", finding.Error},
		{"F-011", "ambiguous-scalar", finding.Error},
		{"F-012", "number-too-long", finding.Error},
		{"F-013", "raw-html", finding.Error},
		{"F-014", "template-delimiter", finding.Error},
		{"F-015", "bad-link", finding.Error},
		{"F-017", "control-characters", finding.Error},
	}
}

// entry returns the kind of finding that id stands for.
func entry(id string) Entry {
	for _, e := range Catalogue() {
		if e.ID == id {
			return e
		}
	}
	panic("record: no finding " + id)
}
