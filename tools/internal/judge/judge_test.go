package judge_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"taizhang/tools/internal/contacts"
	"taizhang/tools/internal/judge"
	"taizhang/tools/internal/registrytest"
)

const root = "../../.."

// texts reads all files below the folders of dir.
func texts(tb testing.TB, dir string, folders ...string) map[string]string {
	tb.Helper()
	out := map[string]string{}
	for _, f := range folders {
		err := filepath.WalkDir(filepath.Join(dir, f), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(dir, p)
			if err != nil {
				return err
			}
			data, err := os.ReadFile(p)
			out[filepath.ToSlash(rel)] = string(data)
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return out
}

// bundle returns the definitions of the registry as the site gives them.
func bundle(tb testing.TB) judge.Bundle {
	registrytest.NeedSample(tb)
	tb.Helper()
	files := texts(tb, root, "schemas", "data", "content/plans")
	for p := range files {
		if strings.HasPrefix(p, "schemas/examples/") || p == "data/people.yaml" || path.Ext(p) == ".json" && strings.HasPrefix(p, "data/") {
			delete(files, p)
		}
	}
	return judge.Bundle{Version: judge.BundleVersion, Files: files}
}

// ask asks j and decodes the answer.
func ask(tb testing.TB, j *judge.Judge, op string, params, into any) (refused map[string]string) {
	tb.Helper()
	in, err := json.Marshal(params)
	if err != nil {
		tb.Fatal(err)
	}
	var out struct {
		Result json.RawMessage
		Error  map[string]string
	}
	if err := json.Unmarshal(j.Answer(op, in), &out); err != nil {
		tb.Fatal(err)
	}
	if out.Error == nil && into != nil {
		if err := json.Unmarshal(out.Result, into); err != nil {
			tb.Fatal(err)
		}
	}
	return out.Error
}

func loaded(tb testing.TB) *judge.Judge {
	tb.Helper()
	j := &judge.Judge{}
	if refused := ask(tb, j, "load", bundle(tb), nil); refused != nil {
		tb.Fatal(refused)
	}
	return j
}

// BenchmarkCheck measures what every pause in typing pays.
func BenchmarkCheck(b *testing.B) {
	j := loaded(b)
	base := texts(b, root, "content/projects/2027/jyj/01")
	params, err := json.Marshal(map[string]any{"base": base, "head": base})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		j.Answer("check", params)
	}
}

const declaration = "content/projects/2027/jyj/01/declaration.md"

func TestAnAnswerNeedsDefinitionsAndAKnownOperation(t *testing.T) {
	j := &judge.Judge{}
	for _, c := range []struct{ op, params, says string }{
		{"check", `{}`, "not loaded"},
		{"dance", `{}`, "no operation"},
		{"load", `{`, "parameters"},
		{"load", `{"version":7,"files":{}}`, "version 7"},
		{"load", `{"version":1,"files":{}}`, "broken"},
	} {
		if got := string(j.Answer(c.op, []byte(c.params))); !strings.Contains(got, c.says) || !strings.Contains(got, `"zh":"`) {
			t.Errorf("%s %s: %s", c.op, c.params, got)
		}
	}
}

func TestACheckSaysWhatAChangeBreaksAndNothingOfTheBundle(t *testing.T) {
	j := loaded(t)
	base := texts(t, root, "content/projects/2027/jyj/01")
	var r struct {
		State    string
		Findings []struct {
			Rule, File string
			Line       int
			Existing   bool
		}
	}
	if refused := ask(t, j, "check", map[string]any{"base": base, "head": base, "date": "2027-01-01"}, &r); refused != nil {
		t.Fatal(refused)
	}
	if len(r.Findings) > 0 || r.State == "" {
		t.Fatalf("a change of nothing: %+v", r)
	}
	head := texts(t, root, "content/projects/2027/jyj/01")
	head[declaration] = strings.Replace(head[declaration], "estimate: ", "estimated: ", 1)
	ask(t, j, "check", map[string]any{"base": base, "head": head}, &r)
	if len(r.Findings) == 0 || r.Findings[0].File != declaration || r.Findings[0].Line == 0 {
		t.Errorf("a misspelt key is not found: %+v", r)
	}
	ask(t, j, "check", map[string]any{"base": map[string]string{}, "head": base}, &r)
	for _, f := range r.Findings {
		if f.Existing {
			t.Errorf("a new project is told of what is not its own: %+v", f)
		}
	}
	if refused := ask(t, j, "check", map[string]any{"base": base, "head": base, "today": "soon"}, nil); !strings.Contains(refused["zh"], "日期") {
		t.Errorf("a wrong date is refused with %v", refused)
	}
}

func TestBytesTravelBesideTheParameters(t *testing.T) {
	j := loaded(t)
	out := string(j.Answer("hash", []byte(`{"bytes":{"blob":0}}`), []byte("abc")))
	if !strings.Contains(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") {
		t.Error(out)
	}
	if out := string(j.Answer("hash", []byte(`{"bytes":{"blob":1}}`), []byte("abc"))); !strings.Contains(out, "error") {
		t.Error(out)
	}
}

func TestAFileReadAndWrittenAgainIsTheSame(t *testing.T) {
	j := loaded(t)
	text := texts(t, root, "content/projects/2027/jyj/01")[declaration]
	var r map[string]any
	if refused := ask(t, j, "read", map[string]any{"path": declaration, "text": text}, &r); refused != nil {
		t.Fatal(refused)
	}
	if r["form"] != "declaration" {
		t.Fatalf("form %v", r["form"])
	}
	var w struct{ Text string }
	if refused := ask(t, j, "write", map[string]any{"path": declaration, "original": text, "values": r["values"], "body": r["body"]}, &w); refused != nil {
		t.Fatal(refused)
	}
	if w.Text != text {
		t.Errorf("nothing was changed, but the file is\n%s", w.Text)
	}
	ask(t, j, "write", map[string]any{"path": declaration, "original": text, "values": map[string]any{"estimate": 333.5}}, &w)
	if changed := strings.Replace(w.Text, "estimate: 333.5", "", 1); len(w.Text) == len(changed) || strings.Count(changed, "\n") != strings.Count(text, "\n") {
		t.Errorf("the estimate is not set alone:\n%s", w.Text)
	}
	var blank struct{ Text string }
	if refused := ask(t, j, "write", map[string]any{"path": declaration, "values": r["values"], "body": r["body"]}, &blank); refused != nil {
		t.Fatal(refused)
	}
	refused := ask(t, j, "write", map[string]any{"path": declaration, "values": map[string]any{"content": "a\x0b"}}, nil)
	if refused["key"] != "content" || !strings.Contains(refused["zh"], "“建设（运维）内容”") || !strings.Contains(refused["en"], "U+000B") {
		t.Errorf("a control character: %v", refused)
	}
	if refused := ask(t, j, "read", map[string]any{"path": "content/projects/2027/jyj/01/novel.md", "text": ""}, nil); refused == nil {
		t.Error("a file of no form is read")
	}
}

func TestStepsNameTheFormsOfWhatComesNext(t *testing.T) {
	j := loaded(t)
	var r struct {
		State string
		Known bool
		Steps []struct {
			Code  string
			Forms []struct{ Form, File string }
		}
	}
	if refused := ask(t, j, "steps", map[string]any{"files": map[string]string{}, "date": "2027-03-01"}, &r); refused != nil {
		t.Fatal(refused)
	}
	found := false
	for _, s := range r.Steps {
		for _, f := range s.Forms {
			found = found || f.Form == "declaration" && f.File == "declaration.md"
		}
	}
	if !found {
		t.Errorf("a new project may not be declared: %+v", r)
	}
	if refused := ask(t, j, "steps", map[string]any{"files": texts(t, root, "content/projects/2027/jyj/01")}, &r); refused != nil {
		t.Fatal(refused)
	}
	if !r.Known || r.State == "" || len(r.Steps) == 0 {
		t.Errorf("nothing to do next: %+v", r)
	}
}

func TestAmountsAreEchoedInWords(t *testing.T) {
	j := loaded(t)
	var r map[string]string
	if refused := ask(t, j, "amount", map[string]string{"text": "128.5"}, &r); refused != nil {
		t.Fatal(refused)
	}
	if r["words"] != "人民币壹佰贰拾捌万伍仟元整" || r["yuan"] != "1,285,000.00" || r["wan"] != "128.5" {
		t.Error(r)
	}
	for _, bad := range []string{"", "一百", "1.1234567", "10000001", "1e3"} {
		if refused := ask(t, j, "amount", map[string]string{"text": bad}, nil); refused["zh"] == "" || refused["en"] == "" {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestContactsAreSealedToTheRegisteredKeysOnly(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]any{"contacts": []map[string]string{{"name": "示例甲", "mobile": "13800138000"}}}
	if refused := ask(t, loaded(t), "seal", list, nil); refused == nil {
		t.Error("sealed to nobody")
	}
	b := bundle(t)
	b.Files["data/recipients.yaml"] = "recipients:\n  - name: 示例\n    key: " + key.Recipient().String() + "\n    from: 2026-01-01\n"
	j := &judge.Judge{}
	if refused := ask(t, j, "load", b, nil); refused != nil {
		t.Fatal(refused)
	}
	var r struct{ Text string }
	if refused := ask(t, j, "seal", list, &r); refused != nil {
		t.Fatal(refused)
	}
	opened, err := contacts.Open([]byte(r.Text), key)
	if err != nil || len(opened) != 1 || opened[0].Mobile != "13800138000" {
		t.Errorf("%v %v", opened, err)
	}
}
