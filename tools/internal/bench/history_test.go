//go:build unix

package bench_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// history is a bare repository whose main holds a synthetic registry and then
// merges, each of one commit that adds words to one project.
type history struct {
	dir, command string
	merges       int
}

// eachHistory runs a benchmark at every size, on a history that is made outside
// the measured time.
func eachHistory(b *testing.B, run func(*testing.B, *history)) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) { run(b, newHistory(b, n)) })
	}
}

// newHistory makes the repository with git fast-import, and builds the command.
// TAIZHANG_BENCH_MERGES is the number of merges, 200 without it.
// TAIZHANG_BENCH_KEEP names a folder where repositories stay for the next run.
func newHistory(b *testing.B, projects int) *history {
	b.Helper()
	h := &history{command: filepath.Join(b.TempDir(), "taizhang"), merges: 200}
	if s := os.Getenv("TAIZHANG_BENCH_MERGES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			b.Fatalf("TAIZHANG_BENCH_MERGES: %q", s)
		}
		h.merges = n
	}
	if out, err := exec.Command("go", "build", "-o", h.command, "../../taizhang").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	keep := os.Getenv("TAIZHANG_BENCH_KEEP")
	if keep == "" {
		keep = b.TempDir()
	}
	h.dir = filepath.Join(keep, fmt.Sprintf("history-%d-%d.git", projects, h.merges))
	if _, err := os.Stat(h.dir); err == nil {
		return h
	}
	h.make(b, newWorld(b, projects))
	return h
}

// make fills a folder aside and moves it into place: half a history is never
// found by the next run.
func (h *history) make(b *testing.B, w *world) {
	b.Helper()
	aside := h.dir + ".part"
	if err := os.RemoveAll(aside); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command("git", "init", "-q", "--bare", "-b", "main", aside).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	pipe, in := io.Pipe()
	go func() { in.CloseWithError(h.write(in, w)) }()
	load := exec.Command("git", "-C", aside, "fast-import", "--quiet")
	load.Stdin = pipe
	if out, err := load.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	if err := os.Rename(aside, h.dir); err != nil {
		b.Fatal(err)
	}
}

// write gives the history as git fast-import reads it.
func (h *history) write(to io.Writer, w *world) error {
	out := bufio.NewWriter(to)
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).Unix()
	commit := func(branch string, mark int, message string) {
		at += 60
		fmt.Fprintf(out, "commit refs/heads/%s\nmark :%d\ncommitter a <a@example.org> %d +0800\ndata %d\n%s\n", branch, mark, at, len(message), message)
	}
	file := func(path string, data []byte) {
		fmt.Fprintf(out, "M 100644 inline %s\ndata %d\n%s\n", path, len(data), data)
	}
	commit("main", 1, "registry")
	var index []string
	text := map[string][]byte{}
	for _, p := range w.files.Paths() {
		data, err := w.files.Read(p, 64<<20)
		if err != nil {
			return err
		}
		file(p, data)
		if strings.HasPrefix(p, "content/projects/") && strings.HasSuffix(p, "/index.md") {
			index = append(index, p)
			text[p] = data
		}
	}
	for i := range h.merges {
		p := index[i*7919%len(index)]
		text[p] = fmt.Appendf(text[p], "第 %d 次补充。\n", i+1)
		main, topic := 1+2*i, 2+2*i
		commit("topic", topic, "words")
		fmt.Fprintf(out, "from :%d\n", main)
		file(p, text[p])
		commit("main", topic+1, fmt.Sprintf("Merge pull request #%d from topic", i+1))
		fmt.Fprintf(out, "from :%d\nmerge :%d\n", main, topic)
		file(p, text[p])
	}
	return out.Flush()
}

