package record

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hostile returns inputs of about size bytes that are made to cost much.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	front := func(s string) string { return "---\n" + s + "\n---\n" }
	body := func(s string) string { return "---\na: 1\n---\n" + s }
	in := map[string]string{}
	for _, s := range []string{
		"[", "- ", "{a:", "&a ", "a: ", "? ", "[? ", "#\n", "a: 1\n#\n", " #c\n", "\n", " ", "x", "'", "\\", "%a\n", "---\n", "...\n",
		"!a ", "!", "%41", ":", ": ", "-\n", "- a\n", "a:\n", "a: b\n", "- #c\n", "- a #c\n", "\t", "{{", "[{", "*a ", "9", "|\n", ">\n",
		"“", "：", "a\n", "- - a\n", "a: \"\n", "a: '\n", "? a\n", "!!str\n", "- !!str\n", "<<: 1\n", ", ", "]", "}", "\"a\": ", "@", "`",
	} {
		name := fmt.Sprintf("%q", s)
		in["front "+name] = front(fill(s))
		in["value "+name] = front("a: " + fill(s))
		in["quoted "+name] = front("a: \"" + fill(s) + "\"")
		in["flow "+name] = front("a: [" + fill(s) + "]")
		in["block "+name] = front("a: |\n  " + strings.ReplaceAll(fill(s)[:size/4], "\n", "\n  "))
	}
	for _, s := range []string{"a,", "a: ,", ":,", "a: b,", "\"a\",", "[],", "{},", "a,\n", "a, #c\n"} {
		in["list "+s] = front("a: [" + fill(s) + "]")
		in["map "+s] = front("a: {" + fill(s) + "}")
	}
	var many, deep strings.Builder
	for i := 0; many.Len() < size-20; i++ {
		fmt.Fprintf(&many, "k%d: 1\n", i)
	}
	for i := range 700 {
		deep.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	in["many keys"] = front(many.String())
	in["deep keys"] = front(deep.String())
	for _, s := range []string{
		"[", "![", "](", "[a](", "[a]", "[a](b)", "[a](b) ", "*", "**a", "*a_", "_", "`", "``a", "<", "<a", "<a ", "<!--", "<!-- a -->", "<?", "&", "&#1;",
		"> ", ">", "- ", "* ", "1. ", "    ", "\\", "#\n", "# a\n", "a\n=\n", "a\n-\n", "|a", "|a|b|\n|-|-|\n", "|-|-|\n", "[a]: b\n", "[a]: <\n", "<https://a.b>", "```\n", "~~~\n",
		"-\n", "- a\n", "  - a\n", "!", "[^1]", "a  \n", "<a>\n", "[[a]](b)", "([", "[]()", "{", "}", "{{", "\"", "'", "a@b.c ", "https://a.b ", "<a href='", "[a][b]", "\n", "> a\n", ">>- ",
	} {
		in["body "+fmt.Sprintf("%q", s)] = body(fill(s))
		in["line "+fmt.Sprintf("%q", s)] = body("# a [b](c) " + fill(s))
	}
	var nested strings.Builder
	for i := 0; nested.Len() < size-2000; i++ {
		nested.WriteString(strings.Repeat(" ", min(i*2, 1000)) + "- a\n")
	}
	in["body nested list"] = body("[" + nested.String())
	in["body one line per bracket"] = body("[x]: y\n\n" + fill("[x] [x](z)\n\n"))
	return in
}

// Memory is counted exactly. Of time only the growth is: what takes long enough
// to be measured must not take sixteen times as long as a quarter of it, as what
// grows with the square does.
func TestHostileInputIsCheap(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some hundred megabytes")
	}
	const size = MaxSize - 64
	quarter := hostile(size / 4)
	for name, text := range hostile(size) {
		if len(text) > MaxSize {
			t.Fatalf("%s: the input has %d bytes and would not be read", name, len(text))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		took := parsing(text)
		runtime.ReadMemStats(&after)
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used >= 64 {
			t.Errorf("%s: %d MiB", name, used)
		}
		var part time.Duration
		for range 3 { // a busy machine slows one of the two down at times
			if took < 200*time.Millisecond {
				break
			}
			if part = max(part, parsing(quarter[name])); took < 10*part {
				break
			}
			took = min(took, parsing(text))
		}
		if took >= 200*time.Millisecond && took >= 10*part {
			t.Errorf("%s: %v, a quarter of it %v", name, took, part)
		}
	}
}

func parsing(text string) time.Duration {
	start := time.Now()
	Parse("a.md", []byte(text))
	return time.Since(start)
}

// TestDeepMarkdownIsRefusedBeforeItIsParsed: the Markdown parser's time grows
// with the square of the depth.
func TestDeepMarkdownIsRefusedBeforeItIsParsed(t *testing.T) {
	for _, body := range []string{strings.Repeat(">", 100_000), strings.Repeat("- ", 50_000), strings.Repeat("1. ", 30_000), "ok\n\n" + strings.Repeat("> - ", 100)} {
		_, fs := Parse("x.md", []byte("---\na: 1\n---\n"+body+"x\n"))
		if len(fs) != 1 || fs[0].Rule != "F-010" || fs[0].Line < 4 {
			t.Errorf("%.8s…: %+v", body, fs)
		}
	}
	if _, fs := Parse("x.md", []byte("---\na: 1\n---\n> 引用\n> > 再引\n\n- 一\n  - 二\n    - 三\n\n1. 甲\n2. 乙\n\n2026. 3. 1 起\n")); len(fs) > 0 {
		t.Errorf("an ordinary body is refused: %+v", fs)
	}
}

func TestEscapedControlCharactersAreRefused(t *testing.T) {
	for _, v := range []string{`"a\0b"`, `"a\eb"`, `"a\u202Eb"`} {
		_, fs := Parse("x.md", []byte("---\na: "+v+"\n---\n"))
		if len(fs) != 1 || fs[0].Rule != "F-017" || fs[0].Line != 2 || fs[0].Col != 4 {
			t.Errorf("%s: %+v", v, fs)
		}
	}
}
