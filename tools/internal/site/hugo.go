package site

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// source is Hugo's working directory: the project's hugo.toml, over it the
// projection's hugo.json, and over both what a build must not leave to a
// template author.
//
// It is not the project root, so that no template can read the registry
// (readFile, readDir) and Hugo writes nothing there.
type source struct {
	work, dir string
	mounts    []map[string]any // all but that of the content
}

// configure makes Hugo's working directory; [source.show] completes it.
func configure(in Input, work string) (*source, error) {
	s := &source{work: work, dir: filepath.Join(work, "source")}
	empty := filepath.Join(work, "empty")
	for _, dir := range []string{s.dir, empty, filepath.Join(work, "tmp")} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, err
		}
	}
	own, err := os.ReadFile(filepath.Join(in.Root, "hugo.toml"))
	if err != nil {
		return nil, fail(err, "读不到项目根目录的 hugo.toml", "cannot read hugo.toml in the project root")
	}
	if err := os.WriteFile(filepath.Join(s.dir, "hugo.toml"), own, 0o644); err != nil {
		return nil, err
	}
	projected, err := os.ReadFile(filepath.Join(in.Projection, "hugo.json"))
	if errors.Is(err, fs.ErrNotExist) {
		projected, err = []byte("{}"), nil
	}
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "projection.json"), projected, 0o644); err != nil {
		return nil, err
	}
	s.mounts, err = mounts(in, own, empty)
	return s, err
}

// show writes the settings of a run that reads its content from a folder. In a
// further run only regular pages are made: all else is there since the first.
func (s *source) show(content string, further bool) error {
	none := []string{"none"}
	config := map[string]any{
		"resourceDir":   filepath.Join(s.work, "resources"),
		"enableGitInfo": false,
		// What is published was decided by the projection, not by today's date.
		"buildFuture":  true,
		"buildExpired": true,
		"timeZone":     "Asia/Shanghai",
		"build":        map[string]any{"noJSConfigInAssets": true, "buildStats": map[string]any{"enable": false}},
		"module": map[string]any{"proxy": "off",
			"mounts": append([]map[string]any{{"source": content, "target": "content"}}, s.mounts...)},
		"security": map[string]any{
			"exec":  map[string]any{"allow": none, "osEnv": none},
			"funcs": map[string]any{"getenv": none},
			"http":  map[string]any{"urls": none, "methods": none},
		},
	}
	if further {
		config["disableKinds"] = []string{"home", "section", "taxonomy", "term", "RSS", "sitemap", "robotsTXT", "404"}
	}
	data, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, "generated.json"), data, 0o644)
}

// garbage is how much may be left lying before Hugo clears up, in percent of what
// it needs: a batch is small, and clearing up less often saves a tenth of the time.
const garbage = "300"

// run builds into the folder out, leaving there what it does not make, and
// returns Hugo's warnings. The error is errStalled when Hugo writes nothing any more.
func (b *Builder) run(ctx context.Context, in Input, s *source, out string) ([]string, error) {
	args := []string{"build", "--source", s.dir, "--config", "hugo.toml,projection.json,generated.json", "--destination", out,
		"--environment", "production", "--noBuildLock", "--cacheDir", filepath.Join(s.work, "cache"),
		"--logLevel", "warn", "--printPathWarnings", "--printI18nWarnings", "--noTimes"}
	if in.BaseURL != "" {
		args = append(args, "--baseURL", in.BaseURL)
	}
	patience := b.Patience
	if patience <= 0 {
		patience = defaultPatience
	}
	watched, done := alive(ctx, out, patience)
	defer done()
	cmd := command(watched, b.Hugo, args...)
	cmd.Dir = s.dir
	cmd.Env = cleanEnv(filepath.Join(s.work, "tmp"))
	if os.Getenv("GOGC") == "" {
		cmd.Env = append(cmd.Env, "GOGC="+garbage)
	}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil && context.Cause(watched) == errStalled {
		return nil, errStalled
	}
	// Name places by the project's own paths, not by those of the work folder.
	said := strings.NewReplacer(s.dir+string(filepath.Separator)+"hugo.toml", filepath.Join(in.Root, "hugo.toml"),
		in.Root+string(filepath.Separator), "").Replace(output.String())
	warnings, errs := parseLog(said)
	if err != nil {
		if len(errs) == 0 {
			var tail lastLines
			for line := range strings.Lines(said) {
				tail.add(strings.TrimRight(line, "\n"))
			}
			errs = tail
		}
		return warnings, fail(fmt.Errorf("%w\n%s", err, strings.Join(errs, "\n")),
			"Hugo 没有生成站点；请按下面的提示改版面文件或 hugo.toml",
			"Hugo did not build the site: mend the layouts or hugo.toml as said below")
	}
	if _, err := os.Stat(out); err != nil {
		return warnings, fail(nil, "Hugo 什么也没有生成", "Hugo built nothing")
	}
	return warnings, nil
}

// parseLog picks warnings and errors from Hugo's output; a line without a
// level continues the one before it.
func parseLog(log string) (warnings, errs []string) {
	var last *[]string
	for line := range strings.Lines(log) {
		line = strings.TrimRight(line, "\r\n")
		level, rest, _ := strings.Cut(line, " ")
		switch level {
		case "WARN":
			last = &warnings
		case "ERROR", "Error:":
			last = &errs
		case "Start", "hugo", "Total", "INFO", "Built", "":
			last = nil
			continue
		default:
			if last != nil && strings.TrimSpace(line) != "" {
				(*last)[len(*last)-1] += "\n" + line
			}
			continue
		}
		*last = append(*last, strings.TrimSpace(rest))
	}
	return warnings, errs
}
