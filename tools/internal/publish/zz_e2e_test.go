package publish

import (
	"encoding/json"
	"os"
	"sync"
	"testing"
	"time"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
)

func TestZZ(t *testing.T) {
	out, root := os.Getenv("ZZ_OUT"), os.Getenv("ZZ_ROOT")
	if out == "" {
		t.Skip()
	}
	f, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(out, Meta{Commit: "3f9a1c27be10", Date: "2026-11-22"})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	var mu sync.Mutex
	res, err := check.All(f, check.Options{Visit: func(v *check.Verdict) {
		if err := b.Add(v); err != nil {
			mu.Lock()
			t.Error(err)
			mu.Unlock()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("judged", time.Since(start), len(res.Findings))
	for i, x := range res.Findings {
		if i < 5 {
			t.Log(x.File, x.Line, x.Rule, x.Message.Zh)
		}
	}
	m, err := b.Finish(res.Judge)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("done", time.Since(start), len(m.Expected), len(m.Forbidden), m.Projects, m.Withheld)
	var forb []string
	for _, x := range m.Forbidden {
		forb = append(forb, string(x))
	}
	data, _ := json.MarshalIndent(map[string]any{"e": m.Expected, "f": forb}, "", " ")
	os.WriteFile(out+".manifest.json", data, 0o644)
}
