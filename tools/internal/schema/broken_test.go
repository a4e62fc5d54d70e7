package schema_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/schema"
)

// TestABrokenSchemaIsToldNotPanickedOn: what the library cannot compile is an
// error that names the schema.
func TestABrokenSchemaIsToldNotPanickedOn(t *testing.T) {
	for name, text := range map[string]string{
		"a common schema that is none, asked for twice": `{"$id":"https://example.org/x.json","properties":{"a":{"$ref":"common.json#/$defs/a"}}}`,
		"a reference to nothing":                        `{"$id":"https://example.org/x.json","properties":{"a":{"$ref":"#/$defs/none"}}}`,
		"a list of nothing":                             `{"$id":"https://example.org/x.json","properties":{"a":{"type":"array"}}}`,
		"a type that does not exist":                    `{"$id":"https://example.org/x.json","properties":{"a":{"type":"txt"}}}`,
		"a pattern that is none":                        `{"$id":"https://example.org/x.json","properties":{"a":{"type":"string","pattern":"("}}}`,
	} {
		files := map[string]string{
			"data/x.schema.json": text, "data/y.schema.json": strings.Replace(text, "x.json", "y.json", 1),
			"forms/common.schema.json": `{"$id":"https://example.org/common.json","$defs":{"a":{"type":"object","properties":{"b":"text"}}}}`}
		err := schema.Open(slices.Collect(maps.Keys(files)), func(name string) ([]byte, error) { return []byte(files[name]), nil }).Compile()
		if err == nil || !strings.Contains(err.Error(), "x.") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
