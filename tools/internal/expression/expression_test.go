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
	return expression.NewScope(func() types.Map { return e })
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
