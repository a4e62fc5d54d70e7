package check_test

import (
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
)

// BenchmarkNewJudge measures what every run pays first: loading schemas,
// lifecycle, rules and registers.
func BenchmarkNewJudge(b *testing.B) {
	files, err := disk.Open("../../..")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := check.NewJudge(files); err != nil {
			b.Fatal(err)
		}
	}
}
