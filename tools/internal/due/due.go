// Package due answers what waits for whom and since when, and what becomes
// overdue: for one project at a time and for the registry as a whole, at a day
// that is given. Whose turn it is comes from the lifecycle, so that no state is
// forgotten; schemas/deadlines.yaml adds the dates. The package reads no clock
// and no file of its own, and nothing in it can make a check fail.
package due

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/types"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
)

// File is the definition of the deadlines.
const File = "schemas/deadlines.yaml"

// Definition is one entry of File.
type Definition struct {
	ID       string
	Clause   string
	What     finding.Text
	Who      []string // roles
	Registry bool     // concerns all units, not a project
	Waiting  bool     // listed from Since on; else when Due comes near
	Firm     bool     // passing Due is overdue; else only a reminder
	States   []string // in these it replaces what the lifecycle says
	Rule     string   // rule that checks the same; "" where there is none

	each, when, since, due *expression.Program
}

// Calendar is the deadlines of a registry, compiled. It may be used by several
// goroutines.
type Calendar struct {
	Definitions []*Definition
	judge       *check.Judge
	roles       map[string]finding.Text
	holders     map[string][]holder // role → the units that have it
}

// holder is a unit that has a role, up to the day of its abolition.
type holder struct{ code, until string }

// Load reads and compiles the deadlines of the registry that j judges.
func Load(j *check.Judge) (*Calendar, error) {
	data, err := j.Registry.Read(File, registry.RecordLimit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	form := j.Registry.Schemas.Form("deadlines")
	if form == nil {
		return nil, errors.New("schemas: no schema for deadlines")
	}
	root, fs := record.ParseYAML(File, data)
	if root != nil {
		fs = append(fs, form.Validate(File, root)...)
	}
	if len(fs) > 0 {
		return nil, fs[0].Err()
	}
	c := &Calendar{judge: j, roles: map[string]finding.Text{}, holders: map[string][]holder{}}
	c.readRoles(form.Root.Child("deadlines").Child("who").Item)
	scope := scopeOf(j.Registry.Scope())
	var errs []error
	for _, n := range root.Get("deadlines").Items {
		d, err := c.define(n, scope)
		if err == nil && slices.ContainsFunc(c.Definitions, func(o *Definition) bool { return o.ID == d.ID }) {
			err = errors.New("is defined twice")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %s: %w", File, n.Line, n.Get("id").Text, err))
			continue
		}
		c.Definitions = append(c.Definitions, d)
	}
	return c, errors.Join(errs...)
}

// scopeOf is what expressions see: that of the rules and where the project
// stands.
func scopeOf(rules *expression.Scope) *expression.Scope {
	return rules.With(types.Map{"state": types.String, "stateOn": types.String, "publicOn": types.String,
		"addWorkdays": types.TypeOf((func(string, int) string)(nil))})
}

// readRoles takes the words for roles from the schema and the units that have
// them from the register.
func (c *Calendar) readRoles(f *schema.Field) {
	for _, role := range f.Enum {
		c.roles[role] = finding.Text{Zh: f.EnumZh[role], En: f.EnumEn[role]}
	}
	reg := c.judge.Registry
	for _, code := range reg.UnitCodes() {
		u := reg.Unit(code)
		for _, role := range list(u["roles"]) {
			c.holders[text(role)] = append(c.holders[text(role)], holder{code, text(u["until"])})
		}
	}
}

func (c *Calendar) define(n *record.Node, scope *expression.Scope) (*Definition, error) {
	str := func(key string) string {
		if v := n.Get(key); v != nil {
			return strings.TrimSpace(v.Text)
		}
		return ""
	}
	texts := func(key string) (out []string) {
		if v := n.Get(key); v != nil {
			for _, it := range v.Items {
				out = append(out, it.Text)
			}
		}
		return out
	}
	d := &Definition{ID: str("id"), Clause: str("clause"), What: finding.Text{Zh: str("zh"), En: str("en")}, Who: texts("who"),
		Registry: str("scope") == "registry", Waiting: str("kind") == "waiting", Firm: str("firm") != "false", States: texts("states"), Rule: str("rule")}
	for _, s := range d.States {
		if c.judge.Lifecycle.State(s) == nil {
			return nil, fmt.Errorf("states: no state %q in the lifecycle", s)
		}
	}
	switch {
	case !d.Waiting && str("due") == "":
		return nil, errors.New("a deadline needs due")
	case len(d.States) > 0 && (!d.Waiting || d.Registry):
		return nil, errors.New("states are for a project that waits")
	case d.Registry && str("each") != "":
		return nil, errors.New("each has nothing to go through in the registry's scope")
	}
	if d.Registry {
		scope = scope.Only("today", "reading", "limit", "addWorkdays", "workdays")
	}
	var errs []error
	one := func(key string, kind expression.Kind) *expression.Program {
		if str(key) == "" {
			return nil
		}
		p, err := scope.Compile(str(key), kind)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
			return nil
		}
		errs = append(errs, c.literals(key, p)...)
		return p
	}
	if d.each = one("each", expression.Any); d.each != nil {
		item, ok := d.each.Item()
		if !ok {
			return nil, fmt.Errorf("each: %s is not a list", str("each"))
		}
		scope = scope.With(types.Map{"it": item})
	}
	d.when, d.since, d.due = one("when", expression.Bool), one("since", expression.String), one("due", expression.String)
	return d, errors.Join(errs...)
}

// literals judges the constants of an expression: states and readings must
// exist.
func (c *Calendar) literals(key string, p *expression.Program) (errs []error) {
	for _, lit := range p.Literals() {
		if (lit[0] == "reached" || lit[0] == "reachedOn") && c.judge.Lifecycle.State(lit[1]) == nil {
			errs = append(errs, fmt.Errorf("%s: no state %q in the lifecycle", key, lit[1]))
		}
		if err := c.judge.Registry.CheckLiteral(lit[0], lit[1]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
		}
	}
	return errs
}

func text(v any) string { s, _ := v.(string); return s }

func list(v any) []any { l, _ := v.([]any); return l }
