package search_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/search"
)

func TestFoldMakesWhatReadsAlikeEqual(t *testing.T) {
	for _, same := range [][]string{
		{"2025-dsjj-01", "２０２５－ＤＳＪＪ－０１", "2025–dsjj–01", " 2025 -dsjj-01"},
		{"淮政发〔2024〕5号", "淮政发[2024]5号", "淮政发（2024）5号", "淮政发【2024】５号"},
		{"1,180.5", "1180.5", "１１８０．５"},
		{"城市运行“一网统管”中心", "城市运行一网统管中心", "城市运行「一网 统管」中心", "《城市运行一网统管》中心"},
		{"Café", "cafe", "CAFE\u0301"},
		{"第㈠期", "第(一)期"},
		{"二期", "Ⅱ期", "ⅱ期", "II期", "ii期"},
		{"智慧校园（第四阶段）", "智慧校园(第IV阶段)", "智慧校园【第Ⅳ阶段】"},
		{"𠮷野家", "𠮷\u200b野家"},
		{"2024-2026年", "2024～2026年", "2024~2026年", "2024—2026年"},
		{"二〇二四年", "二○二四年", "二零二四年"},
		{"××镇", "xx镇", "ＸＸ镇"},
		{"城南·东湖", "城南‧东湖", "城南･东湖", "城南・东湖", "城南东湖"},
	} {
		for _, s := range same[1:] {
			if a, b := string(search.Fold(same[0])), string(search.Fold(s)); a != b {
				t.Errorf("%q and %q: %q, %q", same[0], s, a, b)
			}
		}
	}
	for _, differ := range [][2]string{{"甲乙", "乙甲"}, {"12", "1.2"}, {"1，2", "12"}, {"a", "b"}, {"Ⅱ期", "Ⅲ期"}, {"IVR", "四R"}, {"V2", "五2"}, {"xii2", "十二2"}} {
		if string(search.Fold(differ[0])) == string(search.Fold(differ[1])) {
			t.Errorf("%q and %q are equal", differ[0], differ[1])
		}
	}
}

// world is a made-up index and what it was made from.
type world struct {
	docs    map[string][]search.Field
	entries []search.Entry
	facets  []search.Facet
	files   map[string][]byte
}

var syllables = []rune("城市运行网统管中心平台系统建设数据共享交换养老服务智慧教育水利应急指挥调度项目一期二三年度0123456789abc-()")

