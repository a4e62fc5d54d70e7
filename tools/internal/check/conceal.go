package check

import (
	"regexp"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// conceal keeps what is not public out of what a finding shows: the source line
// of a field that is not public, a line that another finding says must not be
// repeated, and numbers of persons in a message. hide gives such lines of a file.
func conceal(fs []finding.Finding, hide func(file string) map[int]bool) {
	hidden := map[string]map[int]bool{} // by file, made when a file has a finding
	for i := range fs {
		f := &fs[i]
		if !f.Sensitive && f.Line > 0 {
			lines, known := hidden[f.File]
			if !known {
				lines = hide(f.File)
				hidden[f.File] = lines
			}
			f.Sensitive = lines[f.Line]
		}
		f.Message = finding.Text{Zh: value.MaskPersonal(f.Message.Zh), En: value.MaskPersonal(f.Message.En)}
		if f.Suggest != value.MaskPersonal(f.Suggest) {
			f.Suggest = ""
		}
	}
	type line struct {
		file string
		n    int
	}
	secret := map[line]bool{}
	for _, f := range fs {
		if f.Sensitive {
			secret[line{f.File, f.Line}] = true
		}
	}
	for i := range fs {
		f := &fs[i]
		f.Sensitive = f.Sensitive || secret[line{f.File, f.Line}]
		for _, r := range f.Related {
			f.Sensitive = f.Sensitive || secret[line{r.File, r.Line}]
		}
	}
}

// hiddenLines are the lines of a record that show a value which is not public.
func hiddenLines(p *registry.Project, file string) map[int]bool {
	lines := map[int]bool{}
	for _, r := range p.Records {
		if r.Path == file {
			hide(r.Form.Root, r.Root, false, 1<<30, lines)
			return lines
		}
	}
	if raw, ok := p.Unread[file]; ok {
		name := strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ".md")
		if form, _, ok := p.Registry().ParseName(name); ok {
			hideByName(form, raw, lines)
		}
	}
	return lines
}

// hiddenPeople are the lines of the register of people that show a value which
// is not public; no other file outside the projects has any.
func (j *Judge) hiddenPeople(file string) map[int]bool {
	lines := map[int]bool{}
	if file != registry.PeopleFile {
		return lines
	}
	form := j.Registry.Schemas.Form("people")
	if root := j.Registry.PeopleRoot; root != nil {
		hide(form.Root, root, false, 1<<30, lines)
	} else if raw, err := j.Registry.Read(file, 8<<20); err == nil {
		hideByName(form, raw, lines)
	}
	return lines
}

// hide marks the lines from each key that is not public up to the next key.
// end is the line on which the node's successor starts.
func hide(f *schema.Field, n *record.Node, hidden bool, end int, lines map[int]bool) {
	// mark takes the lines of a value from the one it, or its key, begins on.
	mark := func(from int32, value *record.Node, next int) {
		for l := int(from); l <= max(int(from), min(next-1, int(from)+min(lineCount(value), 2000))); l++ {
			lines[l] = true
		}
	}
	switch n.Kind {
	case record.Map:
		for i := range n.Keys {
			k := &n.Keys[i]
			next := end
			if i+1 < len(n.Keys) {
				next = int(n.Keys[i+1].Line)
			}
			c := f.Child(k.Name)
			hidden := hidden || private(c)
			if hidden {
				mark(k.Line, k.Value, next)
			}
			if c != nil {
				hide(c, k.Value, hidden, next, lines)
			}
		}
	case record.List:
		for i, it := range n.Items {
			next := end
			if i+1 < len(n.Items) {
				next = int(n.Items[i+1].Line)
			}
			if hidden || private(f.Item) {
				mark(it.Line, it, next)
			}
			if f.Item != nil {
				hide(f.Item, it, hidden, next, lines)
			}
		}
	}
}

// private reports whether a field holds a value that is not public. f may be nil.
func private(f *schema.Field) bool {
	return f != nil && f.Visibility != schema.Public && f.Type != schema.Object && f.Type != schema.List
}

// lineCount is how many lines a value may take in the file: a folded text has
// fewer line ends when read than when written, so its length counts too.
func lineCount(n *record.Node) int { return strings.Count(n.Text, "\n") + len(n.Text)/4 + 1 }

var keyAtStart = regexp.MustCompile(`^[\s-]*["']?([A-Za-z]+)["']?\s*:`)

// hideByName does the same for a record that could not be taken apart: a key
// that is not public anywhere in the form counts as not public.
func hideByName(form *schema.Form, raw []byte, lines map[int]bool) {
	keys := map[string]bool{}
	var collect func(f *schema.Field)
	collect = func(f *schema.Field) {
		for _, c := range f.Fields {
			if private(c) || private(c.Item) {
				keys[c.Key] = true
			}
			collect(c)
			if c.Item != nil {
				collect(c.Item)
			}
		}
	}
	collect(form.Root)
	current, n := false, 0
	for text := range strings.Lines(string(raw)) {
		n++
		if m := keyAtStart.FindStringSubmatch(text); m != nil {
			current = keys[m[1]]
		}
		lines[n] = current
		for key := range keys {
			if strings.Contains(text, key) {
				lines[n] = true
			}
		}
	}
}
