//go:build unix

package bench_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/synth"
)

const root = "../../.."

// sizes are the numbers of projects to measure at: TAIZHANG_BENCH_PROJECTS, or
// three that take seconds.
func sizes(b *testing.B) []int {
	env := os.Getenv("TAIZHANG_BENCH_PROJECTS")
	if env == "" {
		return []int{100, 1000, 10_000}
	}
	var out []int
	for _, s := range strings.Split(env, ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatalf("TAIZHANG_BENCH_PROJECTS: %v", err)
		}
		out = append(out, n)
	}
	return out
}

// world is one synthetic registry on disk.
type world struct {
	dir      string
	projects int
	files    *disk.Files
	records  []string // paths of all records and plans
}

// each runs a benchmark at every size, on a registry that is made outside the
// measured time.
func each(b *testing.B, run func(*testing.B, *world)) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			run(b, newWorld(b, n))
		})
	}
}

func newWorld(b *testing.B, projects int) *world {
	b.Helper()
	w := &world{dir: b.TempDir(), projects: projects}
	write := func(path string, data []byte) error {
		name := filepath.Join(w.dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		return os.WriteFile(name, data, 0o644)
	}
	if err := synth.Generate(1, projects, write); err != nil {
		b.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(w.dir, "schemas"), os.DirFS(filepath.Join(root, "schemas"))); err != nil {
		b.Fatal(err)
	}
	files, err := disk.Open(w.dir)
	if err != nil {
		b.Fatal(err)
	}
	w.files = files
	for _, p := range files.Paths() {
		if strings.HasPrefix(p, "content/") {
			w.records = append(w.records, p)
		}
	}
	return w
}

// readAll is the floor: every record is read, and nothing is done with it.
func (w *world) readAll(b *testing.B) {
	for _, p := range w.records {
		if _, err := os.ReadFile(filepath.Join(w.dir, filepath.FromSlash(p))); err != nil {
			b.Fatal(err)
		}
	}
}

// load reads all records into memory, for what is measured without the disk.
func (w *world) load(b *testing.B) map[string][]byte {
	out := make(map[string][]byte, len(w.records))
	for _, p := range w.records {
		data, err := w.files.Read(p, registry.RecordLimit)
		if err != nil {
			b.Fatal(err)
		}
		out[p] = data
	}
	return out
}

// measure runs one operation over the whole registry b.N times and reports
// projects per second, CPU time as a multiple of the floor's, and peak memory.
func (w *world) measure(b *testing.B, op func()) {
	w.readAll(b) // the page cache must not decide
	floor := cpu(func() { w.readAll(b) })
	floor = min(floor, cpu(func() { w.readAll(b) }))
	resetPeak()
	b.ResetTimer()
	spent := cpu(func() {
		for range b.N {
			op()
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(w.projects)*float64(b.N)/b.Elapsed().Seconds(), "projects/s")
	b.ReportMetric(float64(spent)/float64(b.N)/float64(floor), "×floor")
	b.ReportMetric(spent.Seconds()*1000/float64(b.N), "cpu-ms/op")
	b.ReportMetric(peak(), "peak-MB")
}

func BenchmarkFloor(b *testing.B) {
	each(b, func(b *testing.B, w *world) { w.measure(b, func() { w.readAll(b) }) })
}

func BenchmarkList(b *testing.B) {
	each(b, func(b *testing.B, w *world) {
		w.measure(b, func() {
			if _, err := disk.Open(w.dir); err != nil {
				b.Fatal(err)
			}
		})
	})
}

func BenchmarkParse(b *testing.B) {
	each(b, func(b *testing.B, w *world) {
		data := w.load(b)
		w.measure(b, func() {
			for p, d := range data {
				if r, fs := record.Parse(p, d); r == nil {
					b.Fatal(p, fs)
				}
			}
		})
	})
}

func BenchmarkSchema(b *testing.B) {
	each(b, func(b *testing.B, w *world) {
		set := registrytest.Open(b, root).Schemas(b)
		type parsed struct {
			path string
			form *schema.Form
			root *record.Node
		}
		var all []parsed
		for p, d := range w.load(b) {
			if !strings.HasPrefix(p, registry.ProjectsDir) {
				continue
			}
			name := strings.TrimSuffix(filepath.Base(p), ".md")
			if i := strings.LastIndexByte(name, '-'); i > 0 {
				name = name[:i]
			}
			rec, _ := record.Parse(p, d)
			all = append(all, parsed{p, set.Form(name), rec.Root})
		}
		w.measure(b, func() {
			for _, r := range all {
				if fs := r.form.Validate(r.path, r.root); len(fs) > 0 {
					b.Fatal(r.path, fs)
				}
			}
		})
	})
}

// BenchmarkRules replays the life of every project and evaluates the rules on
// it; reading is not measured. A sample of the projects stands for all, as
// parsed records of many would fill the memory.
func BenchmarkRules(b *testing.B) {
	each(b, func(b *testing.B, w *world) {
		j, err := check.NewJudge(w.files)
		if err != nil {
			b.Fatal(err)
		}
		folders := j.Registry.Folders()
		folders = folders[:min(len(folders), 1000)]
		var projects []*registry.Project
		for _, f := range folders {
			projects = append(projects, j.Registry.Project(f))
		}
		sample := *w
		sample.projects = len(projects)
		sample.records = nil
		for _, p := range projects {
			for _, r := range p.Records {
				sample.records = append(sample.records, r.Path)
			}
		}
		sample.measure(b, func() {
			for _, p := range projects {
				var fs []finding.Finding
				_, life := j.Lifecycle.Replay(p)
				if fs = append(fs, j.Rules.Project(p, nil, life, nil)...); len(fs) > 0 {
					b.Fatal(fs)
				}
			}
		})
	})
}

// BenchmarkCheck is the whole of taizhang check, from the listing of the folder
// to the sorted findings.
func BenchmarkCheck(b *testing.B) {
	each(b, func(b *testing.B, w *world) {
		w.measure(b, func() {
			files, err := disk.Open(w.dir)
			if err != nil {
				b.Fatal(err)
			}
			res, err := check.All(files, check.Options{})
			if err != nil || len(res.Findings) > 0 {
				b.Fatal(err, res.Findings)
			}
		})
	})
}