// spent runs a whole process in the repository and returns its processor time.
// The exit code is not asked: an audit of what nobody approved ends with 1.
func (h *history) spent(b *testing.B, name string, args ...string) time.Duration {
	b.Helper()
	c := exec.Command(name, args...)
	c.Dir = h.dir
	_ = c.Run()
	if c.ProcessState == nil || c.ProcessState.ExitCode() > 1 {
		b.Fatalf("%s %v: %v", name, args, c.ProcessState)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
}

// against runs the command b.N times and reports its processor time, also as a
// multiple of what git takes in the same run, the mean of five.
func (h *history) against(b *testing.B, per int, git, args []string) {
	var floor, spent time.Duration
	for range 5 {
		floor += h.spent(b, "git", git...) / 5
	}
	b.ResetTimer()
	for range b.N {
		spent += h.spent(b, h.command, args...) / time.Duration(b.N)
	}
	b.ReportMetric(float64(spent)/float64(floor), "×git")
	b.ReportMetric(spent.Seconds()*1000/float64(per), "cpu-ms/commit")
	b.ReportMetric(floor.Seconds()*1000/float64(per), "git-ms/commit")
}

// BenchmarkReview is taizhang review of a change of one project, to git diff of
// the same range.
func BenchmarkReview(b *testing.B) {
	eachHistory(b, func(b *testing.B, h *history) {
		h.against(b, 1, []string{"diff", "--name-only", "main^", "topic"}, []string{"review", "--base", "main^", "--head", "topic", "--format", "json"})
	})
}

// BenchmarkReviewStep is taizhang review of a change that takes a step: the
// appraisal of a project passes.
func BenchmarkReviewStep(b *testing.B) {
	reviewOf(b, func(h *history) []string {
		dir := h.inState(b, "S30")
		h.restore(b, "step", map[string]func([]byte) []byte{
			dir + "/index.md":     func(text []byte) []byte { return bytes.Replace(text, []byte("state: S30"), []byte("state: S20"), 1) },
			dir + "/appraisal.md": func([]byte) []byte { return nil },
		})
		return []string{"step-base", "step"}
	})
}

// BenchmarkReviewCreation is taizhang review of a change that declares a project.
func BenchmarkReviewCreation(b *testing.B) {
	reviewOf(b, func(h *history) []string {
		edits := map[string]func([]byte) []byte{}
		for _, file := range strings.Fields(h.git(b, "ls-tree", "-r", "--name-only", "main", h.inState(b, "S10")+"/")) {
			edits[file] = func([]byte) []byte { return nil }
		}
		h.restore(b, "creation", edits)
		return []string{"creation-base", "creation"}
	})
}

func reviewOf(b *testing.B, revisions func(*history) []string) {
	eachHistory(b, func(b *testing.B, h *history) {
		r := revisions(h)
		h.against(b, 1, []string{"diff", "--name-only", r[0], r[1]}, []string{"review", "--base", r[0], "--head", r[1], "--format", "json"})
	})
}

// git runs git in the repository and returns what it says.
func (h *history) git(b *testing.B, args ...string) string {
	b.Helper()
	out, err := exec.Command("git", append([]string{"-C", h.dir}, args...)...).Output()
	if err != nil {
		b.Fatalf("git %v: %v", args, err)
	}
	return string(out)
}

// inState returns the folder of a project that declares a state.
func (h *history) inState(b *testing.B, state string) string {
	hits := strings.Fields(h.git(b, "grep", "-l", "^state: "+state+"$", "main", "--", "content/projects/*/index.md"))
	return strings.TrimPrefix(filepath.Dir(hits[len(hits)/2]), "main:")
}

// restore makes the branch name, which brings back what its base name-base lacks of
// main: files as before makes them, nil for none.
func (h *history) restore(b *testing.B, name string, before map[string]func([]byte) []byte) {
	b.Helper()
	if exec.Command("git", "-C", h.dir, "rev-parse", "--verify", "-q", name).Run() == nil {
		return
	}
	var in bytes.Buffer
	commit := func(branch string, mark int, from string) {
		fmt.Fprintf(&in, "commit refs/heads/%s\nmark :%d\ncommitter a <a@example.org> 1900000000 +0800\ndata 1\n.\nfrom %s\n", branch, mark, from)
	}
	file := func(path string, data []byte) {
		if data == nil {
			fmt.Fprintf(&in, "D %s\n", path)
			return
		}
		fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", path, len(data), data)
	}
	now := map[string][]byte{}
	commit(name+"-base", 1, "refs/heads/main^0")
	for path, edit := range before {
		now[path] = []byte(h.git(b, "show", "main:"+path))
		file(path, edit(now[path]))
	}
	commit(name, 2, ":1")
	for path := range before {
		file(path, now[path])
	}
	load := exec.Command("git", "-C", h.dir, "fast-import", "--quiet")
	load.Stdin = &in
	if out, err := load.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
}

// BenchmarkAudit is taizhang audit of all merges, to git log of them.
func BenchmarkAudit(b *testing.B) {
	eachHistory(b, func(b *testing.B, h *history) {
		h.against(b, h.merges, []string{"log", "--first-parent", "--raw", "main"}, []string{"audit", "--quiet", "--format", "json"})
	})
}

// BenchmarkAuditOn is taizhang audit of the last ten merges alone, as it goes on
// from a checkpoint, to git log of them.
func BenchmarkAuditOn(b *testing.B) {
	eachHistory(b, func(b *testing.B, h *history) {
		h.against(b, 10, []string{"log", "--first-parent", "--raw", "main~10..main"}, []string{"audit", "--quiet", "--from", "main~10", "--format", "json"})
	})
}
