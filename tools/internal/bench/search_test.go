//go:build unix

package bench_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/publish"
	"taizhang/tools/internal/search"
)

// perKind is the number of queries of each kind that are tried.
const perKind = 20

// BenchmarkSearch asks the index of a synthetic registry through the script of
// the site in a browser, and compares the answers with what plain searching of
// all public texts finds. recall and precision are over all answers together;
// first-KB is what the first query of a visit transfers (index, lists, facet
// values and the texts of ten results; gz: if the server compresses what
// servers usually do); warm-ms is the same query again, the best of
// five times: others may use the machine. The script itself and
// the page come on top. Of the synthetic projects five in eight are public.
// TAIZHANG_BENCH_SITE names a built site to measure instead.
func BenchmarkSearch(b *testing.B) {
	measure := func(b *testing.B, dir string) {
		truth := readTexts(b, filepath.Join(dir, "search"))
		served := newServed(dir)
		server := httptest.NewServer(served)
		defer server.Close()
		page := browser.Open(b).Page(server.URL+"/", 800, 600)
		b.ResetTimer()
		kinds := map[string]*result{}
		var sum result
		for _, q := range truth.queries(perKind) {
			r := ask(b, page, truth, q)
			if kinds[q.kind] == nil {
				kinds[q.kind] = &result{}
			}
			kinds[q.kind].add(r)
			sum.add(r)
		}
		b.StopTimer()
		var report strings.Builder
		for _, k := range append(slices.Sorted(keys(kinds)), "all") {
			r := kinds[k]
			if k == "all" {
				r = &sum
			}
			fmt.Fprintf(&report, "\n%-10s %s", k, r)
		}
		b.Logf("%d public projects, index of %.1f MB in %d files%s", len(truth.docs), served.size/1e6, served.files, &report)
		b.ReportMetric(sum.recall(), "recall")
		b.ReportMetric(sum.precision(), "precision")
		b.ReportMetric(slices.Max(sum.first)/1000, "first-KB-gz-max")
		b.ReportMetric(slices.Max(sum.plain)/1000, "first-KB-max")
		b.ReportMetric(median(sum.warm), "warm-ms-median")
		b.ReportMetric(slices.Max(sum.warm), "warm-ms-max")
	}
	if dir := os.Getenv("TAIZHANG_BENCH_SITE"); dir != "" {
		measure(b, dir)
		return
	}
	each(b, func(b *testing.B, w *world) { measure(b, filepath.Join(w.project(b), "static")) })
}

// project publishes the registry and returns the projection's folder.
func (w *world) project(b *testing.B) string {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "projection")
	p, err := publish.New(dir, publish.Meta{})
	if err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	var failed error
	res, err := check.All(w.files, check.Options{Visit: func(v *check.Verdict) {
		if err := p.Add(v); err != nil {
			mu.Lock()
			failed = errors.Join(failed, err)
			mu.Unlock()
		}
	}})
	if err = errors.Join(err, failed); err != nil {
		b.Fatal(err)
	}
	if _, err := p.Finish(res.Judge); err != nil {
		b.Fatal(err)
	}
	return dir
}

// texts are the public texts of all projects, as they are and folded.
type texts struct {
	docs []doc
}

type doc struct {
	Card struct {
		ID, Title string
	}
	Fields [][3]string
	folded []string
}

func readTexts(b *testing.B, dir string) *texts {
	b.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*", "d", "*.bin"))
	if err != nil || len(names) == 0 {
		b.Fatal("no texts", err)
	}
	t := &texts{docs: make([]doc, len(names))}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		packed, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			b.Fatal(err)
		}
		n, _ := strconv.Atoi(strings.TrimSuffix(filepath.Base(name), ".bin"))
		if err := json.NewDecoder(packed).Decode(&t.docs[n]); err != nil {
			b.Fatal(err)
		}
		for _, f := range t.docs[n].Fields {
			t.docs[n].folded = append(t.docs[n].folded, string(search.Fold(f[2])))
		}
	}
	return t
}

// holding returns the numbers of the projects that hold all terms.
func (t *texts) holding(query string) []int {
	out := []int{}
	var terms []string
	for _, term := range strings.Fields(query) {
		terms = append(terms, string(search.Fold(term)))
	}
	for n, d := range t.docs {
		if !slices.ContainsFunc(terms, func(term string) bool {
			return !slices.ContainsFunc(d.folded, func(text string) bool { return strings.Contains(text, term) })
		}) {
			out = append(out, n)
		}
	}
	return out
}

type query struct{ kind, text string }

