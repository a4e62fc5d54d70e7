package browser

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Violation is a rule of accessibility that a page breaks, and where.
type Violation struct {
	ID    string   // "color-contrast"
	Help  string   // what the rule asks for
	Nodes []string // selectors
}

// Axe reads the accessibility engine axe-core from the file that TAIZHANG_AXE
// names. Without one the test is skipped, loudly.
func Axe(t testing.TB) string {
	t.Helper()
	name := os.Getenv("TAIZHANG_AXE")
	if name == "" {
		fmt.Fprintf(os.Stderr, "*** 跳过无障碍测试 %[1]s：用 npm pack axe-core 取得，把 axe.min.js 的路径写进 TAIZHANG_AXE\n*** accessibility test %[1]s SKIPPED: set TAIZHANG_AXE to the path of axe-core's axe.min.js\n", t.Name())
		t.Skip("no axe-core")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Violations runs axe-core, as [Axe] gives it, on the page for WCAG 2.2 A and
// AA and its best practices.
func (p *Page) Violations(axe string) []Violation {
	p.t.Helper()
	var out []Violation
	p.Eval(`(async () => { `+axe+`
		const r = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]});
		return r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.slice(0, 5).map(n => n.target.join(" "))}));
	})()`, &out)
	return out
}

// Dark makes the page look as on a device with dark colours.
func (p *Page) Dark() {
	p.t.Helper()
	p.run("dark colours", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		return err
	}))
}
