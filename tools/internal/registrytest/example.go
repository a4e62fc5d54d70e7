package registrytest

import (
	"fmt"
	"slices"
	"strings"
)

// Example is a change to the fixture registry in schemas/examples that a rule
// must refuse (Bad) or let pass. Adjacent code blocks in the body of a rule
// file make one example; text between them starts the next.
type Example struct {
	Bad     bool
	Caption string
	Today   string // the date to judge at, for rules about waiting
	Edits   []Edit
}

// Edit changes one file of the fixture registry.
type Edit struct {
	Path   string // below the root: content/projects/…, data/units.yaml
	Text   string // top-level keys to replace, or the whole file
	Whole  bool   // Text is the whole file
	Delete bool
}

// Examples reads the examples out of the body of a rule file: the code blocks under
// the headings 反例 and 正例 whose info string names a file,
//
//	```yaml projects/2026/jyj/01/index.md
//	```yaml plans/2026.md delete
//	```raw projects/2026/jyj/01/index.md
//	```yaml projects/2026/jyj/01/index.md today=2026-12-01
func Examples(file, body string) ([]Example, error) {
	var out []Example
	var section, caption string
	fresh := true
	lines := strings.Split(body, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "## "):
			section, caption, fresh = strings.Fields(line + " -")[1], "", true
		case strings.HasPrefix(line, "```"):
			info := strings.Fields(strings.TrimPrefix(line, "```"))
			start := i + 1
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
			}
			if section != "反例" && section != "正例" || len(info) < 2 {
				continue
			}
			path := info[1]
			if !strings.HasPrefix(path, "data/") {
				path = "content/" + path
			}
			e := Edit{Path: path, Text: strings.Join(lines[start:min(i, len(lines))], "\n") + "\n", Whole: info[0] == "raw", Delete: slices.Contains(info, "delete")}
			if info[0] != "raw" && info[0] != "yaml" {
				return nil, fmt.Errorf("%s: example block of kind %q", file, info[0])
			}
			if fresh {
				out = append(out, Example{Bad: section == "反例", Caption: caption})
				fresh = false
			}
			last := &out[len(out)-1]
			last.Edits = append(last.Edits, e)
			for _, word := range info {
				if day, ok := strings.CutPrefix(word, "today="); ok {
					last.Today = day
				}
			}
		case strings.TrimSpace(line) != "":
			caption, fresh = strings.TrimSpace(line), true
		}
	}
	return out, nil
}

// Apply returns the file after the edit; old is nil for a file that is not
// there yet.
func (e *Edit) Apply(old []byte) []byte {
	if e.Whole {
		return []byte(strings.TrimSuffix(e.Text, "\n") + "\n")
	}
	fence := ""
	if strings.HasSuffix(e.Path, ".md") {
		fence = "---\n"
	}
	front, body, ok := strings.Cut(strings.TrimPrefix(string(old), fence), "\n---\n")
	if !ok {
		body = ""
	}
	if fence == "" {
		front, body = string(old), ""
	}
	blocks := keyBlocks(front)
	for _, b := range keyBlocks(e.Text) {
		found := false
		for i := range blocks {
			if blocks[i].key == b.key {
				blocks[i], found = b, true
			}
		}
		if !found {
			blocks = append(blocks, b)
		}
	}
	var out strings.Builder
	out.WriteString(fence)
	for _, b := range blocks {
		if strings.TrimSpace(b.text) != b.key+": null" {
			out.WriteString(b.text)
		}
	}
	out.WriteString(fence)
	out.WriteString(body)
	return []byte(out.String())
}

type keyBlock struct{ key, text string }

// keyBlocks splits YAML text at its top-level keys.
func keyBlocks(s string) []keyBlock {
	var out []keyBlock
	for line := range strings.Lines(s) {
		if !strings.HasSuffix(line, "\n") {
			line += "\n"
		}
		key, _, isKey := strings.Cut(line, ":")
		if !isKey || key == "" || strings.ContainsAny(key[:1], " \t-#") {
			if len(out) > 0 {
				out[len(out)-1].text += line
				continue
			}
			key = ""
		}
		out = append(out, keyBlock{key, line})
	}
	return out
}
