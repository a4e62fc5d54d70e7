package expression_test

import (
	"strings"
	"testing"

	"github.com/expr-lang/expr/types"

	"taizhang/tools/internal/expression"
)

func scope() *expression.Scope {
	pay := types.Map{"year": types.Int, "amount": types.Int}
	e := types.Map{
		"declaration": types.Map{"on": types.String, "estimate": types.Int, "attestation": types.Map{"on": types.String}},
		"stocks":      types.Array(types.Map{"payments": types.Array(pay), "total": types.Int}),
	}
	e["base"] = types.Map{"declaration": e["declaration"]}
	return expression.NewScope(func(name string) types.Type {
		if key, of := strings.CutPrefix(name, "base."); of {
			return e["base"].(types.Map)[key]
		}
		return e[name]
	})
}

// A rule that misspells a field must never load: at run time it would only be
// absent.
func TestMisspeltFieldsAreErrorsWithTheirPosition(t *testing.T) {
	for src, want := range map[string]string{
		`declaration.onn == ""`:                    "unknown field onn (1:13)",
		`year(declaration.onn) == 2027`:            "unknown field onn (1:18)",
		`declaration.attestation.onn == ""`:        "unknown field onn (1:25)",
		`declration.on == ""`:                      "unknown name declration (1:1)",
		`base.declaration.onn == ""`:               "unknown field onn (1:18)",
		`all(stocks, .totl > 0)`:                   "unknown field totl (1:14)",
		`all(stocks, all(.payments, .amuont > 0))`: "unknown field amuont (1:29)",
		`declaration.on == 3`:                      "mismatched types",
		`wan("x") > 0`:                             "wan",
		`declaration.estimate / 2 > 1`:             "operator / is not allowed",
		`declaration.estimate % 2 == 1`:            "operator % is not allowed",
		`declaration.estimate`:                     "expected bool",
	} {
		_, err := scope().Compile(src, expression.Bool)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", src, err, want)
		}
	}
}

// What a rule rests on decides whether a change is put to it: too much costs
// time, too little hides a fault.
func TestMentionsAreWhatAnExpressionRestsOn(t *testing.T) {
	for src, want := range map[string]string{
		`declaration.on == ""`:                                     "declaration.on",
		`declaration.attestation.on > base.declaration.on`:         "declaration.attestation declaration.on",
		`declaration == base.declaration`:                          "declaration",
		`declaration.estimate > 0 and any([declaration], .on > 0)`: "declaration declaration.estimate",
		`all(stocks, .total > declaration.estimate)`:               "declaration.estimate stocks",
		`stocks[0].total > 0`:                                      "stocks",
		`len(base) > 0`:                                            "base",
		`declaration?.on == "stocks"`:                              "declaration.on",
		`declaration["on"] == ""`:                                  "declaration.on",
		`let x = declaration; x.on == ""`:                          "declaration x.on",
		`year(declaration.on) > 2000 ? stocks : []`:                "declaration.on stocks year",
	} {
		if got := strings.Join(scope().Defer("", src, expression.Any).Mentions(), " "); got != want {
			t.Errorf("%s rests on %s, want %s", src, got, want)
		}
	}
}

func TestWhatIsNotThereNeedsNoCompilation(t *testing.T) {
	absent := map[string]any{"exists": false, "on": "", "list": []any{}}
	env := map[string]any{"a": absent, "b": map[string]any{"exists": true, "on": "x"}, "none": []any{}, "some": []any{1}}
	for src, want := range map[string]bool{
		`a.exists`: true, `a.on`: true, `a.list`: true, `b.exists and a.exists`: true, `a.exists and c.typo`: true, `(b.on == "" and a.exists) && b.exists`: true, `none`: true,
		`b.exists`: false, `b.on`: false, `a.exists or b.exists`: false, `not a.exists`: false, `a.on == ""`: false, `a.exists ? b.exists : true`: false, `some`: false, `c.on`: false, `base.a.on`: false, `a`: false,
	} {
		if got := scope().Defer("", src, expression.Any).Void(env); got != want {
			t.Errorf("%s: %v", src, got)
		}
	}
}

// A fault that no project asked for stays unknown, one that was asked for voids
// the verdict.
func TestWhatIsPutOffIsToldWhenItIsNeeded(t *testing.T) {
	s := scope()
	p := s.With(types.Map{"b": types.Bool}).Defer("r.md: when", `declaration.onn == ""`, expression.Bool)
	if p.Mentions(); s.Err() != nil {
		t.Error(s.Err())
	}
	_, err := p.Bool(map[string]any{})
	if want := `r.md: when: unknown field onn (1:13) in: declaration.onn == ""`; err == nil || err.Error() != want || s.Err() == nil || s.Err().Error() != want {
		t.Errorf("%v, %v", err, s.Err())
	}
	if _, err := expression.NewScope(func(string) types.Type { return types.Int }).Compile("sum", expression.Any); err == nil || !strings.Contains(err.Error(), "name of a function") {
		t.Error(err)
	}
}
