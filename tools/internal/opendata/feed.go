package opendata

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
)

// feedSize is how many entries a feed has at most.
const feedSize = 50

// feed is the latest steps of some projects, newest first, written as Atom (RFC
// 4287) and JSON Feed 1.1. Its dates are those of the events.
type feed struct {
	name    string // of its files, from the site's root, without extension
	title   finding.Text
	home    string // page, from the site's root
	entries []entry
}

type entry struct {
	Event
	seq                  int // of the event in the project's life
	project, title, unit string
	url                  string
}

// FeedName names the files of a feed, from the site's root and without an
// extension: of all projects (kind ""), of a unit, class, stage or project.
func FeedName(kind, key string) string {
	if kind == "" {
		return "feeds/all"
	}
	return "feeds/" + kind + "/" + key
}

func (f *feed) add(o *Project) {
	for i, e := range o.Events {
		f.entries = append(f.entries, entry{e, i, o.Project, o.Title, o.UnitName, o.URL})
	}
	if len(f.entries) > 4*feedSize {
		f.cut()
	}
}

// cut keeps the newest entries, in an order that does not depend on the one in
// which projects came.
func (f *feed) cut() {
	slices.SortFunc(f.entries, func(a, b entry) int {
		return cmp.Or(strings.Compare(b.On, a.On), strings.Compare(a.project, b.project), cmp.Compare(b.seq, a.seq))
	})
	f.entries = f.entries[:min(feedSize, len(f.entries))]
}

// write writes both forms of the feed.
func (f *feed) write(to Sink, site *Site) error {
	f.cut()
	var atom bytes.Buffer
	err := f.atom(&atom, site)
	if err := putBytes(to, f.name+".atom", atom.Bytes(), err); err != nil {
		return err
	}
	data, err := f.json(site)
	return putBytes(to, f.name+".json", data, err)
}

func (f *feed) updated(site *Site) string {
	if len(f.entries) > 0 {
		return f.entries[0].On
	}
	return cmp.Or(site.Date, earliest)
}

func (e *entry) id(site *Site) string {
	return "urn:uuid:" + uuid("event", site.DivisionCode, e.project, e.Transition, e.On, fmt.Sprint(e.seq))
}

// uuid makes a UUID (version 5, RFC 9562) of names: the same names have the same
// id wherever the site stands.
func uuid(parts ...string) string {
	const namespaceURL = "\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8"
	sum := sha1.Sum([]byte(namespaceURL + "https://taizhang.example/" + strings.Join(parts, "/")))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID       string     `xml:"id"`
	Title    string     `xml:"title"`
	Updated  string     `xml:"updated"`
	Link     []atomLink `xml:"link"`
	Category struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr,omitempty"`
	} `xml:"category"`
	Summary string `xml:"summary"`
}

func (f *feed) atom(w io.Writer, site *Site) error {
	type author struct {
		Name string `xml:"name"`
	}
	out := struct {
		XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang     string      `xml:"xml:lang,attr"`
		ID       string      `xml:"id"`
		Title    string      `xml:"title"`
		Subtitle string      `xml:"subtitle,omitempty"`
		Updated  string      `xml:"updated"`
		Author   author      `xml:"author"`
		Rights   string      `xml:"rights,omitempty"`
		Link     []atomLink  `xml:"link"`
		Entries  []atomEntry `xml:"entry"`
	}{Lang: "zh-CN", ID: "urn:uuid:" + uuid("feed", site.DivisionCode, f.name), Title: f.heading(site), Subtitle: f.title.En,
		Updated: dateTime(f.updated(site)), Author: author{cmp.Or(site.Publisher.Name, site.Title.Zh)}, Rights: strings.TrimSpace(site.Licence.Zh + " " + site.Licence.URL),
		Link: []atomLink{{"self", "application/atom+xml", site.Address("/" + f.name + ".atom")}, {"alternate", "text/html", site.Address(f.home)}}}
	for i := range f.entries {
		e := &f.entries[i]
		x := atomEntry{ID: e.id(site), Title: e.heading(), Updated: dateTime(e.On), Link: []atomLink{{"alternate", "text/html", e.url}}, Summary: e.summary()}
		x.Category.Term, x.Category.Label = e.Transition, e.Name
		out.Entries = append(out.Entries, x)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (f *feed) heading(site *Site) string {
	h := f.title.Zh
	if site.Title.Zh != "" {
		h += " - " + site.Title.Zh
	}
	if site.Sample {
		h = "【示例】" + h
	}
	return h
}

func (e *entry) heading() string { return e.title + "：" + e.Name }

func (e *entry) summary() string {
	s := e.On + "，" + e.unit + "，" + e.title + "（" + e.project + "）：" + e.Name
	if e.Clause != "" {
		s += "。依据 " + e.Clause
	}
	if e.NameEn != "" {
		s += "。" + e.NameEn
	}
	return s
}

func (f *feed) json(site *Site) ([]byte, error) {
	items := []any{}
	for i := range f.entries {
		e := &f.entries[i]
		items = append(items, Object{{"id", e.id(site)}, {"url", e.url}, {"title", e.heading()}, {"content_text", e.summary()},
			{"date_published", dateTime(e.On)}, {"tags", []string{e.Transition, e.unit}}})
	}
	return Object{{"version", "https://jsonfeed.org/version/1.1"}, {"title", f.heading(site)}, {"home_page_url", site.Address(f.home)},
		{"feed_url", site.Address("/" + f.name + ".json")}, {"description", f.title.En}, {"language", "zh-CN"},
		{"authors", []any{Object{{"name", cmp.Or(site.Publisher.Name, site.Title.Zh)}}}}, {"items", items}}.Pretty()
}

// feeds sorts the events of all projects into feeds.
type feeds struct {
	all   *feed
	byKey map[string]*feed
	order []*feed
}

func newFeeds(src *Source) *feeds {
	fs := &feeds{byKey: map[string]*feed{}}
	add := func(kind, key, home string, title finding.Text) *feed {
		f := &feed{name: FeedName(kind, key), home: home, title: title}
		fs.byKey[f.name] = f
		fs.order = append(fs.order, f)
		return f
	}
	fs.all = add("", "", "/projects/", both("最新动态", "Latest events"))
	for _, u := range src.Register {
		x := src.Unit(text(u, "code"))
		add("unit", x.Code, x.URL, both(x.Name+"的项目动态", "Events of the projects of "+x.Code))
	}
	for _, s := range src.Stages {
		add("stage", s.Key, "/stages/"+s.Key+"/", both("处于“"+s.Name.Zh+"”阶段的项目动态", "Events of projects in the stage: "+s.Name.En))
	}
	for _, c := range Classes(src.Forms) {
		add("class", c.Key, "/projects/", both(c.Name.Zh+"项目动态", "Events of projects of the class: "+c.Name.En))
	}
	return fs
}

func (fs *feeds) add(src *Source, o *opened) {
	fs.all.add(o.Project)
	names := []string{FeedName("unit", o.Unit), FeedName("stage", o.Stage)}
	for _, c := range Classes(src.Forms) {
		if c.Name.Zh == text(o.one("index"), "class") {
			names = append(names, FeedName("class", c.Key))
		}
	}
	for _, name := range names {
		if f := fs.byKey[name]; f != nil {
			f.add(o.Project)
		}
	}
}

func (fs *feeds) write(to Sink, site *Site) error {
	for _, f := range fs.order {
		if err := f.write(to, site); err != nil {
			return err
		}
	}
	return nil
}
