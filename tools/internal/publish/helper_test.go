package publish

import (
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
)

// sample reports whether the records are the sample's, of which tests know what
// they hold.
func sample(f registrytest.Tree) bool {
	return strings.Contains(f["data/registry.yaml"], "sample: true")
}

// built is a finished projection.
type built struct {
	manifest *Manifest
	files    map[string]string
}

// project judges a registry and publishes it.
func project(t *testing.T, files registrytest.Tree, meta Meta, workers int) built {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "projection")
	b, err := New(dir, meta)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var failed []error
	res, err := check.All(files, check.Options{Workers: workers, Visit: func(v *check.Verdict) {
		if err := b.Add(v); err != nil {
			mu.Lock()
			failed = append(failed, err)
			mu.Unlock()
		}
	}})
	if err != nil || len(failed) > 0 {
		t.Fatal(err, failed)
	}
	m, err := b.Finish(res.Judge)
	if err != nil {
		t.Fatal(err)
	}
	out := built{m, map[string]string{}}
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		data, err := os.ReadFile(p)
		out.files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if rest, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".taizhang-*")); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
	return out
}

// view decodes the page of a project.
func (b built) view(t *testing.T, id string) projectView {
	t.Helper()
	var p struct {
		Params struct{ V projectView }
	}
	data, ok := b.files["content/projects/"+id+".md"]
	if !ok {
		t.Fatalf("project %s is not published", id)
	}
	if err := json.Unmarshal([]byte(data), &p); err != nil {
		t.Fatal(err)
	}
	return p.Params.V
}

// holding returns the files that hold a text as it is, or as JSON or HTML writes
// it.
func (b built) holding(text string) []string {
	quoted, _ := json.Marshal(text)
	escaped := string(quoted[1 : len(quoted)-1])
	var out []string
	for name, data := range b.files {
		if strings.Contains(data, text) || strings.Contains(data, escaped) || strings.Contains(data, html.EscapeString(text)) || strings.Contains(name, text) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// canaries fills every hidden text field of a record with a unique value and
// returns the values by visibility.
type canaries struct {
	n      int
	values map[schema.Visibility][]string
}

func (c *canaries) fill(f *schema.Field, n *record.Node) {
	switch n.Kind {
	case record.List:
		for _, it := range n.Items {
			c.fill(f.Item, it)
		}
	case record.Map:
		for _, child := range f.Fields {
			value := n.Get(child.Key)
			hidden := child.Visibility != schema.Public && child.Type == schema.Text && len(child.Enum) == 0
			if value == nil && hidden && (child.Format == "" || child.Format == "landline") {
				value = &record.Node{Kind: record.String}
				n.Keys = append(n.Keys, record.Key{Name: child.Key, Value: value})
			}
			if value == nil {
				continue
			}
			if hidden && (child.Format == "" || child.Format == "landline") {
				value.Kind, value.Text = record.String, c.next(child)
			} else {
				c.fill(child, value)
			}
		}
	}
}

func (c *canaries) next(f *schema.Field) string {
	c.n++
	text := fmt.Sprintf("金丝雀第%04d号不得出现", c.n)
	if f.Format == "landline" {
		text = fmt.Sprintf("0517-9%07d", c.n)
	}
	c.values[f.Visibility] = append(c.values[f.Visibility], text)
	return text
}

// write gives a record back as a file.
func write(t *testing.T, rec *record.Record) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("---\n")
	for _, k := range rec.Root.Keys {
		fmt.Fprintf(&b, "%s: %s\n", k.Name, inline(k.Value))
	}
	b.WriteString("---\n")
	b.Write(rec.Body)
	return b.String()
}

func inline(n *record.Node) string {
	var parts []string
	switch n.Kind {
	case record.List:
		for _, it := range n.Items {
			parts = append(parts, inline(it))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case record.Map:
		for _, k := range n.Keys {
			parts = append(parts, k.Name+": "+inline(k.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case record.String:
		quoted, _ := json.Marshal(n.Text)
		return string(quoted)
	}
	return n.Text
}
