package schema

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"taizhang/tools/internal/record"
	"taizhang/tools/internal/synth"
)

const root = "../../.."

func load(t *testing.T) *Set {
	t.Helper()
	base := os.DirFS(filepath.Join(root, "schemas"))
	names, err := fs.Glob(base, "*/*.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	set := Open(names, func(name string) ([]byte, error) { return fs.ReadFile(base, name) })
	if err := set.Read(); err != nil {
		t.Fatal(err)
	}
	return set
}

// records are front matters by form: the sample's and synthetic ones.
func records(t *testing.T, set *Set) map[*Form][]*record.Node {
	t.Helper()
	out := map[*Form][]*record.Node{}
	number := regexp.MustCompile(`-\d+$`)
	add := func(path string, data []byte) error {
		f := set.Form(number.ReplaceAllString(strings.TrimSuffix(filepath.Base(path), ".md"), ""))
		if strings.Contains(path, "content/plans/") {
			f = set.Form("plan")
		}
		if f == nil || !strings.HasSuffix(path, ".md") {
			return nil
		}
		if rec, _ := record.Parse(path, data); rec != nil {
			out[f] = append(out[f], rec.Root)
		}
		return nil
	}
	err := filepath.WalkDir(filepath.Join(root, "schemas", "examples", "content"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return add(filepath.ToSlash(p), data)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := synth.Generate(5, 80, add); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheLibraryAgreesWithEveryAcceptedRecord(t *testing.T) {
	set := load(t)
	r := rand.New(rand.NewPCG(1, 2))
	accepted, refused := 0, 0
	for f, nodes := range records(t, set) {
		compiled, err := f.compile()
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes {
			if err := compiled.Validate(n.Plain()); (err == nil) != f.shape().accepts(n) {
				t.Errorf("%s: the library says %v, the shape accepts %t: %v", f.Name, err, err != nil, n.Plain())
			}
			for range 24 {
				m := clone(n)
				for range 1 + r.IntN(2) {
					spoil(r, m, set)
				}
				err := compiled.Validate(m.Plain())
				if !f.shape().accepts(m) {
					refused++
					continue
				}
				if accepted++; err != nil {
					t.Fatalf("%s is accepted, and the library says %v: %v", f.Name, err, m.Plain())
				}
			}
		}
	}
	if accepted < 1000 || refused < 5000 {
		t.Errorf("%d accepted, %d refused: the changes try too little", accepted, refused)
	}
}

func clone(n *record.Node) *record.Node {
	c := *n
	c.Keys, c.Items = nil, nil
	for _, k := range n.Keys {
		k.Value = clone(k.Value)
		c.Keys = append(c.Keys, k)
	}
	for _, it := range n.Items {
		c.Items = append(c.Items, clone(it))
	}
	return &c
}

// spoil changes one place of a record, not always for the worse.
func spoil(r *rand.Rand, n *record.Node, set *Set) {
	for { // walk to some place
		switch {
		case n.Kind == record.Map && len(n.Keys) > 0 && r.IntN(6) > 0:
			n = n.Keys[r.IntN(len(n.Keys))].Value
			continue
		case n.Kind == record.List && len(n.Items) > 0 && r.IntN(4) > 0:
			n = n.Items[r.IntN(len(n.Items))]
			continue
		}
		break
	}
	texts := []string{"", " ", "x", "一般", "重点", "2026-02-30", "2026-03-01", "jyj", "清数据〔2026〕3号", "a\nb", "files/a.pdf", "0517-00000001", strings.Repeat("长", 201), strings.Repeat("长", 8001), "2026-jyj-01"}
	numbers := []string{"0", "-1", "1", "2026", "1999", "2101", "0.000001", "0.0000001", "10000000", "10000000.000001", "1.0", "12345678901234567", "200", "201"}
	switch r.IntN(6) {
	case 0:
		if len(n.Keys) > 0 {
			i := r.IntN(len(n.Keys))
			n.Keys = append(n.Keys[:i:i], n.Keys[i+1:]...)
			return
		}
		if len(n.Items) > 0 {
			n.Items = n.Items[:len(n.Items)-1]
		}
	case 1:
		if n.Kind == record.Map {
			f := set.Forms()[r.IntN(len(set.Forms()))].Root
			key := f.Fields[r.IntN(len(f.Fields))].Key
			if n.Key(key) == nil {
				n.Keys = append(n.Keys, record.Key{Name: key, Value: &record.Node{Kind: record.String, Text: "2026-03-01"}})
			}
		}
	case 2:
		if len(n.Items) > 0 {
			for range 1 + r.IntN(250) {
				n.Items = append(n.Items, clone(n.Items[0]))
			}
		}
	case 3:
		*n = record.Node{Kind: record.Number, Text: numbers[r.IntN(len(numbers))]}
	case 4:
		*n = record.Node{Kind: record.String, Text: texts[r.IntN(len(texts))]}
	default:
		*n = record.Node{Kind: []record.Kind{record.Null, record.Bool, record.List, record.Map}[r.IntN(4)], Text: "true"}
		if n.Kind != record.Bool {
			n.Text = ""
		}
	}
}

func TestEverySchemaIsUnderstood(t *testing.T) {
	set := load(t)
	for name := range set.names {
		set.Form(name).shape()
		for o, sh := range set.shapes {
			if sh.unsure {
				t.Errorf("%s: a keyword in {%s} is not known: every record of the form goes to the library", name, strings.Join(o.keys, ", "))
			}
		}
	}
}
