package site

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Marker is the file by which a folder is known as built by this package. It
// lists every file with its SHA-256 in the format of sha256sum, below a line
// with the hash of that list.
const Marker = ".taizhang-site"

const (
	markerPrefix = "# taizhang site sha256:"
	oldName      = "old"
)

// workPattern names the work folders of out, for os.MkdirTemp and for finding
// those that a crash left behind.
func workPattern(out string) string { return "." + filepath.Base(out) + ".taizhang-*" }

// lockOut keeps builds into one folder apart. The lock lies outside the
// folder's parent: it must stay when all else is cleaned away.
func lockOut(ctx context.Context, out string) (func(), error) {
	dir, err := os.UserCacheDir()
	if err == nil {
		dir = filepath.Join(dir, "taizhang", "locks")
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil { // no home, as in a container
		dir = os.TempDir()
	}
	sum := sha256.Sum256([]byte(out))
	return lock(ctx, filepath.Join(dir, "taizhang-"+hex.EncodeToString(sum[:8])+".lock"), func() {})
}

// recoverOut undoes what a crashed run left: a site that was moved aside and
// not yet replaced returns, work folders go. The caller holds the lock, so no
// work folder is in use.
func recoverOut(out string) error {
	left, err := filepath.Glob(filepath.Join(escapeGlob(filepath.Dir(out)), escapeGlob("."+filepath.Base(out)+".taizhang-")+"*"))
	if err != nil {
		return err
	}
	for _, work := range left {
		old := filepath.Join(work, oldName)
		if _, err := os.Lstat(out); errors.Is(err, fs.ErrNotExist) && replaceable(old) == nil {
			if err := os.Rename(old, out); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("bring back the site of a crashed run: %w", err)
			}
		}
		if err := os.RemoveAll(work); err != nil {
			return fmt.Errorf("clean up after a crashed run: %w", err)
		}
	}
	return nil
}

func escapeGlob(s string) string {
	if filepath.Separator == '\\' { // where it cannot escape
		return s
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

// manifestOf lists the files in the format of sha256sum.
func manifestOf(files []file) []byte {
	var b bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&b, "%s  %s\n", f.sum, f.path)
	}
	return b.Bytes()
}

// marked is what the marker says of a manifest.
func marked(manifest []byte) []byte {
	return append([]byte(markerPrefix+hashOf(manifest)+"\n"), manifest...)
}

// hashOf names a manifest.
func hashOf(manifest []byte) string {
	sum := sha256.Sum256(manifest)
	return hex.EncodeToString(sum[:])
}

// seal writes the marker and opens the folders to a web server.
func seal(dir string, folders []string, manifest []byte) error {
	f, err := os.OpenFile(filepath.Join(dir, Marker), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write marker: %w", err)
	}
	_, err = f.Write(marked(manifest))
	if err := errors.Join(err, syncFile(f), f.Close()); err != nil {
		return fmt.Errorf("write marker: %w", err)
	}
	for _, p := range folders {
		if err := os.Chmod(p, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// replaceable says whether out may be replaced: it is absent, empty, or a site
// of ours to which nothing was added. A folder of someone's documents, or one
// that has become a Git repository, is left alone.
func replaceable(out string) error {
	info, err := os.Lstat(out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the output folder: %w", err)
	}
	if !info.IsDir() {
		return fail(nil, "输出目录 %s 不是普通目录，请另选一个", "the output folder %s is not a plain folder: choose another", out)
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		return fmt.Errorf("look at the output folder: %w", err)
	}
	if len(entries) == 0 {
		return nil
	}
	ours, err := readMarker(filepath.Join(out, Marker))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil // the marker that every site of ours has
		}
		return fail(err, "目录 %s 不是本工具生成的站点，不予替换；请另选目录，或自行移走它",
			"the folder %s was not built by this tool and is not replaced: choose another, or move it away", out)
	}
	return filepath.WalkDir(out, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(out, p)
		if err != nil {
			return err
		}
		if rel = filepath.ToSlash(rel); rel != Marker && !ours[rel] {
			return fail(nil, "目录 %[1]s 里有不是本工具生成的文件 %[2]s，不予替换；请先移走它",
				"the folder %[1]s holds a file that this tool did not build, %[2]s, and is not replaced: move that file away first", out, rel)
		}
		return nil
	})
}

// readMarker gives the files that a marker lists.
func readMarker(name string) (map[string]bool, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file", Marker)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	head, manifest, _ := bytes.Cut(data, []byte("\n"))
	if string(head) != markerPrefix+hashOf(manifest) {
		return nil, fmt.Errorf("%s is damaged", Marker)
	}
	files := make(map[string]bool)
	s := bufio.NewScanner(bytes.NewReader(manifest))
	for s.Scan() {
		if _, name, ok := strings.Cut(s.Text(), "  "); ok {
			files[name] = true
		}
	}
	return files, s.Err()
}

// swap puts built in the place of out; what was there ends at old, or at built
// where the system can exchange the two in one step.
func swap(built, out, old string) error {
	_, err := os.Lstat(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.Rename(built, out)
	case err != nil:
		return err
	default:
		if err = exchange(built, out); errors.Is(err, errors.ErrUnsupported) {
			err = swapInTwo(built, out, old)
		}
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(out))
}

// swapInTwo leaves a moment without a site; a crash in it is mended by
// recoverOut.
func swapInTwo(built, out, old string) error {
	if err := os.Rename(out, old); err != nil {
		return err
	}
	if err := os.Rename(built, out); err != nil {
		return errors.Join(err, os.Rename(old, out))
	}
	return nil
}
