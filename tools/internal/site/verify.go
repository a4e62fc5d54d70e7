package site

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// file is one file of a built site.
type file struct {
	path string // relative, with slashes
	size int64
	sum  string // SHA-256, hex
}

// list walks a built site; folders are those that a web server might not be let
// into. Anything but plain files and folders is an error: a link could point out
// of the site, and to elsewhere tomorrow.
func list(dir string) (files []file, folders []string, err error) {
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			info, err := d.Info()
			if err == nil && info.Mode().Perm() != 0o755 {
				folders = append(folders, p)
			}
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(p, dir+string(filepath.Separator)))
		if !d.Type().IsRegular() {
			return fail(nil, "站点里不许有链接或特殊文件：%s", "the site must not hold links or special files: %s", rel)
		}
		files = append(files, file{path: rel})
		return nil
	})
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return files, folders, err
}

// compare checks that the files are exactly the expected ones. Each pattern
// (path.Match) must match exactly one file: a name that carries its own hash
// cannot be known beforehand.
func compare(files []file, expected, patterns []string) error {
	want := make(map[string]bool, len(expected))
	for _, p := range expected {
		want[p] = true
	}
	matched := make([]int, len(patterns))
	var unexpected, missing []string
next:
	for _, f := range files {
		if want[f.path] {
			delete(want, f.path)
			continue
		}
		for i, p := range patterns {
			ok, err := path.Match(p, f.path)
			if err != nil {
				return fmt.Errorf("expected pattern %q: %w", p, err)
			}
			if ok && matched[i] == 0 {
				matched[i]++
				continue next
			}
		}
		unexpected = append(unexpected, f.path)
	}
	for p := range want {
		missing = append(missing, p)
	}
	for i, p := range patterns {
		if matched[i] == 0 {
			missing = append(missing, p)
		}
	}
	if len(missing)+len(unexpected) == 0 {
		return nil
	}
	slices.Sort(missing)
	var cause []error
	if len(missing) > 0 {
		cause = append(cause, fmt.Errorf("missing 缺少 %d: %s", len(missing), first(missing)))
	}
	if len(unexpected) > 0 {
		cause = append(cause, fmt.Errorf("unexpected 多出 %d: %s", len(unexpected), first(unexpected)))
	}
	return fail(errors.Join(cause...), "生成的文件与清单不符，站点未替换",
		"the files that came out are not the ones of the manifest; the site was not replaced")
}

// first joins the first ten names.
func first(names []string) string {
	const n = 10
	if len(names) > n {
		return strings.Join(names[:n], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// Scan looks for forbidden values in the files below a folder, as [Builder.Build]
// does before it replaces a site; one that is found is an error.
func Scan(ctx context.Context, dir string, values [][]byte) error {
	files, _, err := list(filepath.Clean(dir))
	if err != nil {
		return fmt.Errorf("list %s: %w", dir, err)
	}
	return examine(ctx, dir, files, newForbidden(values))
}

// examine reads every file once, concurrently: it computes size and checksum,
// looks for forbidden values, sets the permissions that a web server needs,
// and (with [seal]) brings the bytes to the disk.
func examine(ctx context.Context, dir string, files []file, bad *forbidden) error {
	for _, f := range files {
		if bad.Any([]byte(f.path)) {
			// The name would tell the value.
			return fail(nil, "有一个文件的名字含有不公开的内容（不在此显示），站点未替换",
				"the name of a file holds a value that is not public (not shown here); the site was not replaced")
		}
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(2 * runtime.GOMAXPROCS(0))
	for i := range files {
		if groupCtx.Err() != nil {
			break
		}
		group.Go(func() error {
			return examineFile(filepath.Join(dir, filepath.FromSlash(files[i].path)), &files[i], bad)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func examineFile(name string, f *file, bad *forbidden) (err error) {
	r, err := os.OpenFile(name, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) { // a read-only source was copied as such
		if err = os.Chmod(name, 0o644); err == nil {
			r, err = os.OpenFile(name, os.O_RDWR, 0)
		}
	}
	if err != nil {
		return fmt.Errorf("verify %s: %w", f.path, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	info, err := r.Stat()
	if err == nil && info.Mode().Perm() != 0o644 && runtime.GOOS != "windows" {
		err = r.Chmod(0o644)
	}
	if err != nil {
		return fmt.Errorf("verify %s: %w", f.path, err)
	}
	sum := sha256.New()
	count := &counter{}
	leak, err := look(r, sum, count, bad)
	if err != nil {
		return fmt.Errorf("verify %s: %w", f.path, err)
	}
	if leak {
		return fail(nil, "文件 %s 含有不公开的内容（不在此显示），站点未替换",
			"file %s holds a value that is not public (not shown here); the site was not replaced", f.path)
	}
	f.size, f.sum = count.n, hex.EncodeToString(sum.Sum(nil))
	if err := syncFile(r); err != nil {
		return fmt.Errorf("verify %s: %w", f.path, err)
	}
	return nil
}

// look reads a file to its end, into sum and count, and searches it; archives
// are searched inside, since compressed bytes hide a value.
func look(r *os.File, sum io.Writer, count *counter, bad *forbidden) (leak bool, err error) {
	var head [4]byte
	n, err := r.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return false, err
	}
	all := io.TeeReader(r, io.MultiWriter(sum, count))
	if bytes.HasPrefix(head[:n], []byte("\x1f\x8b")) {
		// All of it is compressed, so the bytes themselves say nothing; but of
		// megabytes of them some make two characters of a name by chance.
		if _, err := io.Copy(io.Discard, all); err != nil {
			return false, err
		}
		return insideGzip(r, count.n, bad)
	}
	leak, err = bad.inStream(all)
	if err == nil && !leak && bytes.Equal(head[:n], []byte("PK\x03\x04")) {
		return insideZip(r, count.n, bad)
	}
	return leak, err
}

// insideZip looks into zip files (also .xlsx, .docx, .ofd).
func insideZip(r io.ReaderAt, size int64, bad *forbidden) (bool, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return false, err
	}
	for _, entry := range z.File {
		if bad.Any([]byte(entry.Name)) || bad.Any([]byte(entry.Comment)) {
			return true, nil
		}
		e, err := entry.Open()
		if err != nil {
			return false, err
		}
		leak, err := bad.inStream(bounded(e))
		e.Close()
		if leak || err != nil {
			return leak, err
		}
	}
	return bad.Any([]byte(z.Comment)), nil
}

// insideGzip looks into all that a gzip file holds; bytes that are no part of
// one are an error.
func insideGzip(r io.ReaderAt, size int64, bad *forbidden) (bool, error) {
	in := bufio.NewReader(io.NewSectionReader(r, 0, size))
	g, err := gzip.NewReader(in)
	if err != nil {
		return false, err
	}
	for {
		g.Multistream(false)
		if bad.Any([]byte(g.Name)) || bad.Any([]byte(g.Comment)) || bad.Any(g.Extra) {
			return true, nil
		}
		if leak, err := bad.inStream(bounded(g)); leak || err != nil {
			return leak, err
		}
		if err := g.Reset(in); err == io.EOF {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
}

// bounded fails on content that unpacks to more than 4 GiB, so that a crafted
// attachment cannot keep a build busy for ever.
func bounded(r io.Reader) io.Reader { return &boundedReader{r, 4 << 30} }

type boundedReader struct {
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, errors.New("archive unpacks to more than 4 GiB")
	}
	return n, err
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
