package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// browsers are the programs that can print a page, by the names they have on
// the systems where Chromium is found.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"}

// printTime bounds how long a browser may take.
const printTime = 2 * time.Minute

// pdf prints a page with the browser of this machine. The page is self-contained
// and the browser is kept from the network.
func (a *app) pdf(ctx context.Context, page []byte) ([]byte, error) {
	bin := ""
	for _, name := range browsers {
		if p, err := exec.LookPath(name); err == nil {
			bin = p
			break
		}
	}
	if bin == "" {
		return nil, cannot(errors.New(a.say("生成 PDF 要用浏览器，没有找到 Chromium、Chrome 或 Edge", "a PDF is made by a browser, and neither Chromium, Chrome nor Edge was found")),
			a.say("安装一个（如 apt-get install chromium），或用 --format docx、html", "install one (apt-get install chromium), or use --format docx or html"))
	}
	dir, err := os.MkdirTemp("", "taizhang-print-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "sheet.html"), filepath.Join(dir, "sheet.pdf")
	if err := os.WriteFile(in, page, 0o600); err != nil {
		return nil, err
	}
	args := []string{"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer", "--user-data-dir=" + filepath.Join(dir, "profile"), "--print-to-pdf=" + out}
	if os.Geteuid() == 0 { // as root, as in containers, its sandbox cannot start
		args = append(args, "--no-sandbox")
	}
	ctx, cancel := context.WithTimeout(ctx, printTime)
	defer cancel()
	said, err := exec.CommandContext(ctx, bin, append(args, (&url.URL{Scheme: "file", Path: filepath.ToSlash(in)}).String())...).CombinedOutput()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s: %w", bin, ctx.Err())
	}
	data, readErr := os.ReadFile(out)
	if err != nil || readErr != nil {
		return nil, fmt.Errorf(a.say("%s 没有生成 PDF：%.400s", "%s made no PDF: %.400s"), bin, said)
	}
	return data, nil
}
