package webform

import (
	"encoding/json"
	"slices"
	"testing"

	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
)

func load(t *testing.T) *schema.Set {
	t.Helper()
	return registrytest.Sample(t).Schemas(t)
}

// TestEveryFieldOfASchemaHasItsPlace compares each schema with what the form
// page gets to read, field by field, down to the last.
func TestEveryFieldOfASchemaHasItsPlace(t *testing.T) {
	var compare func(at string, f *schema.Field, d *Field)
	compare = func(at string, f *schema.Field, d *Field) {
		if d == nil {
			t.Errorf("%s has no place in the form", at)
			return
		}
		if d.Label != f.Label || d.Help != f.Help || d.Type != types[f.Type] || d.Unit != f.Unit || len(d.Choices) != len(f.Enum) || d.Document != f.IsDocument() || !slices.Equal(d.Cells, f.Cells) {
			t.Errorf("%s differs: %+v", at, d)
		}
		for i, c := range d.Choices {
			if c.Value != f.Enum[i] || c.En == "" || c.En != f.EnumEn[c.Value] || c.Zh != f.EnumZh[c.Value] {
				t.Errorf("%s: choice %+v is not that of the schema, or has no words", at, c)
			}
		}
		if f.Item != nil {
			compare(at+"[]", f.Item, d.Item)
		}
		for _, c := range f.Fields {
			i := slices.IndexFunc(d.Fields, func(d *Field) bool { return d.Key == c.Key })
			if i < 0 {
				compare(at+"/"+c.Key, c, nil)
				continue
			}
			if d.Fields[i].Required != slices.Contains(f.Required, c.Key) {
				t.Errorf("%s/%s: required is %v", at, c.Key, d.Fields[i].Required)
			}
			if c.Label.Zh == "" || c.Label.En == "" {
				t.Errorf("%s/%s has no label", at, c.Key)
			}
			compare(at+"/"+c.Key, c, d.Fields[i])
		}
		if len(d.Fields) != len(f.Fields) {
			t.Errorf("%s has %d fields, the form shows %d", at, len(f.Fields), len(d.Fields))
		}
	}
	set := load(t)
	for _, f := range set.Forms() {
		d, err := define(f)
		if err != nil {
			t.Fatal(err)
		}
		compare(f.Name, f.Root, &Field{Label: f.Root.Label, Help: f.Root.Help, Type: "object", Unit: f.Root.Unit, Cells: f.Root.Cells, Fields: d.Fields})
	}
	if len(set.Forms()) < 20 {
		t.Errorf("%d forms", len(set.Forms()))
	}
}

func TestLimitsAreThoseOfTheSchema(t *testing.T) {
	set := load(t)
	d, err := define(set.Form("declaration"))
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]*Field{}
	for _, f := range d.Fields {
		by[f.Key] = f
	}
	for _, c := range []struct {
		key, keyword string
		want         json.Number
	}{{"content", "minLength", "30"}, {"content", "maxLength", "8000"}, {"unitHead", "maxLength", "200"}, {"estimate", "exclusiveMinimum", "0"}, {"planYear", "minimum", "2000"}, {"basis", "minItems", "1"}} {
		if got := by[c.key].Limits[c.keyword]; got != c.want {
			t.Errorf("%s %s is %q, want %q", c.key, c.keyword, got, c.want)
		}
	}
}
