package cli

import (
	"fmt"
	"html/template"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/sheet"
	"taizhang/tools/internal/site"
	"taizhang/tools/internal/value"
)

// Addresses of the page's style sheets.
const (
	sheetStyle  = "/sheets.css"
	reviewStyle = "/review.css"
)

// serveReview shows a review as a page until Ctrl-C. Values that are kept inside
// are not on it, and nothing of the forms goes to the terminal.
func (a *app) serveReview(r *review.Report, p *proposal, addr string) error {
	if addr != "" {
		if host, _, err := net.SplitHostPort(addr); err == nil && !local(host) {
			return misused(fmt.Errorf("--addr %s: %s", addr, a.say("只能在本机打开", "it is for this machine alone")),
				a.say("例如 --addr ", "for example --addr ")+site.DefaultAddr)
		}
	}
	set, err := sheet.Load(p.result.Base.Registry)
	if err != nil {
		return cannot(err, "")
	}
	page, err := r.HTML(names(p.result.Base), a.lang, []string{sheetStyle, reviewStyle}, func(it *review.Item) []review.Pair { return p.pairs(set, it, a.lang) })
	if err != nil {
		return cannot(err, "")
	}
	ln, note, err := site.Listen(addr)
	if err != nil {
		return a.siteFailure(err)
	}
	if note != nil {
		fmt.Fprintln(a.io.Err, note.In(a.lang))
	}
	fmt.Fprintf(a.io.Out, a.say("%s\n审核页面：http://%s/ （Ctrl-C 结束）\n", "%s\nreview at http://%s/ (Ctrl-C to stop)\n"), r.Summary(a.lang), ln.Addr())
	if err := site.Serve(a.ctx, ln, reviewPages(page)); err != nil {
		return a.siteFailure(err)
	}
	return nil
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// reviewPages answers with the page and its styles. Other sites that a browser
// has open must not read it: the host has to be this machine by name.
func reviewPages(page []byte) http.Handler {
	files := map[string]struct {
		kind string
		data []byte
	}{
		"/":         {"text/html; charset=utf-8", page},
		sheetStyle:  {"text/css; charset=utf-8", []byte(sheet.CSS())},
		reviewStyle: {"text/css; charset=utf-8", []byte(review.CSS)},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		f, ok := files[r.URL.Path]
		switch {
		case !local(strings.Trim(host, "[]")):
			http.Error(w, "只在本机打开 (for this machine alone)", http.StatusForbidden)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "只读 (read only)", http.StatusMethodNotAllowed)
		case !ok:
			http.NotFound(w, r)
		default:
			h.Set("Content-Type", f.kind)
			_, _ = w.Write(f.data) // who has gone away needs no answer
		}
	})
}

// pairs puts the changed forms of a transition on paper, before and after.
func (p *proposal) pairs(set *sheet.Set, it *review.Item, lang string) []review.Pair {
	i := slices.IndexFunc(p.result.Pairs, func(c check.Pair) bool { return c.ID == it.Subject })
	if i < 0 {
		return nil
	}
	was, is := p.result.Pairs[i].Base, p.result.Pairs[i].Head
	var out []review.Pair
	for _, f := range it.Files {
		name, isForm := strings.CutSuffix(path.Base(f.Path), ".md")
		if !isForm {
			continue
		}
		old, title := reviewed(set, p.result.Base.Registry, was, name, lang)
		now, newTitle := reviewed(set, p.result.Base.Registry, is, name, lang)
		for k := range max(len(old), len(now)) {
			a, b := nth(old, k), nth(now, k)
			sheet.Compare(a, b)
			pair := review.Pair{File: f.Path, Title: newTitle}
			if b == nil {
				pair.Title = title
			}
			// The package escapes what it prints.
			if a != nil {
				pair.Old = template.HTML(a.HTML("old-"+it.Short()+"-", 4))
			}
			if b != nil {
				pair.New = template.HTML(b.HTML("new-"+it.Short()+"-", 4))
			}
			out = append(out, pair)
		}
	}
	return out
}

func nth(list []*sheet.Sheet, i int) *sheet.Sheet {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// reviewed fills the sheets of one form of a project as a reviewer may see them:
// without what is kept inside, and without numbers of persons that do not belong
// there.
func reviewed(set *sheet.Set, r *registry.Registry, v *check.Verdict, name, lang string) (sheets []*sheet.Sheet, title string) {
	if v == nil {
		return nil, ""
	}
	rec := v.Project.Record(name)
	if rec == nil {
		return nil, ""
	}
	inside := func(f *schema.Field) bool { return f.Visibility == schema.Internal || f.Visibility == "" }
	f := &sheet.Filling{Form: rec.Form, ID: name, Record: sheet.Of(rec.Form.Root, rec.Root, inside), Body: value.MaskPersonal(string(rec.Body)), Words: paperWords(r), Mark: paperMark(r)}
	if index := v.Project.Index(); index != nil {
		f.Index = sheet.Of(index.Form.Root, index.Root, inside)
	}
	f.Record.Each(func(v *sheet.Value) { v.Text = value.MaskPersonal(v.Text) })
	f.Index.Each(func(v *sheet.Value) { v.Text = value.MaskPersonal(v.Text) })
	return set.Fill(f), rec.Form.Title.In(lang)
}
