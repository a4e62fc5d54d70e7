package site

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAHugoThatStallsIsEndedAndAskedAgain: what it would have said comes from a
// run over fewer pages, and where that says nothing either, the build still ends.
func TestAHugoThatStallsIsEndedAndAskedAgain(t *testing.T) {
	const stalls = "sleep 60 & wait"
	for name, c := range map[string]struct{ few, want string }{
		"few pages tell":    {`echo "ERROR render of page failed: layouts/a.html:3" >&2; exit 1`, "layouts/a.html:3"},
		"few pages do well": {`mkdir -p "$7"; exit 0`, "layouts/"},
		"few pages stall":   {stalls, "layouts/"},
	} {
		hugo := filepath.Join(t.TempDir(), "hugo")
		script(t, hugo, `case "$*" in *"/few "*) `+c.few+`;; esac; `+stalls)
		in := sample(t)
		_, err := (&Builder{Hugo: hugo, Patience: 300 * time.Millisecond}).Build(t.Context(), in)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		alone(t, in.Out)
	}
}
