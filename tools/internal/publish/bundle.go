package publish

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"taizhang/tools/internal/judge"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
)

// Judge is the program that the form page checks with.
type Judge struct {
	Wasm    []byte // WebAssembly, compressed with gzip
	Runtime []byte // the script that it runs in
}

// judge writes the program, what runs it and what it judges by, and returns
// their addresses. The names carry a hash, so that no cache joins two versions.
// The worker finds the runtime by the name of the program.
func (s *pages) judge() (wasm, definitions string, err error) {
	p := s.b.meta.Judge
	sum := sha256.New()
	sum.Write(p.Wasm)
	sum.Write(p.Runtime)
	name := fillURL[1:] + "judge." + hex.EncodeToString(sum.Sum(nil))[:16]
	bundle, err := Bundle(s.j.Registry)
	if err != nil {
		return "", "", err
	}
	var data bytes.Buffer
	e := json.NewEncoder(&data)
	e.SetEscapeHTML(false) // a value must be found as it is written
	if err := e.Encode(bundle); err != nil {
		return "", "", fmt.Errorf("definitions for the judge: %w", err)
	}
	packed, err := packed(data.Bytes())
	if err != nil {
		return "", "", fmt.Errorf("definitions for the judge: %w", err)
	}
	bundled := sha256.Sum256(packed)
	defs := fillURL[1:] + "definitions." + hex.EncodeToString(bundled[:])[:16] + ".json.gz"
	for file, text := range bundle.Files {
		if strings.HasPrefix(file, "schemas/") {
			s.b.guard.text(text)
		}
	}
	// The program was made without the registry. Its own words are no leak.
	z, err := gzip.NewReader(bytes.NewReader(p.Wasm))
	if err != nil {
		return "", "", fmt.Errorf("judge: %w", err)
	}
	words, err := io.ReadAll(z)
	if err != nil {
		return "", "", fmt.Errorf("judge: %w", err)
	}
	s.b.guard.text(string(words), string(p.Runtime))
	for _, f := range []struct {
		name string
		data []byte
	}{{name + ".wasm.gz", p.Wasm}, {name + ".js", p.Runtime}, {defs, packed}} {
		if err := s.out.static(f.name, f.data); err != nil {
			return "", "", err
		}
	}
	return "/" + name + ".wasm.gz", "/" + defs, nil
}

func packed(data []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Bundle gathers what the judge in the browser judges by: the definitions, and
// of the data files and the issued plans what the schemas say is public. The
// data is written anew as JSON, which is YAML, so that no remark beside it comes
// along.
func Bundle(reg *registry.Registry) (judge.Bundle, error) {
	b := judge.Bundle{Version: judge.BundleVersion, Files: map[string]string{}}
	for _, file := range reg.Paths() {
		form := reg.Schemas.Form(strings.TrimSuffix(path.Base(file), ".yaml"))
		year, planned := strings.CutPrefix(strings.TrimSuffix(file, ".md"), registry.PlansDir+"/")
		n, _ := strconv.Atoi(year)
		switch {
		case strings.HasPrefix(file, "schemas/") && !strings.HasPrefix(file, "schemas/examples/"):
			data, err := reg.Read(file, 1<<20)
			if err != nil {
				return b, fmt.Errorf("definitions for the judge: %w", err)
			}
			b.Files[file] = frontOf(file, string(data))
		case path.Dir(file) == "data" && file != registry.PeopleFile && form != nil:
			data, err := reg.Read(file, 8<<20)
			if err != nil {
				return b, fmt.Errorf("definitions for the judge: %w", err)
			}
			root, _ := record.ParseYAML(file, data)
			if b.Files[file], err = openly(form, root); err != nil {
				return b, err
			}
		case planned && planReadable(reg, n):
			for _, p := range reg.Plans() {
				if p.File == file {
					front, err := openly(reg.Schemas.Form("plan"), p.Root)
					if err != nil {
						return b, err
					}
					b.Files[file] = "---\n" + front + "---\n" + string(p.Rec.Body)
				}
			}
		}
	}
	return b, nil
}

// frontOf leaves out what a rule says to people: its own page shows it.
func frontOf(file, text string) string {
	if path.Dir(file) != "schemas/rules" {
		return text
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	const end = "\n---\n"
	if i := strings.Index(text, end); i >= 0 {
		return text[:i+len(end)]
	}
	return text
}

// openly writes the public part of a file's data as JSON.
func openly(form *schema.Form, root *record.Node) (string, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ") // a line has a limit
	if err := e.Encode(public(form.Root, root)); err != nil {
		return "", fmt.Errorf("definitions for the judge: %w", err)
	}
	return out.String(), nil
}

// public returns what of a value everybody may see.
func public(f *schema.Field, n *record.Node) any {
	switch {
	case n == nil:
		return nil
	case n.Kind == record.Map:
		out := map[string]any{}
		for i := range n.Keys {
			k := &n.Keys[i]
			if c := f.Child(k.Name); c != nil && accessOf(c) == always && !internalDocument(c, k.Value) {
				out[k.Name] = public(c, k.Value)
			}
		}
		return out
	case n.Kind == record.List:
		out := []any{}
		for _, it := range n.Items {
			if f.Item != nil && !internalDocument(f.Item, it) {
				out = append(out, public(f.Item, it))
			}
		}
		return out
	}
	return n.Plain()
}
