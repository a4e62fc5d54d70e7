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
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/rule"
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
// part (only) or as a change. The answer of the command is want.
type parityCase struct {
	Name   string         `json:"name"`
	Tree   string         `json:"tree"`
	Edits  map[string]any `json:"edits"` // text, {"base64": …} or null
	Only   []string       `json:"only,omitempty"`
	Today  string         `json:"today,omitempty"`
	Date   string         `json:"date"`
	Change bool           `json:"change,omitempty"`
	want   []any
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

// native notes the files at paths and lets the command answer a case for the
// registry in dir as it is now.
func native(t *testing.T, dir string, c *parityCase, paths []string) {
	t.Helper()
	note(t, dir, c, paths)
	c.want = command(t, dir, c)
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

// command returns what `taizhang check` finds in dir.
func command(t *testing.T, dir string, c *parityCase) []any {
	t.Helper()
	args := append([]string{"check", "--format", "json"}, c.Only...)
	if c.Today != "" {
		args = append(args, "--today", c.Today)
	}
	if c.Change {
		args = append(args, "--base", "HEAD")
	}
	_, out, stderr := run(t, dir, args...)
	var r struct{ Findings []any }
	if err := json.Unmarshal([]byte(out), &r); err != nil || stderr != "" {
		t.Errorf("%s: %v %s", c.Name, err, stderr)
	}
	return r.Findings
}

// steady answers cases as the command does, by definitions that it has read
// already: the command's own reading of them is most of its time. Cases that
// change definitions, and some of the others, go to the command itself.
type steady struct {
	defs  *check.Judge
	base  *disk.Files // the fixture as it was
	asked atomic.Int64
}

func (s *steady) native(t *testing.T, dir string, c *parityCase, paths []string) {
	t.Helper()
	if slices.ContainsFunc(paths, func(p string) bool { return strings.HasPrefix(p, "schemas/") }) {
		native(t, dir, c, paths)
		return
	}
	sample := s.asked.Add(1)%10 == 0
	note(t, dir, c, paths)
	if sample {
		c.want = command(t, dir, c)
	}
	files, err := disk.Open(dir)
	if err != nil {
		t.Error(err)
		return
	}
	o := check.Options{Definitions: s.defs, Inspect: attach.Inspect, Today: c.Today, Workers: 1}
	var res *check.Result
	if c.Change {
		var changed []string
		for _, p := range paths {
			was, err1 := s.base.Read(p, 1<<20)
			is, err2 := files.Read(p, 1<<20)
			if (err1 == nil) != (err2 == nil) || !bytes.Equal(was, is) {
				changed = append(changed, p)
			}
		}
		res, err = check.Change(s.base, files, changed, o)
	} else {
		if len(c.Only) > 0 {
			o.Only = func(dir string) bool { return slices.Contains(c.Only, dir) }
		}
		res, err = check.All(files, o)
	}
	if err != nil {
		t.Errorf("%s: %v", c.Name, err)
		return
	}
	res.Remind(c.Date)
	var out bytes.Buffer
	err = report.Write(&out, "json", res.Findings, nil, report.Options{Source: func(file string) ([]byte, bool) {
		data, err := files.Read(file, 1<<20)
		return data, err == nil
	}})
	var r struct{ Findings []any }
	if err = errors.Join(err, json.Unmarshal(out.Bytes(), &r)); err != nil {
		t.Errorf("%s: %v", c.Name, err)
	}
	if sample && len(c.want)+len(r.Findings) > 0 && !reflect.DeepEqual(c.want, r.Findings) {
		t.Errorf("%s: the command finds\n%v\nand the same code in the test\n%v", c.Name, c.want, r.Findings)
	}
	c.want = r.Findings
}

func paths(e rule.Example) []string {
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
	date := time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format(time.DateOnly)

	files, err := disk.Open(repoRoot)
	if err != nil {
		t.Fatal(err)
	}
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	pristine := fixture(t)
	st := &steady{}
	if st.base, err = disk.Open(pristine); err == nil {
		st.defs, err = check.NewJudge(st.base)
	}
	if err != nil {
		t.Fatal(err)
	}
	type job func(dir string) []*parityCase
	var jobs []job
	for _, r := range j.Rules.Rules {
		examples, err := r.Examples()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range examples {
			jobs = append(jobs, func(dir string) []*parityCase {
				defer apply(t, dir, e)()
				c := &parityCase{Name: r.ID + " " + e.Caption, Tree: "fixture", Only: touched(e), Today: e.Today, Date: date}
				st.native(t, dir, c, paths(e))
				if !r.OnChange() {
					return []*parityCase{c}
				}
				change := &parityCase{Name: c.Name + " (change)", Tree: "fixture", Date: date, Change: true}
				st.native(t, dir, change, paths(e))
				return []*parityCase{c, change}
			})
		}
	}
	for _, folder := range []string{"vectors", "lives"} {
		for _, v := range vectors(t, folder) {
			jobs = append(jobs, func(dir string) []*parityCase {
				defer apply(t, dir, v.edits)()
				c := &parityCase{Name: folder + " " + v.name, Tree: "fixture", Today: v.today, Date: date}
				st.native(t, dir, c, paths(v.edits))
				return []*parityCase{c}
			})
		}
	}
	for _, v := range vectors(t, "readings") {
		jobs = append(jobs, func(dir string) (out []*parityCase) {
			defer apply(t, dir, v.edits)()
			for _, s := range v.says {
				undo := choose(t, dir, v.name[:len("A-00")], s[0])
				c := &parityCase{Name: "readings " + v.name + " " + s[0], Tree: "fixture", Date: date}
				native(t, dir, c, append(paths(v.edits), "schemas/interpretations.yaml"))
				undo()
				out = append(out, c)
			}
			return out
		})
	}

	var mu sync.Mutex
	var cases []*parityCase
	todo := make(chan job, len(jobs))
	for _, job := range jobs {
		todo <- job
	}
	close(todo)
	var workers sync.WaitGroup
	trees := map[string]map[string]any{}
	for n := range runtime.GOMAXPROCS(0) {
		dir := fixture(t)
		if n == 0 {
			trees["fixture"] = treeOf(t, dir)
		}
		git(t, dir, "init", "-q", "-b", "main")
		git(t, dir, "add", "-A")
		git(t, dir, "commit", "-q", "-m", "fixture")
		workers.Go(func() {
			for job := range todo {
				done := job(dir)
				mu.Lock()
				cases = append(cases, done...)
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	bundle := map[string]string{}
	for p, text := range trees["fixture"] {
		if strings.HasPrefix(p, "schemas/") {
			bundle[p] = text.(string)
			delete(trees["fixture"], p)
		}
	}
	compare(t, node, wasm, glue, bundle, trees, cases)

	sample := treeOf(t, repoRoot)
	bundle = map[string]string{}
	for p, text := range sample {
		if strings.HasPrefix(p, "schemas/") {
			bundle[p] = text.(string)
			delete(sample, p)
		}
	}
	whole := &parityCase{Name: "sample", Tree: "sample", Date: date}
	root, err := filepath.Abs(repoRoot)
	if err != nil {
		t.Fatal(err)
	}
	native(t, root, whole, nil)
	compare(t, node, wasm, glue, bundle, map[string]map[string]any{"sample": sample}, []*parityCase{whole})
}

// compare asks the judge in WebAssembly all cases, in as many processes as help.
func compare(t *testing.T, node, wasm, glue string, bundle map[string]string, trees map[string]map[string]any, cases []*parityCase) {
	t.Helper()
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
		data, err := json.Marshal(map[string]any{"bundle": map[string]any{"version": 1, "files": bundle}, "trees": trees, "cases": share})
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
