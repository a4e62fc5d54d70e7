package schema_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"taizhang/tools/internal/registrytest"
)

// TestJSONSchemaStandsAlone compiles the schema of every form without any other
// file and judges a record by it.
func TestJSONSchemaStandsAlone(t *testing.T) {
	set := registrytest.Sample(t).Schemas(t)
	forms := append(set.Forms(), set.Form("plan"), set.Form("units"))
	for _, f := range forms {
		doc, err := f.JSONSchema()
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		c.LoadURL = func(u string) (io.ReadCloser, error) { return nil, fmt.Errorf("%s is asked for", u) }
		if err := c.AddResource("https://taizhang.example/alone.json", bytes.NewReader(doc)); err != nil {
			t.Fatal(err)
		}
		s, err := c.Compile("https://taizhang.example/alone.json")
		if err != nil {
			t.Errorf("%s: %#v", f.Name, err)
			continue
		}
		if f.Name != "accounts" {
			continue
		}
		if err := s.Validate(map[string]any{"on": "2026-01-02", "amount": "a lot"}); err == nil || !strings.Contains(fmt.Sprintf("%#v", err), "amount") {
			t.Errorf("accounts with a text for an amount: %v", err)
		}
	}
}