// makeWorld fills more than one block, with more makers than index.json names.
func makeWorld(t *testing.T, projects int) *world {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	text := func(most int) string {
		out := make([]rune, 2+r.IntN(most))
		for i := range out {
			out[i] = syllables[r.IntN(len(syllables))]
		}
		return string(out)
	}
	w := &world{docs: map[string][]search.Field{}, files: map[string][]byte{}, facets: []search.Facet{
		{Key: "year", Zh: "年度", Sorted: true, Values: []search.Value{{ID: "2026"}, {ID: "2025"}, {ID: "2024"}}},
		{Key: "maker", Zh: "承建单位"},
	}}
	b := search.New(newSpool(t))
	for n := range projects {
		id := fmt.Sprintf("p%d", n)
		fields := []search.Field{{Level: search.Title, Text: text(12)}, {Level: search.Name, Text: id}, {Level: search.Text, Text: "共有的话，" + text(60)}}
		if n%5 == 0 {
			fields = append(fields, search.Field{Level: search.Name, Text: "常见"})
		}
		makers := []string{fmt.Sprintf("公司%d", r.IntN(400))}
		if n%7 == 0 {
			makers = append(makers, "公司x")
		}
		if n%11 == 0 {
			makers = nil
		}
		w.entries = append(w.entries, search.Entry{ID: id, Values: [][]string{{fmt.Sprint(2024 + r.IntN(3))}, makers}, Amount: int64(r.IntN(500)) * 1e9})
		w.docs[id] = fields
	}
	order := r.Perm(projects) // the order of adding must not matter
	for _, n := range order {
		id := w.entries[n].ID
		if err := b.Add(id, search.Doc{Card: id, Fields: w.docs[id]}); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	_, err := b.Write(w.entries, w.facets, map[string]string{"项目简介": "About"}, func(name string, data []byte) error {
		mu.Lock()
		defer mu.Unlock()
		w.files[name] = data
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func newSpool(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "spool"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestTheSameContentsGiveTheSameFiles(t *testing.T) {
	a, b := makeWorld(t, 300), makeWorld(t, 300)
	if !maps.EqualFunc(a.files, b.files, bytes.Equal) {
		t.Error("the files differ")
	}
}

// TestNumbersNeverSpellAText holds the promise that lets the guard of forbidden
// values skip nothing: six bytes above 127 would be two Chinese characters.
func TestNumbersNeverSpellAText(t *testing.T) {
	seen := 0
	for name, data := range makeWorld(t, 3000).files {
		if !slices.Contains([]string{"g", "f", "a"}, path.Base(path.Dir(name))) {
			continue
		}
		seen++
		high := 0
		for _, c := range unpacked(t, data) {
			if high++; c < 128 {
				high = 0
			}
			if high > 5 {
				t.Fatalf("%s holds %d bytes above 127 in a row", name, high)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d files of numbers", seen)
	}
}

func unpacked(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTextsThatWereNotAddedAreAnError(t *testing.T) {
	b := search.New(newSpool(t))
	if _, err := b.Write([]search.Entry{{ID: "p1"}}, nil, nil, func(string, []byte) error { return nil }); err == nil {
		t.Error("a project without texts is accepted")
	}
}

func TestWhatIsTheSameIsNotWrittenAgain(t *testing.T) {
	b := search.New(newSpool(t))
	write := func(what string, entries []search.Entry, want bool) {
		t.Helper()
		var files atomic.Int64
		same, err := b.Write(entries, nil, nil, func(string, []byte) error { files.Add(1); return nil })
		if err != nil {
			t.Fatal(err)
		}
		if same != want || (files.Load() == 0) != want {
			t.Errorf("%s: said to be the same: %t; %d files are written", what, same, files.Load())
		}
	}
	add := func(id, text string) {
		if err := b.Add(id, search.Doc{Card: id, Fields: []search.Field{{Label: "项目简介", Text: text}}}); err != nil {
			t.Fatal(err)
		}
	}
	add("p1", "智慧校园")
	add("p2", "社区诊所")
	both := []search.Entry{{ID: "p1"}, {ID: "p2"}}
	write("at first", both, false)
	write("nothing else", both, true)
	add("p2", "社区诊所")
	write("the same words", both, true)
	add("p2", "社区药房")
	write("other words", both, false)
	write("a project is gone", both[:1], false)
	write("it is back with another amount", []search.Entry{both[0], {ID: "p2", Amount: 1}}, false)
}

// serve gives the files, the scripts of the site and an empty page.
func (w *world) serve(t *testing.T) *browser.Page {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		switch data, ok := w.files[name]; {
		case ok:
			out.Write(data)
		case strings.HasSuffix(name, ".js"):
			http.ServeFile(out, r, filepath.Join("..", "..", "..", "assets", "js", filepath.Base(name)))
		case name == "":
			fmt.Fprint(out, `<!doctype html><meta charset="utf-8"><script src="/search-text.js"></script><script src="/search-engine.js"></script><script>
				const get = async (name) => { const r = await fetch("/" + name); if (!r.ok) throw new Error(r.status + " " + name); return r; };
				const engine = taizhangSearch.open(get);
				async function ask(query, filters, sort, every) {
					const r = await engine.find(query, filters, sort, every), root = await engine.start(), counts = await engine.counts(r), named = {};
					for (const f of root.facets) for (const [n, count] of counts[f.key]) named[f.key + "=" + (await engine.value(f, n))[0]] = count;
					return {Hits: r.hits, Exact: r.exact, Score: r.hits.map((i) => r.score[i]), Counts: named};
				}
				</script>`)
		default:
			http.NotFound(out, r)
		}
	}))
	t.Cleanup(server.Close)
	return browser.Open(t).Page(server.URL+"/", 800, 600)
}

// answer is what is right, found by plain searching.
func (w *world) answer(query string, filters map[string][]string) (hits []int, counts map[string]int) {
	hits, counts = []int{}, map[string]int{}
	for n, e := range w.entries {
		fails := []string{}
		for _, term := range strings.Fields(query) {
			if !slices.ContainsFunc(w.docs[e.ID], func(f search.Field) bool {
				return strings.Contains(string(search.Fold(f.Text)), string(search.Fold(term)))
			}) {
				fails = append(fails, "", "")
			}
		}
		for i, f := range w.facets {
			if len(filters[f.Key]) > 0 && !slices.ContainsFunc(e.Values[i], func(v string) bool { return slices.Contains(filters[f.Key], v) }) {
				fails = append(fails, f.Key)
			}
		}
		if len(fails) == 0 {
			hits = append(hits, n)
		}
		for i, f := range w.facets {
			if len(fails) == 0 || len(fails) == 1 && fails[0] == f.Key {
				for _, v := range e.Values[i] {
					counts[f.Key+"="+v]++
				}
			}
		}
	}
	return hits, counts
}

func TestTheScriptFindsWhatPlainSearchingFinds(t *testing.T) {
	w := makeWorld(t, 3000)
	page := w.serve(t)
	r := rand.New(rand.NewPCG(3, 4))
	queries := []string{"", "共", "共有", "共有的", "共有的话，", "常见", "常见 共有", "p1", "p2999", "P２９９９", "没有这样的话", "共有的话，城", "𠮷", "公司1", "((", "，"}
	for range 60 {
		fields := w.docs[w.entries[r.IntN(len(w.entries))].ID]
		text := []rune(fields[r.IntN(len(fields))].Text)
		n := 1 + r.IntN(min(9, len(text)))
		at := r.IntN(len(text) - n + 1)
		queries = append(queries, string(text[at:at+n]))
	}
	all := []map[string][]string{{}, {"year": {"2025"}}, {"year": {"2024", "2026"}, "maker": {"公司x"}}, {"maker": {"公司7", "公司300", "没有"}}}
	about := 0
	for i, q := range queries {
		filters := all[i%len(all)]
		if i < 4 {
			filters = all[i]
		}
		args, _ := json.Marshal([]any{q, filters, "newest"})
		var got struct {
			Hits   []int
			Exact  bool
			Counts map[string]int
		}
		page.Eval("ask(..."+string(args)+")", &got)
		hits, counts := w.answer(q, filters)
		if got.Exact && !slices.Equal(got.Hits, hits) {
			t.Errorf("%q %v: %d projects, want %d", q, filters, len(got.Hits), len(hits))
		}
		// What only just fails a filter is counted as the grams have it.
		if whole := len([]rune(q)) <= 4 || len(filters) == 0; got.Exact && whole && !maps.Equal(got.Counts, counts) {
			t.Errorf("%q %v: counts %v, want %v", q, filters, got.Counts, counts)
		}
		for _, n := range hits {
			if !slices.Contains(got.Hits, n) {
				t.Errorf("%q %v: project %d is not found", q, filters, n)
			}
		}
		if got.Exact {
			continue
		}
		about++
		if len(got.Hits) <= 30 {
			t.Errorf("%q: few results were not searched again", q)
		}
		page.Eval(fmt.Sprintf("ask(...%s, true)", args), &got)
		if !got.Exact || !slices.Equal(got.Hits, hits) || !maps.Equal(got.Counts, counts) {
			t.Errorf("%q %v: each searched again: %d projects, want %d", q, filters, len(got.Hits), len(hits))
		}
	}
	if about == 0 {
		t.Error("no number was left open")
	}
}

func TestResultsComeInTheOrderAskedFor(t *testing.T) {
	w := makeWorld(t, 3000)
	page := w.serve(t)
	ask := func(query, sort string) (hits, score []int) {
		t.Helper()
		args, _ := json.Marshal([]any{query, map[string]any{}, sort})
		var got struct{ Hits, Score []int }
		page.Eval("ask(..."+string(args)+")", &got)
		if len(got.Hits) < 30 {
			t.Fatalf("%q finds %d", query, len(got.Hits))
		}
		return got.Hits, got.Score
	}
	if hits, _ := ask("中心", "newest"); !slices.IsSorted(hits) {
		t.Error("newest: not in the order of the list")
	}
	hits, score := ask("中", "relevance")
	if !slices.IsSortedFunc(score, func(a, b int) int { return b - a }) || score[0] == score[len(score)-1] {
		t.Error("relevance: not in the order of scores")
	}
	inTitle := func(n int) bool { return strings.ContainsRune(w.docs[w.entries[n].ID][0].Text, '中') }
	if first := slices.IndexFunc(hits, func(n int) bool { return !inTitle(n) }); first < 1 || slices.ContainsFunc(hits[first:], inTitle) {
		t.Error("relevance: a title comes after running text")
	}
	if hits, _ := ask("", "amount"); !slices.IsSortedFunc(hits, func(a, b int) int {
		if d := w.entries[b].Amount - w.entries[a].Amount; d != 0 {
			return int(d)
		}
		return a - b
	}) {
		t.Error("amount: not from the largest")
	}
}

// Names are remembered by halves: a title without a character of its middle is
// in no text, and the project comes first all the same.
func TestWhatComesNearIsOfferedWhereNothingFits(t *testing.T) {
	w := makeWorld(t, 300)
	page := w.serve(t)
	tried := 0
	for n, e := range w.entries[:20] {
		title := []rune(w.docs[e.ID][0].Text)
		if len(title) < 8 {
			continue
		}
		tried++
		args, _ := json.Marshal([]any{string(title[:4]) + string(title[5:]), map[string]any{}})
		var got struct {
			Hits  []int
			Loose bool
		}
		page.Eval(`engine.similar(...`+string(args)+`).then((r) => ({Hits: r.hits, Loose: r.loose}))`, &got)
		if !got.Loose || len(got.Hits) == 0 || got.Hits[0] != n {
			t.Errorf("%s: nearest to %s are %v, want %d", e.ID, args, got.Hits, n)
		}
	}
	if tried == 0 {
		t.Error("no title is long enough")
	}
	var none struct{ Hits []int }
	page.Eval(`engine.similar("没", {}).then((r) => ({Hits: r.hits}))`, &none)
	if len(none.Hits) > 0 {
		t.Errorf("a single character comes near to %d projects", len(none.Hits))
	}
}

// TestTheScriptFoldsAsGoDoes compares the two on every character that Go knows;
// newer ones may be known to the browser alone.
func TestTheScriptFoldsAsGoDoes(t *testing.T) {
	page := makeWorld(t, 1).serve(t)
	type folded struct {
		R    rune
		Text string
	}
	var want []folded
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf) {
			want = append(want, folded{r, string(search.Fold(string(r)))})
		}
	}
	for _, text := range []string{"II期", "第iv阶段", "（III）IX", "VIII", "IVR", "V2.0", "x", "XIII", "1 II", "II1", "Vi甲XI"} {
		var got string
		page.Eval(fmt.Sprintf("taizhangText.fold(%q).text", text), &got)
		if got != string(search.Fold(text)) {
			t.Errorf("%s folds to %s, in Go to %s", text, got, string(search.Fold(text)))
		}
	}
	if len(want) < 140_000 {
		t.Fatalf("only %d characters are tried", len(want))
	}
	for part := range slices.Chunk(want, 20_000) {
		args, _ := json.Marshal(part)
		var differ []string
		page.Eval(`(`+string(args)+`).filter((f) => taizhangText.fold(String.fromCodePoint(f.R)).text !== f.Text).map((f) => f.R.toString(16) + " " + taizhangText.fold(String.fromCodePoint(f.R)).text + " " + f.Text)`, &differ)
		if len(differ) > 0 {
			t.Errorf("%d characters fold otherwise: %q", len(differ), differ[:min(10, len(differ))])
		}
	}
}
