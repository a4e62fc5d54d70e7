package audit

import (
	"encoding/json"
	"maps"
	"sync"
	"testing"
	"time"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/registry"
)

// TestLooksAheadChangeNothing: links that are looked at before the ones in front of
// them are heard come out as they do one after the other.
func TestLooksAheadChangeNothing(t *testing.T) {
	w := newWorld(t)
	approved := w.decide(w.link("p", "a", w.files, w.words(w.files), noon), story{vote: noon, decided: noon, merged: noon})
	again := w.words(approved)
	defined := maps.Clone(again)
	defined[registry.UnitsFile] += "# 说明\n"
	links := []Link{w.link("p", "a", w.files, approved, noon), w.link("a", "b", approved, again, noon.Add(time.Hour)),
		w.link("b", "c", again, defined, noon.Add(2*time.Hour)), w.link("c", "d", defined, w.words(defined), noon.Add(3*time.Hour))}
	var one, ahead []*Entry
	a := w.auditor()
	for _, l := range links {
		one = append(one, w.hear(a, l))
	}
	a = w.auditor()
	looks := make([]*Look, len(links))
	var wg sync.WaitGroup
	for i, l := range links {
		look := a.Look(l)
		wg.Go(func() { looks[i] = look(check.Options{}) })
	}
	wg.Wait()
	for _, k := range looks {
		e, err := a.Hear(k)
		if err != nil {
			t.Fatal(err)
		}
		ahead = append(ahead, e)
	}
	want, _ := json.Marshal(one)
	got, _ := json.Marshal(ahead)
	if string(got) != string(want) {
		t.Errorf("ahead:\n%s\none after the other:\n%s", got, want)
	}
	for i, status := range []Status{Proven, Unapproved, Unapproved, Unapproved} {
		if it := one[i].Items; len(it) != 1 || it[0].Status != status {
			t.Errorf("link %d: %+v", i, it)
		}
	}
}
