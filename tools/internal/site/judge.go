package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"taizhang/tools/internal/finding"
)

// Judge is the judge of the form page.
type Judge struct {
	Wasm    []byte // WebAssembly, compressed with gzip
	Runtime []byte // wasm_exec.js of the Go that compiled it: one runs with the other only
}

// judge is tools/judge compiled for the browser. Inlining makes Go's
// WebAssembly a fifth larger, so only the packages are left to inline in which
// most of the time is spent.
func judge() product {
	return product{name: finding.Text{Zh: "填报页的检查程序", En: "the judge of the form page"}, path: "./tools/judge", os: "js", arch: "wasm",
		flags:   []string{"-gcflags=all=-l", "-gcflags=runtime=", "-gcflags=internal/...=", "-gcflags=go.yaml.in/...="},
		without: finding.Text{Zh: "；不要填报页的，用 --no-form", En: "; or do without the form page: --no-form"}}
}

// Judge returns the compiled judge of the project in Root: the cached one as
// long as nothing that it is made of has changed.
func (l *Locator) Judge(ctx context.Context) (*Judge, error) {
	p := judge()
	goBin, err := p.goCommand()
	if err != nil {
		return nil, err
	}
	goroot, key, err := l.sources(ctx, goBin, p)
	if err != nil {
		return nil, err
	}
	cache, err := l.cacheDir()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(cache, "judge-"+key)
	if j, err := readJudge(dir); err == nil {
		return j, nil
	}
	unlock, err := lock(ctx, dir+".lock", func() {
		l.say("另一个进程正在编译%s，等它完成……", "another process is compiling %[2]s; waiting for it …", p.name.Zh, p.name.En)
	})
	if err != nil {
		return nil, err
	}
	defer unlock()
	if j, err := readJudge(dir); err == nil { // whoever held the lock has compiled it
		return j, nil
	}
	err = l.make(p, dir, func(tmp string) error {
		out := filepath.Join(tmp, "judge.wasm")
		if err := l.build(ctx, p, out); err != nil {
			return err
		}
		return keepJudge(out, filepath.Join(goroot, "lib", "wasm", runtimeName), dir, tmp)
	})
	if err != nil {
		return nil, err
	}
	return readJudge(dir)
}

const (
	runtimeName = "wasm_exec.js"
	wasmName    = "judge.wasm.gz"
)

func readJudge(dir string) (*Judge, error) {
	wasm, err := os.ReadFile(filepath.Join(dir, wasmName))
	if err != nil {
		return nil, err
	}
	script, err := os.ReadFile(filepath.Join(dir, runtimeName))
	return &Judge{Wasm: wasm, Runtime: script}, err
}

// keepJudge compresses the program into dir, with its runtime. The program
// comes last: who finds it finds both.
func keepJudge(wasm, script, dir, tmp string) error {
	data, err := os.ReadFile(wasm)
	if err != nil {
		return fmt.Errorf("keep compiled judge: %w", err)
	}
	var small bytes.Buffer
	z, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(data)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return fmt.Errorf("compress judge: %w", err)
	}
	glue, err := os.ReadFile(script)
	if err != nil {
		return fail(err, "这份 Go 里没有 lib/wasm/wasm_exec.js，请装完整的 Go", "this Go has no lib/wasm/wasm_exec.js: install a whole one")
	}
	for name, data := range map[string][]byte{runtimeName: glue, wasmName: small.Bytes()} {
		if err := os.WriteFile(filepath.Join(tmp, name), data, 0o644); err != nil {
			return fmt.Errorf("keep compiled judge: %w", err)
		}
	}
	for _, name := range []string{runtimeName, wasmName} {
		if err := os.Rename(filepath.Join(tmp, name), filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("keep compiled judge: %w", err)
		}
	}
	return nil
}

// sources returns where Go is and a key that changes with all that p is made of:
// the version of Go, the flags, the versions of modules and the bytes of the
// files that no version names.
func (l *Locator) sources(ctx context.Context, goBin string, p product) (goroot, key string, err error) {
	run := func(args ...string) ([]byte, error) {
		cmd := command(ctx, goBin, args...)
		cmd.Dir, cmd.Env = l.Root, p.goEnv()
		var tail lastLines
		stderr := &lineWriter{line: func(s string) { // a word on modules that are fetched
			tail.add(s)
			l.progress(0, 0, strings.TrimPrefix(s, "go: "))
		}}
		cmd.Stderr = stderr
		out, err := cmd.Output()
		stderr.flush()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, p.compileError(err, tail.String())
		}
		return out, nil
	}
	env, err := run("env", "GOROOT", "GOVERSION")
	if err != nil {
		return "", "", err
	}
	goroot, version, _ := strings.Cut(strings.TrimSpace(string(env)), "\n")
	list, err := run("list", "-deps", "-json=ImportPath,Dir,Standard,Module,GoFiles,SFiles,EmbedFiles", "-mod=readonly", p.path)
	if err != nil {
		return "", "", err
	}
	sum := sha256.New()
	fmt.Fprintln(sum, version, p.buildFlags())
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var pkg struct {
			ImportPath, Dir             string
			Standard                    bool
			Module                      *struct{ Path, Version string }
			GoFiles, SFiles, EmbedFiles []string
		}
		if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", "", fmt.Errorf("list packages of %s: %w", p.path, err)
		}
		fmt.Fprintln(sum, pkg.ImportPath)
		switch {
		case pkg.Standard:
		case pkg.Module != nil && pkg.Module.Version != "":
			fmt.Fprintln(sum, pkg.Module.Path, pkg.Module.Version)
		default:
			for _, files := range [][]string{pkg.GoFiles, pkg.SFiles, pkg.EmbedFiles} {
				for _, name := range files {
					data, err := os.ReadFile(filepath.Join(pkg.Dir, name))
					if err != nil && !errors.Is(err, fs.ErrNotExist) {
						return "", "", fmt.Errorf("read sources of %s: %w", p.path, err)
					}
					fmt.Fprintln(sum, name, len(data))
					sum.Write(data)
				}
			}
		}
	}
	return goroot, hex.EncodeToString(sum.Sum(nil))[:16], nil
}
