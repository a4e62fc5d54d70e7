package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// Server shows a built folder to browsers on this machine. It never writes.
type Server struct {
	// Dir gives the folder to serve, asked anew for every request: a site that
	// is rebuilt while someone reads is switched between two requests.
	Dir func() string
	// Log gets what went wrong while serving; nil is silent.
	Log func(error)
}

// securityHeaders go with every answer. A site needs nothing from elsewhere and
// no script in its pages; WebAssembly is let in for the form page's validator.
// Which forge that page may connect to is known to the page alone, whose own
// policy says so; this one cannot be narrower.
func securityHeaders() [][2]string {
	return [][2]string{
		{"Content-Security-Policy", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; " +
			"connect-src 'self' https: http://localhost:* http://127.0.0.1:*; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"},
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "same-origin"},
		{"Cache-Control", "no-cache"},
	}
}

// Serve answers on ln until ctx ends; see [Serve].
func (s *Server) Serve(ctx context.Context, ln net.Listener) error { return Serve(ctx, ln, s) }

// Serve answers on ln with h until ctx ends, then lets running answers finish,
// for at most five seconds, and returns nil. It closes ln.
func Serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve site: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		srv.Close()
	}
	return nil
}

// ServeHTTP answers one request from the folder.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, h := range securityHeaders() {
		w.Header().Set(h[0], h[1])
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "只读 (read only)", http.StatusMethodNotAllowed)
		return
	}
	root, err := os.OpenRoot(s.Dir())
	if err != nil {
		s.log(err)
		w.Header().Set("Retry-After", "2")
		http.Error(w, "站点正在生成，请稍候刷新 (the site is being built: reload in a moment)", http.StatusServiceUnavailable)
		return
	}
	defer root.Close()

	name, ok := fileName(r.URL.Path)
	if !ok {
		s.notFound(w, r, root, ".")
		return
	}
	f, info, err := open(root, name)
	if err == nil && info.IsDir() {
		f.Close()
		index := path.Join(name, "index.html")
		if f, info, err = open(root, index); err == nil && !strings.HasSuffix(r.URL.Path, "/") {
			f.Close()
			redirect(w, r, "/"+name+"/")
			return
		}
		name = index
	} else if err == nil && strings.HasSuffix(r.URL.Path, "/") {
		f.Close()
		redirect(w, r, "/"+name)
		return
	}
	if err != nil || !info.Mode().IsRegular() {
		if err == nil {
			f.Close()
		} else if !errors.Is(err, fs.ErrNotExist) {
			s.log(err)
		}
		s.notFound(w, r, root, path.Dir(name))
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", contentType(name))
	// A rebuild may give a file the old second again, so the tag and not the
	// modification time tells versions apart.
	w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()))
	http.ServeContent(w, r, "", time.Time{}, f)
}

// fileName turns a URL path into a file name below the root; dot files (the
// marker too) and anything that is no plain path are refused.
func fileName(urlPath string) (string, bool) {
	name := strings.TrimSuffix(strings.TrimPrefix(urlPath, "/"), "/")
	if name == "" {
		return ".", true
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") && part != ".well-known" {
			return "", false
		}
	}
	return name, fs.ValidPath(name) && !strings.ContainsAny(name, "\\\x00:")
}

func open(root *os.Root, name string) (*os.File, fs.FileInfo, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

func redirect(w http.ResponseWriter, r *http.Request, to string) {
	u := *r.URL
	u.Path, u.RawPath, u.Scheme, u.Host = to, "", "", ""
	http.Redirect(w, r, u.String(), http.StatusMovedPermanently)
}

// notFound answers with the 404.html nearest to where the file was looked for,
// so that a reader of the English pages gets the English one.
func (s *Server) notFound(w http.ResponseWriter, r *http.Request, root *os.Root, dir string) {
	body := []byte("404 页面不存在 (not found)\n")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for ; ; dir = path.Dir(dir) {
		if f, info, err := open(root, path.Join(dir, "404.html")); err == nil {
			var page bytes.Buffer
			if info.Mode().IsRegular() {
				_, err = io.Copy(&page, f)
			}
			f.Close()
			if err == nil && page.Len() > 0 {
				body = page.Bytes()
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				break
			}
		}
		if dir == "." {
			break
		}
	}
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a reader that went away is no fault
	}
}

// contentType is by extension and does not ask the system, whose tables differ
// from machine to machine.
func contentType(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css", ".csv":
		return "text/" + ext[1:] + "; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".txt", ".md", ".yaml", ".sha256":
		return "text/plain; charset=utf-8"
	case ".json", ".map":
		return "application/json; charset=utf-8"
	case ".jsonl", ".ndjson":
		return "application/x-ndjson; charset=utf-8"
	case ".jsonld":
		return "application/ld+json; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json; charset=utf-8"
	case ".geojson":
		return "application/geo+json; charset=utf-8"
	case ".xml", ".xsl":
		return "application/xml; charset=utf-8"
	case ".atom", ".rss":
		return "application/" + ext[1:] + "+xml; charset=utf-8"
	case ".ttl":
		return "text/turtle; charset=utf-8"
	case ".ics":
		return "text/calendar; charset=utf-8"
	case ".svg":
		return "image/svg+xml; charset=utf-8"
	case ".png", ".gif", ".webp", ".avif":
		return "image/" + ext[1:]
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".ico":
		return "image/vnd.microsoft.icon"
	case ".woff", ".woff2", ".ttf", ".otf":
		return "font/" + ext[1:]
	case ".wasm", ".zip", ".pdf":
		return "application/" + ext[1:]
	case ".gz":
		return "application/gzip"
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case ".docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case ".ofd":
		return "application/ofd"
	}
	return "application/octet-stream"
}

func (s *Server) log(err error) {
	if s.Log != nil {
		s.Log(err)
	}
}
