package rule

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/schema"
)

// visible returns a compiler for the values of a message that refuses fields
// which are not public: a finding's text is seen by everybody who sees the
// change.
func (c *compiler) visible(scope *expression.Scope, each *expression.Program) func(string) (*expression.Program, error) {
	return func(src string) (*expression.Program, error) {
		p, err := scope.Compile(src, expression.Any)
		if err != nil {
			return nil, err
		}
		for _, m := range p.Members() {
			path := strings.Split(m, ".")
			if f := c.field(path, each); f != nil && f.Visibility != schema.Public && f.Type != schema.Object && f.Type != schema.List {
				return nil, fmt.Errorf("%s is %s and must not be shown in a message", m, f.Visibility)
			}
		}
		return p, nil
	}
}

// field finds the schema field that a path of the environment reads, or nil for
// paths that no schema defines.
func (c *compiler) field(path []string, each *expression.Program) *schema.Field {
	if path[0] == "base" {
		path = path[1:]
	}
	if len(path) > 1 && path[0] == "it" && each != nil {
		for _, m := range append(slices.Clone(each.Members()), each.Roots()...) {
			base := strings.Split(m, ".")
			if f := c.field(append(base, path[1:]...), nil); f != nil {
				return f
			}
		}
		return nil
	}
	if len(path) == 0 {
		return nil
	}
	if path[0] == "works" { // a choice of them
		path = append([]string{"contracts"}, path[1:]...)
	}
	form := c.reg.Schemas.Form(path[0])
	if form == nil {
		form = c.reg.Schemas.Form(strings.TrimSuffix(path[0], "s"))
	}
	if path[0] == "planned" || path[0] == "planItems" {
		form = nil
	}
	if form == nil {
		return nil
	}
	f := form.Root
	for _, key := range path[1:] {
		f = f.Child(key)
	}
	return f
}
