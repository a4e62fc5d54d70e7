package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"taizhang/tools/internal/browser"
)

// camera walks through a page and keeps the pictures of the guides.
type camera struct {
	*browser.Page
	t *testing.T
}

func (c *camera) waitFor(js string) {
	c.t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(50 * time.Millisecond) {
		var ok bool
		if c.Eval("Boolean("+js+")", &ok); ok {
			return
		}
	}
	c.t.Fatalf("never: %s", js)
}

// set fills a field of the form page as a person would leave it.
func (c *camera) set(ptr, text string) {
	c.t.Helper()
	c.Eval(fmt.Sprintf(`(() => {
		const i = document.querySelector('[data-ptr="%s"]').querySelector("input, textarea");
		i.focus();
		if (i.type === "radio" || i.type === "checkbox") [...document.querySelectorAll('[data-ptr="%[1]s"] input')].find(x => !%[2]q || x.closest("label").innerText.includes(%[2]q)).click();
		else { i.value = %[2]q; for (const e of ["input", "change"]) i.dispatchEvent(new Event(e, {bubbles: true})); }
		i.blur();
	})()`, ptr, text), nil)
}

// shot takes a picture of the guides.
func (c *camera) shot(name, from string, height int) {
	c.t.Helper()
	if !slices.Contains(shots, name) {
		c.t.Fatalf("%s is not one of the pictures", name)
	}
	c.keep(filepath.Join(shotDir, name+".png"), from, height)
}

// keep takes the part of the page from the top of one element, which must be
// there, at most height pixels high. Without -update it only looks for the part.
func (c *camera) keep(file, from string, height int) {
	c.t.Helper()
	picture := c.Picture(from, height)
	if !*update {
		return
	}
	file = filepath.Join(repoRoot, file)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		c.t.Fatal(err)
	}
}