// queries takes pieces of the public texts, the same ones on every run.
func (t *texts) queries(each int) []query {
	r := rand.New(rand.NewPCG(1, 2))
	any := func() *doc { return &t.docs[r.IntN(len(t.docs))] }
	// Pools of texts: by a part of the label, or pieces that hold one of marks.
	pool := func(label, marks string) func() string {
		var out []string
		for range min(2000, len(t.docs)) {
			for _, f := range any().Fields {
				if !strings.Contains(f[1], label) {
					continue
				}
				for _, part := range strings.FieldsFunc(f[2], func(c rune) bool { return marks != "" && strings.ContainsRune("，；。、：（） \n", c) }) {
					if marks == "" || strings.ContainsAny(part, marks) {
						out = append(out, part)
					}
				}
			}
		}
		return func() string {
			if len(out) == 0 {
				return ""
			}
			return out[r.IntN(len(out))]
		}
	}
	piece := func(s string, least, most int) string {
		runes := []rune(strings.Join(strings.Fields(s), ""))
		n := min(least+r.IntN(most-least+1), len(runes))
		at := r.IntN(len(runes) - n + 1)
		return string(runes[at : at+n])
	}
	wide := func(s string) string {
		return strings.Map(func(c rune) rune {
			if c > ' ' && c < 0x7f {
				return c + 0xfee0
			}
			return c
		}, s)
	}
	title := func(least, most int) func() string {
		return func() string { return piece(any().Card.Title, least, most) }
	}
	part := func(of func() string, least, most int) func() string {
		return func() string { return piece(of(), least, most) }
	}
	body, form, unit, maker := pool("简介", ""), pool("·", ""), pool("单位", "区局委办院会中心"), pool("承建", "")
	docNo, code, digits := pool("", "〔"), pool("", "-"), pool("", "0123456789")
	of := map[string]func() string{
		"one":     title(1, 1),
		"two":     title(2, 2),
		"title":   title(3, 12),
		"whole":   func() string { return any().Card.Title },
		"body":    part(body, 2, 10),
		"form":    part(form, 2, 10),
		"unit":    unit,
		"id":      func() string { return any().Card.ID },
		"part-id": func() string { return piece(any().Card.ID, 5, 9) },
		"docno":   docNo,
		"part-no": part(docNo, 5, 10),
		"code":    code,
		"mixed":   part(digits, 4, 8),
		"wide":    func() string { return wide(piece(digits(), 3, 12)) },
		"maker":   part(maker, 4, 12),
		"terms":   func() string { return title(2, 4)() + " " + part(body, 2, 3)() },
		"nowhere": func() string { return title(2, 4)() + title(2, 4)() },
	}
	var out []query
	for _, kind := range slices.Sorted(keys(of)) {
		for range each {
			if text := of[kind](); text != "" {
				out = append(out, query{kind, text})
			}
		}
	}
	return out
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// result sums up answers.
type result struct {
	right, found, expected int
	first, plain, warm     []float64
	wrong                  []string
}

func (r *result) add(o result) {
	r.right, r.found, r.expected = r.right+o.right, r.found+o.found, r.expected+o.expected
	r.first, r.plain, r.warm = append(r.first, o.first...), append(r.plain, o.plain...), append(r.warm, o.warm...)
	r.wrong = append(r.wrong, o.wrong...)
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

func (r *result) recall() float64    { return ratio(r.right, r.expected) }
func (r *result) precision() float64 { return ratio(r.right, r.found) }
func (r *result) String() string {
	return fmt.Sprintf("recall %.4f precision %.4f  %7d hits  first %6.1f KB gz (max %6.1f), %6.1f KB plain (max %6.1f)  warm %5.1f ms (max %5.1f)  %q",
		r.recall(), r.precision(), r.found, median(r.first)/1000, slices.Max(r.first)/1000, median(r.plain)/1000, slices.Max(r.plain)/1000,
		median(r.warm), slices.Max(r.warm), r.wrong[:min(2, len(r.wrong))])
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// ask puts one query as a first one and again.
func ask(b *testing.B, page *browser.Page, t *texts, q query) result {
	b.Helper()
	quoted, _ := json.Marshal(q.text)
	var got struct {
		Hits               []int
		First, Plain, Warm float64
	}
	page.Eval("ask("+string(quoted)+")", &got)
	want := t.holding(q.text)
	out := result{found: len(got.Hits), expected: len(want), first: []float64{got.First}, plain: []float64{got.Plain}, warm: []float64{got.Warm}}
	slices.Sort(got.Hits)
	for _, n := range got.Hits {
		if _, ok := slices.BinarySearch(want, n); ok {
			out.right++
		}
	}
	if out.right != len(want) {
		b.Errorf("%s %q: %d of %d projects found", q.kind, q.text, out.right, len(want))
	}
	if out.right != out.found {
		out.wrong = []string{fmt.Sprintf("%s: %d of %d", q.text, out.found-out.right, out.found)}
	}
	return out
}

// served is a plain file server that compresses what such servers compress by
// their usual settings, and a page to measure from.
type served struct {
	dir   string
	size  float64 // of the index
	files int
}

const harness = `<!doctype html><meta charset="utf-8"><script src="/search-text.js"></script><script src="/search-engine.js"></script><script>
async function ask(query) {
  let first = 0, plain = 0;
  const engine = taizhangSearch.open(async (name) => {
    const r = await fetch('/search/' + name, {cache: 'no-store'});
    if (!r.ok) throw new Error(r.status + ' ' + name);
    first += +r.headers.get('content-length');
    plain += +r.headers.get('x-plain-length');
    return r;
  });
  const once = async () => {
    const r = await engine.find(query, {}, 'relevance');
    const [, docs] = await Promise.all([engine.counts(r), engine.docs(r, r.hits.slice(0, 10)), engine.labels()]);
    return r.hits.filter((n, i) => i >= docs.length || docs[i]);
  };
  const hits = await once();
  const bytes = [first, plain];
  let warm = Infinity;
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    await once();
    warm = Math.min(warm, performance.now() - begin);
  }
  return {Hits: hits, First: bytes[0], Plain: bytes[1], Warm: warm};
}
</script>`

func newServed(dir string) *served {
	s := &served{dir: dir}
	_ = filepath.WalkDir(filepath.Join(dir, "search"), func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				s.size, s.files = s.size+float64(info.Size()), s.files+1
			}
		}
		return err
	})
	return s
}

func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, harness)
		return
	}
	name := filepath.Join(s.dir, filepath.FromSlash(r.URL.Path))
	if strings.HasSuffix(r.URL.Path, ".js") {
		name = filepath.Join(root, "assets", "js", filepath.Base(r.URL.Path))
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("X-Plain-Length", strconv.Itoa(len(data)))
	if strings.HasSuffix(name, ".json") {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		var z bytes.Buffer
		g, _ := gzip.NewWriterLevel(&z, 6)
		g.Write(data)
		g.Close()
		data = z.Bytes()
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Write(data)
}
