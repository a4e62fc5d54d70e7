package expression

import (
	"fmt"
	"testing"

	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// TestPlainConditionsAnswerAsTheMachineDoes compares the answers that need no
// compilation with those of the compiled expression.
func TestPlainConditionsAnswerAsTheMachineDoes(t *testing.T) {
	form := types.Map{"exists": types.Bool, "on": types.String, "n": types.Int, "x": types.TypeOf(1.5), "list": types.Array(types.String), "in": types.Map{"on": types.String}}
	scope := NewScope(func() types.Map {
		return types.Map{"a": form, "b": form, "list": types.Array(form), "f": types.TypeOf((func(string) bool)(nil))}
	})
	object := func(exists bool, on string, n int, list ...any) map[string]any {
		return map[string]any{"exists": exists, "on": on, "n": n, "x": 0.5, "list": list, "in": map[string]any{"on": on}}
	}
	f := func(s string) bool { return s == "x" }
	envs := []map[string]any{
		{"a": object(true, "x", 3, "p"), "b": object(false, "", 0), "list": []any{}, "f": f},
		{"a": object(false, "or", -1), "b": object(true, "and", 1, "p", "q"), "list": []any{object(true, "x", 1)}, "f": f},
	}
	plain := 0
	for _, src := range []string{
		`a.exists`, `not a.exists`, `a.exists and b.exists`, `a.exists or b.exists and a.on == "x"`, `a.exists and (b.exists or a.n > 2)`, `(a.exists or b.exists) and a.n > 2`,
		`a.on == "x"`, `a.on != ""`, `a.on == 'or'`, `a.on == "x" or a.on == "or"`, `a.on == "a and b" or b.exists`, `a.on in ["x", "y"]`, `a.on not in ["x", 'or']`, `a.in.on == "x"`,
		`a.n == 3`, `a.n >= 3`, `a.n < 0`, `a.n != -1`, `len(list) > 0`, `len(a.list) == 1 and b.exists`, `len(list) == 0 or list[0].exists`, `a.x > 0`, `a.x == 0.5`,
		`f(a.on)`, `a.exists and f(a.on)`, `f(a.on) and a.exists`, `a.exists ? b.exists : a.n > 0`, `a.exists && b.exists`, `a.exists || b.exists`, `not (a.exists and b.exists)`, `not a.exists or b.exists`,
		"a.exists\nand b.exists", "a.exists and\n b.exists", "a.exists\tor b.exists", `any(list, .on == "x" or .exists)`, `a.exists and any(list, .on == "x")`, `a.on + "x" == "xx"`, `a.n + 1 > 3`, `a.n > b.n`, `a.on == b.on`,
		`a.exists and a.on startsWith "x"`, `a.on matches "x" or b.exists`, `"x" in a.list`, `a.on in a.list`, `a.exists and b.on != "" or len(list) > 0 and a.n > 0`, `true`, `a?.exists`, `not not a.exists`, `a.exists == true`, `a.exists /* or */ and b.exists`,
	} {
		p, err := scope.Compile(src, Bool)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		for i, env := range envs {
			c, _ := p.code()
			out, err := new(vm.VM).Run(c.vm, env)
			if err != nil {
				t.Errorf("%s: %v", src, err)
			}
			if got := p.plain.in(env); p.plain != nil && got != unknown {
				if plain++; got != answerOf(out == true) {
					t.Errorf("%s is %v in %d, not %v", src, got == yes, i, out)
				}
			}
			if got, err := p.Bool(env); err != nil || got != (out == true) {
				t.Errorf("%s is %v in %d (%v), not %v", src, got, i, err, out)
			}
		}
	}
	if plain < 40 {
		t.Errorf("only %d answers are plain", plain)
	}
}

// TestWhatIsPutOffIsToldWhenItIsNeeded: a fault that no project asked for stays
// unknown, one that was asked for is that of the scope.
func TestWhatIsPutOffIsToldWhenItIsNeeded(t *testing.T) {
	scope := NewScope(func() types.Map { return types.Map{"a": types.Map{"exists": types.Bool}} })
	p := scope.With(types.Map{"b": types.Bool}).Defer("r.md: when", `a.exists and a.typo == ""`, Bool)
	if ok, err := p.Bool(map[string]any{"a": map[string]any{"exists": false}}); ok || err != nil || scope.Err() != nil {
		t.Errorf("%v, %v, %v", ok, err, scope.Err())
	}
	_, err := p.Bool(map[string]any{"a": map[string]any{"exists": true}})
	if want := `r.md: when: unknown field typo (1:16) in: a.exists and a.typo == ""`; fmt.Sprint(err) != want || fmt.Sprint(scope.Err()) != want {
		t.Errorf("%v, %v", err, scope.Err())
	}
}
