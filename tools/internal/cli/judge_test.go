package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/site"
)

// compiledJudge compiles the judge of the form page, or takes it from the cache,
// and writes it where node can read it.
func compiledJudge(t *testing.T) (wasm, glue string) {
	t.Helper()
	root, err := filepath.Abs(repoRoot)
	if err != nil {
		t.Fatal(err)
	}
	j, err := (&site.Locator{Root: root}).Judge(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	wasm, glue = filepath.Join(dir, "judge.wasm.gz"), filepath.Join(dir, "wasm_exec.js")
	if err := errors.Join(os.WriteFile(wasm, j.Wasm, 0o644), os.WriteFile(glue, j.Runtime, 0o644)); err != nil {
		t.Fatal(err)
	}
	return wasm, glue
}

// parityCase is one question to both judges: edits of a tree, judged whole, in
// part (only) or as a change, with the definitions of a bundle. The answer of
// the command is want.
type parityCase struct {
	Name   string         `json:"name"`
	Bundle string         `json:"bundle"`
	Tree   string         `json:"tree"`
	Edits  map[string]any `json:"edits"` // text, {"base64": …} or null
	Only   []string       `json:"only,omitempty"`
	Today  string         `json:"today,omitempty"`
	Date   string         `json:"date"`
	Change bool           `json:"change,omitempty"`
	want   []any
}

// lot is what one question asks about: fixtures that touch no file of each
// other's projects, laid over the same tree.
type lot struct {
	asked
	edits    registrytest.Example
	readings int      // the answers that are in force: 0 is what the registry says
	dirs     []string // projects that are touched; nil where other files are
}

// join puts lots together that can share a tree: both judges see the very same
// one, so that what the fixtures do to each other does not matter.
func join(lots []lot) (out []lot) {
	for _, l := range lots {
		k := slices.IndexFunc(out, func(o lot) bool {
			return l.dirs != nil && o.dirs != nil && l.today == o.today && l.change == o.change && l.readings == o.readings &&
				!slices.ContainsFunc(l.dirs, func(d string) bool { return slices.Contains(o.dirs, d) })
		})
		if k < 0 {
			out = append(out, l)
			continue
		}
		o := &out[k]
		o.name += ", " + l.name
		o.edits.Edits = append(slices.Clip(o.edits.Edits), l.edits.Edits...)
		o.edited = append(slices.Clip(o.edited), l.edited...)
		o.dirs = append(slices.Clip(o.dirs), l.dirs...)
		o.only = nil
	}
	return out
}

// answers are the readings that are answered otherwise at once: the first answer
// that a case of each tries, the second, and so on.
type answers []map[string]string

// of returns the number of the set in which a reading has an answer.
func (a *answers) of(id, answer string) int {
	for k := range *a {
		if was, ok := (*a)[k][id]; !ok || was == answer {
			(*a)[k][id] = answer
			return k + 1
		}
	}
	*a = append(*a, map[string]string{id: answer})
	return len(*a)
}

// choose puts a set of answers in force in dir and returns what undoes it.
func (a answers) choose(t *testing.T, dir string, set int) func() {
	t.Helper()
	var undo []func()
	if set > 0 {
		for _, id := range slices.Sorted(maps.Keys(a[set-1])) {
			undo = append(undo, choose(t, dir, id, a[set-1][id]))
		}
	}
	return func() {
		for _, u := range slices.Backward(undo) {
			u()
		}
	}
}

// lots returns every fixture: the examples of every rule, the cases of the
// regulation and of its readings, and whole lives.
func lots(t *testing.T) (out []lot, sets answers) {
	t.Helper()
	j := judgeOf(t, repoRoot)
	add := func(name, today string, e registrytest.Example, change bool, readings int) {
		l := lot{asked: asked{name: name, today: today, change: change, edited: paths(e)}, edits: e, readings: readings, dirs: touched(e)}
		if !change && readings == 0 {
			l.only = l.dirs
		}
		out = append(out, l)
	}
	for _, r := range j.Rules.All() {
		examples, err := registrytest.Examples(r.File, r.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range examples {
			add(r.ID+" "+e.Caption, e.Today, e, false, 0)
			if onChange(r) {
				add(r.ID+" "+e.Caption+" (change)", "", e, true, 0)
			}
		}
	}
	for _, folder := range []string{"vectors", "lives"} {
		for _, v := range vectors(t, folder) {
			add(folder+" "+v.name, v.today, v.edits, false, 0)
		}
	}
	for _, v := range vectors(t, "readings") {
		for _, s := range v.says {
			add("readings "+v.name+" "+s[0], "", v.edits, false, sets.of(v.name[:len("A-00")], s[0]))
		}
	}
	return out, sets
}

// portable is a file as JSON carries it.
func portable(data []byte) any {
	if utf8.Valid(data) {
		return string(data)
	}
	return map[string]string{"base64": base64.StdEncoding.EncodeToString(data)}
}

// treeOf reads the registry in dir.
func treeOf(t *testing.T, dir string) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, top := range disk.Tops() {
		err := filepath.WalkDir(filepath.Join(dir, top), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(dir, p)
			if err != nil {
				return err
			}
			data, err := os.ReadFile(p)
			out[filepath.ToSlash(rel)] = portable(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// note enters the files at paths, as they are now, as the edits of a case.
func note(t *testing.T, dir string, c *parityCase, paths []string) {
	t.Helper()
	c.Edits = map[string]any{}
	for _, p := range paths {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p)))
		switch {
		case err == nil:
			c.Edits[p] = portable(data)
		case errors.Is(err, fs.ErrNotExist):
			c.Edits[p] = nil
		default:
			t.Error(err)
		}
	}
}

func paths(e registrytest.Example) []string {
	var out []string
	for _, ed := range e.Edits {
		out = append(out, ed.Path)
	}
	return out
}

// TestTheJudgeInTheBrowserFindsWhatTheCommandFinds runs both on all fixtures:
// the examples of every rule, the cases of the regulation and of its readings,
// whole lives, and the sample registry.
func TestTheJudgeInTheBrowserFindsWhatTheCommandFinds(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("TAIZHANG_REQUIRE_BROWSER") == "1" {
			t.Fatal("没有找到 node，而 TAIZHANG_REQUIRE_BROWSER=1 (no node, but TAIZHANG_REQUIRE_BROWSER=1)")
		}
		t.Skip("没有找到 node，未核对网页上的检查程序 (no node: the judge of the form page is not compared)")
	}
	wasm, glue := compiledJudge(t)
	all, sets := lots(t)
	joined := join(all)
	t.Logf("%d fixtures in %d questions, %d sets of readings", len(all), len(joined), len(sets))
	st := newSteady(t)
	var mu sync.Mutex
	var cases []*parityCase
	todo := make(chan lot, len(joined))
	for _, l := range joined {
		todo <- l
	}
	close(todo)
	var workers sync.WaitGroup
	trees, bundles := map[string]map[string]any{}, map[string]map[string]string{}
	for n := range runtime.GOMAXPROCS(0) {
		dir := fixture(t)
		for set := 0; n == 0 && set <= len(sets); set++ {
			undo := sets.choose(t, dir, set)
			trees["fixture"] = treeOf(t, dir)
			bundles[bundleOf(set)] = definitions(trees["fixture"])
			undo()
		}
		git(t, dir, "init", "-q", "-b", "main")
		git(t, dir, "add", "-A")
		git(t, dir, "commit", "-q", "-m", "fixture")
		workers.Go(func() {
			for l := range todo {
				c := answered(t, st, sets, dir, l)
				mu.Lock()
				cases = append(cases, c)
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	// Definitions that come with the question, not with the bundle.
	at := slices.IndexFunc(cases, func(c *parityCase) bool { return c.Bundle == bundleOf(1) })
	changed := *cases[at]
	changed.Bundle, changed.Name, changed.Edits = bundleOf(0), changed.Name+" (definitions changed)", maps.Clone(changed.Edits)
	for p, text := range bundles[bundleOf(1)] {
		if bundles[bundleOf(0)][p] != text {
			changed.Edits[p] = text
		}
	}

	trees["sample"] = treeOf(t, repoRoot)
	bundles["sample"] = definitions(trees["sample"])
	root, err := filepath.Abs(repoRoot)
	if err != nil {
		t.Fatal(err)
	}
	cases = append(cases, &changed, &parityCase{Name: "sample", Bundle: "sample", Tree: "sample", Edits: map[string]any{}, Date: st.date, want: findings(t, command(t, root, asked{name: "sample"}))})
	compare(t, node, wasm, glue, bundles, trees, cases)
}

func bundleOf(set int) string { return fmt.Sprintf("readings %d", set) }

// answered lays a lot over the fixture in dir and has the command answer it.
func answered(t *testing.T, st *steady, sets answers, dir string, l lot) *parityCase {
	t.Helper()
	defer apply(t, dir, l.edits)()
	defer sets.choose(t, dir, l.readings)()
	c := &parityCase{Name: l.name, Bundle: bundleOf(l.readings), Tree: "fixture", Only: l.only, Today: l.today, Change: l.change, Date: st.date}
	note(t, dir, c, l.edited)
	if l.readings > 0 {
		l.edited = append(slices.Clip(l.edited), "schemas/interpretations.yaml")
	}
	c.want = findings(t, st.ask(t, dir, l.asked))
	return c
}

// definitions takes the definitions out of a tree.
func definitions(tree map[string]any) map[string]string {
	out := map[string]string{}
	for p, text := range tree {
		if strings.HasPrefix(p, "schemas/") {
			out[p] = text.(string)
			delete(tree, p)
		}
	}
	return out
}

// compare asks the judge in WebAssembly all cases, in as many processes as help.
func compare(t *testing.T, node, wasm, glue string, bundles map[string]map[string]string, trees map[string]map[string]any, cases []*parityCase) {
	t.Helper()
	slices.SortStableFunc(cases, func(a, b *parityCase) int { return strings.Compare(a.Bundle, b.Bundle) }) // each is loaded once
	shares := make([][]*parityCase, min(runtime.GOMAXPROCS(0), len(cases)))
	want := map[string][]any{}
	found := 0
	for i, c := range cases {
		c.Name = fmt.Sprintf("%d: %s", i, c.Name)
		shares[i%len(shares)] = append(shares[i%len(shares)], c)
		want[c.Name] = c.want
		found += len(c.want)
	}
	t.Logf("%d cases with %d findings", len(cases), found)
	script, err := filepath.Abs("testdata/judge.cjs")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	answered := 0
	var workers sync.WaitGroup
	for _, share := range shares {
		data, err := json.Marshal(map[string]any{"bundles": bundles, "trees": trees, "cases": share})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "cases.json")
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		workers.Go(func() {
			cmd := exec.Command(node, script, glue, wasm, file)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("node: %v\n%s", err, stderr.String())
			}
			lines := bufio.NewScanner(bytes.NewReader(out))
			lines.Buffer(nil, 16<<20)
			for lines.Scan() {
				var got struct {
					Name     string
					Findings []any
				}
				if err := json.Unmarshal(lines.Bytes(), &got); err != nil {
					t.Errorf("%v in %.200q", err, lines.Text())
					continue
				}
				mu.Lock()
				answered++
				mu.Unlock()
				if w := want[got.Name]; len(w)+len(got.Findings) > 0 && !reflect.DeepEqual(w, got.Findings) {
					a, _ := json.Marshal(w)
					b, _ := json.Marshal(got.Findings)
					t.Errorf("%s: the command finds\n%s\nand the page\n%s", got.Name, a, b)
				}
			}
		})
	}
	workers.Wait()
	if answered != len(cases) {
		t.Errorf("%d of %d cases were answered", answered, len(cases))
	}
}
