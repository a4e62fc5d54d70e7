package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"taizhang/tools/internal/browser"
)

// TestTheJudgeRunsInTheFormPage loads the worker as the form page does, under
// the page's own security policy, and asks it what a form asks.
func TestTheJudgeRunsInTheFormPage(t *testing.T) {
	page := browser.Open(t).Page(serveDir(t, builtSite(t))+"/fill/", 1280, 900)
	files := map[string]string{}
	dir := filepath.Join(repoRoot, "content/projects/2027/jyj/01")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if data, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil {
			files["content/projects/2027/jyj/01/"+e.Name()] = string(data)
		}
	}
	base, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Loaded  struct{ Forms, Rules, Units int }
		Clean   struct{ Findings []any }
		Faulty  struct{ Findings []struct{ Rule, File string } }
		Words   map[string]string
		Refused map[string]string
		Hash    map[string]string
		First   float64 // ms from the start of the load to the first answer
		Again   float64 // ms of a later check
	}
	page.Eval(`(async () => {
		const data = document.querySelector("#fill").dataset;
		const worker = new Worker(data.worker);
		const waiting = new Map();
		worker.onmessage = ({ data }) => {
			if ("progress" in data) return;
			const { resolve, reject } = waiting.get(data.id);
			if (data.error) reject(data.error); else resolve(data.result);
		};
		let last = 0;
		const ask = (op, params) => new Promise((resolve, reject) => {
			waiting.set(++last, { resolve, reject });
			worker.postMessage({ id: last, op, ...params });
		});
		const base = `+string(base)+`;
		const declaration = "content/projects/2027/jyj/01/declaration.md";
		const faulty = { ...base, [declaration]: base[declaration].replace(/^estimate: .*$/m, "estimate: -5") };
		const start = performance.now();
		const early = await ask("amount", { text: "1" }).catch((e) => e);
		const Loaded = await ask("load", { wasm: new URL(data.wasm, location).href, definitions: new URL(data.definitions, location).href });
		const Clean = await ask("check", { base, head: base });
		const First = performance.now() - start;
		const Faulty = await ask("check", { base, head: faulty });
		for (let i = 0; i < 5; i++) await ask("check", { base, head: faulty });
		const then = performance.now();
		await ask("check", { base, head: faulty });
		const Again = performance.now() - then;
		const Words = await ask("amount", { text: "128.5" });
		const Refused = await ask("amount", { text: "many" }).catch((e) => e);
		const Hash = await ask("hash", { bytes: new TextEncoder().encode("abc") });
		worker.terminate();
		return { Loaded, Clean, Faulty, Words, Refused, Hash, First, Again, early };
	})()`, &got)
	t.Logf("first answer after %.0f ms, a check takes %.0f ms", got.First, got.Again)
	if got.Loaded.Forms == 0 || got.Loaded.Rules == 0 || got.Loaded.Units == 0 {
		t.Errorf("loaded %+v", got.Loaded)
	}
	if len(got.Clean.Findings) > 0 {
		t.Errorf("a project of the sample has findings: %v", got.Clean.Findings)
	}
	if len(got.Faulty.Findings) == 0 || !strings.HasSuffix(got.Faulty.Findings[0].File, "declaration.md") {
		t.Errorf("a negative estimate: %+v", got.Faulty)
	}
	if got.Words["words"] != "人民币壹佰贰拾捌万伍仟元整" {
		t.Errorf("in words: %v", got.Words)
	}
	if got.Refused["zh"] == "" || got.Refused["en"] == "" {
		t.Errorf("a wrong amount: %v", got.Refused)
	}
	if !strings.HasPrefix(got.Hash["sha256"], "ba7816bf") {
		t.Errorf("hash: %v", got.Hash)
	}
	if e := append(page.ConsoleErrors(), page.FailedRequests()...); len(e) > 0 {
		t.Error(e)
	}
}

// TestTheWorkerOutlivesItsJudge lets the program behind the worker die, and the
// fetching of it fail.
func TestTheWorkerOutlivesItsJudge(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("TAIZHANG_REQUIRE_BROWSER") == "1" {
			t.Fatal("没有找到 node，而 TAIZHANG_REQUIRE_BROWSER=1 (no node, but TAIZHANG_REQUIRE_BROWSER=1)")
		}
		t.Skip("没有找到 node，未试检查程序的重启 (no node: restarts of the judge are not tried)")
	}
	worker, err := filepath.Abs(filepath.Join(repoRoot, "assets/js/judge-worker.js"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(node, "testdata/judge-worker.cjs", worker).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
