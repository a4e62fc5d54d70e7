// Package publish makes the public view of a judged registry: a build folder
// with one page of data for everything the public may see (content/), files
// that are served as they are (static/), the site's parameters (hugo.json), the
// exact list of files that must come out of it, and the list of internal values
// that must occur in none of them.
//
// It is an allow-list twice over. A project is published when its computed
// state is public, its history can be relied on and its disclosure review does
// not forbid it. Of its records, every page is made from the revealed tree
// alone (see reveal): fields that the schema marks public, and those marked
// review once the disclosure review of the project allows it. A field that is
// forgotten in a schema is internal. Pages never touch the records themselves.
//
// The package knows the shape of the site's pages, not the program that turns
// them into HTML; neither Git nor the network. It writes below the one folder
// that it is given.
package publish

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/sheet"
)

// Meta is what the registry's records do not say about a site.
type Meta struct {
	// Commit and Date (YYYY-MM-DD) name the version of the data; both may be
	// empty. Neither is taken from a clock. Date is the day that deadlines and
	// ages are told from.
	Commit string
	Date   string
	// BaseURL is the address that the site will have, ending in a slash; ""
	// when it is not known: addresses in files are then those from its root.
	BaseURL string
	// Guide holds Markdown pages by file name: index.md becomes /guide/,
	// about.md /about/, any other name.md /guide/name/.
	Guide map[string][]byte
	// Public holds further texts that the site shows to everybody, such as the
	// translations of its templates: a value that occurs in one of them cannot
	// be told from a leak and is left out of Manifest.Forbidden.
	Public [][]byte
	// Audit is what an audit of main found; nil without one.
	Audit *Audit
	// Judge is what the form page checks with; nil leaves the page out.
	Judge *Judge
	// Again says that the projection will be brought up to date by [Builder.Again].
	Again bool
}

// Manifest says what must come of a projection.
type Manifest struct {
	// Expected lists the files of the built site that stem from the projection,
	// slash paths from its root, sorted. Files of the site's own (style sheets,
	// icons) are not among them.
	Expected []string
	// Forbidden lists the values that must occur in no byte of the site, sorted.
	// Of a long text it holds the beginning of its longest line.
	Forbidden [][]byte
	// Projects counts the published projects, Withheld the others.
	Projects, Withheld int
	// Sums are the checksums of the files of the projection by their names below its
	// folder; nil unless it is to be brought up to date.
	Sums map[string]Sum
}

// Builder writes a projection. Projects are added while they are judged, from
// several goroutines; what it keeps of each is one row of the lists.
type Builder struct {
	meta  Meta
	out   *sink
	guard *guard
	index *index

	mu       sync.Mutex
	rows     map[string]*row
	withheld map[string]bool
	anew     map[string]bool // projects added since Again; nil: all
	exported *exported       // of the round before; nil: none
	site     *opendata.Site
	listed   clauses // of the rules that projects are judged by
	calendar *due.Calendar
	offices  *offices
	defined  []definition // of the indicators
	official *sheet.Set
}

// New starts a projection in dir, which must be empty or not exist: a page that
// an earlier run left behind would be published.
func New(dir string, meta Meta) (*Builder, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("projection folder %s is not empty", dir)
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("projection folder: %w", err)
	}
	for _, sub := range []string{"", "/content", "/data", "/static"} {
		if err := os.MkdirAll(dir+sub, 0o755); err != nil {
			return nil, fmt.Errorf("projection folder: %w", err)
		}
	}
	out := newSink(dir)
	g, err := newGuard(dir)
	if err != nil {
		return nil, err
	}
	ix, err := newIndex(dir, meta.Again)
	if err != nil {
		g.close()
		return nil, err
	}
	if meta.Again {
		out.sums, out.now = map[string]Sum{}, map[string]bool{}
	}
	return &Builder{meta: meta, out: out, guard: g, index: ix, rows: map[string]*row{}, withheld: map[string]bool{}}, nil
}

// prepare computes once what all projects are published with.
func (b *Builder) prepare(j *check.Judge) (err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listed != nil {
		return nil
	}
	if b.calendar, err = due.Load(j); err != nil {
		return err
	}
	if b.official, err = sheet.Load(j.Registry); err != nil {
		return err
	}
	if err := b.out.static(sheetsCSS, []byte(sheet.CSS())); err != nil {
		return err
	}
	b.listed, b.offices, b.site = clausesOf(j.Rules.All()), newOffices(j.Registry), siteOf(b.meta, j.Registry)
	b.defined = definitions(j.Registry)
	return nil
}

// subject opens one project for publishing.
func (b *Builder) subject(j *check.Judge, p *registry.Project, h *lifecycle.History) *subject {
	return &subject{project: p, history: h, lifecycle: j.Lifecycle, rules: j.Rules, clauses: b.listed, offices: b.offices, defined: b.defined, sheets: b.official, today: b.meta.Date}
}

// Close drops what the builder keeps beside the projection. Finish has done so
// already; calling both is harmless.
func (b *Builder) Close() {
	b.guard.close()
	b.index.close()
}

// Add takes one judged project: it notes the values that must not be published,
// and writes the page and the attachments of a public project.
func (b *Builder) Add(v *check.Verdict) error {
	if err := b.prepare(v.Judge); err != nil {
		return err
	}
	s := b.subject(v.Judge, v.Project, v.History)
	public := v.Known && s.public()
	b.guard.project(v.Project, public, s.released())
	if !public {
		b.mu.Lock()
		b.withheld[v.Project.ID] = true
		b.mu.Unlock()
		return nil
	}
	s.reveal()
	var err error
	if s.waits, s.ahead, err = b.waits(v); err != nil {
		return err
	}
	r := s.row()
	b.mu.Lock()
	b.rows[r.ID] = r
	b.mu.Unlock()
	if err := b.attachments(s); err != nil {
		return err
	}
	if err := b.sheets(s); err != nil {
		return err
	}
	if err := b.out.expect(pageFile(r.URL)); err != nil {
		return err
	}
	if len(r.refs) > 0 {
		return nil // names other projects: Finish knows which of them are public
	}
	if err := b.writeDocument(s, nil); err != nil {
		return err
	}
	return b.project(s, nil, nil)
}

// project writes the page of a project and enters what the page says into the
// search index.
func (b *Builder) project(s *subject, resolve func(id string) *row, named []ref) error {
	v := s.view(resolve, named)
	if err := b.index.add(s, v); err != nil {
		return err
	}
	return b.out.write(s.page(v))
}

// attachments copies the files of the public documents of a project.
func (b *Builder) attachments(s *subject) error {
	for _, name := range s.attachments {
		data, err := s.project.Registry().Read(s.project.Dir+"/"+name, registry.AttachmentLimit)
		if err != nil {
			return fmt.Errorf("attachment %s of %s: %w", name, s.project.ID, err)
		}
		if err := b.out.static(strings.Trim(s.url(), "/")+"/"+name, data); err != nil {
			return err
		}
	}
	return nil
}

// resolve returns the row of a project if it is public.
func (b *Builder) resolve(id string) *row { return b.rows[id] }

// Finish writes everything that speaks of more than one project and returns the
// manifest. j is the judge that the projects came from; nothing is added later.
func (b *Builder) Finish(j *check.Judge) (*Manifest, error) {
	if !b.meta.Again {
		defer b.Close()
	}
	if err := b.prepare(j); err != nil {
		return nil, err
	}
	if err := b.referring(j); err != nil {
		return nil, err
	}
	s := &pages{b: b, j: j, out: b.out, offices: b.offices}
	s.sort()
	s.queues()
	pages := func() error {
		for _, write := range []func() error{s.projects, s.plans, s.units, s.departments, s.contractors, s.indicators, s.statistics, s.compare, s.rules, s.coverage, s.guide, s.search, s.fill, s.home, s.events, s.audit, s.settings, s.calendar} {
			if err := write(); err != nil {
				return err
			}
		}
		return nil
	}
	// The data files go through the projects one by one, beside all else.
	if err := parallel(2, func(i int) error { return []func() error{s.data, pages}[i]() }); err != nil {
		return nil, err
	}
	if err := s.sitemap(); err != nil {
		return nil, err
	}
	s.publicTexts()
	forbidden, err := b.guard.finish(j)
	if err != nil {
		return nil, err
	}
	if err := b.out.sweep(); err != nil {
		return nil, err
	}
	return &Manifest{Expected: b.out.files(), Forbidden: forbidden, Projects: len(b.rows), Withheld: len(b.withheld), Sums: maps.Clone(b.out.sums)}, nil
}

// Again takes up a finished projection of [Meta.Again]: the named projects are
// dropped and may be added again, as they are now, together with new ones. All
// others stay as they were added, so the named ones must include all that what has
// changed can alter, and the definitions must be the same, as must all of meta but
// Guide and Public. Finish then writes anew what speaks of several projects.
func (b *Builder) Again(meta Meta, ids []string) {
	b.meta = meta
	b.anew = map[string]bool{}
	for _, id := range ids {
		b.anew[id] = true
		delete(b.rows, id)
		delete(b.withheld, id)
	}
	b.listed = nil // prepared again: the plans may be others
	b.guard.forget(b.anew)
	b.index.forget(b.anew)
	pages, homes := map[string]bool{}, map[string]bool{}
	for _, r := range b.rows {
		pages[contentFile(r.URL)], homes[r.URL] = true, true
	}
	b.out.round(func(name string) bool {
		if id := projectOfData(name); id != "" {
			return b.rows[id] != nil
		}
		parts := strings.SplitN(name, "/", 5)
		return len(parts) == 5 && homes["/"+strings.Join(parts[:4], "/")+"/"]
	}, pages)
}

// projectOfData returns the project that a file of data or a feed is about, ""
// for other files.
func projectOfData(name string) string {
	base, ext := path.Base(name), path.Ext(name)
	id := strings.TrimSuffix(base, ext)
	if name == opendata.ProjectFile(id) || strings.TrimSuffix(name, ext) == opendata.FeedName("project", id) {
		return id
	}
	return ""
}

// referring writes the pages of projects that name other projects or are named
// by them. They are read again one by one, so that none had to be kept.
func (b *Builder) referring(j *check.Judge) error {
	named := map[string][]ref{}
	for _, r := range b.rows {
		for _, to := range r.refs {
			if b.rows[to.id] != nil {
				named[to.id] = append(named[to.id], ref{key: to.key, id: r.ID})
			}
		}
	}
	var todo []string
	for id, r := range b.rows {
		if (b.anew == nil || b.anew[id]) && (len(r.refs) > 0 || len(named[id]) > 0) {
			todo = append(todo, id)
		}
	}
	slices.Sort(todo)
	return parallel(len(todo), func(i int) error {
		id := todo[i]
		f := j.Registry.Folder(id)
		if f == nil {
			return fmt.Errorf("project %s is not in the registry that finishes the projection", id)
		}
		p := j.Registry.Project(f)
		h, known := j.Lifecycle.Replay(p)
		s := b.subject(j, p, h)
		if !known || !s.public() {
			return fmt.Errorf("project %s changed while it was being published", id)
		}
		s.reveal()
		s.waits, s.ahead = b.rows[id].waits, b.rows[id].ahead
		if len(b.rows[id].refs) > 0 {
			if err := b.writeDocument(s, func(id string) bool { return b.rows[id] != nil }); err != nil {
				return err
			}
		}
		back := named[id]
		slices.SortFunc(back, func(a, b ref) int { return strings.Compare(a.id+a.key, b.id+b.key) })
		return b.project(s, b.resolve, slices.Compact(back))
	})
}

// parallel calls fn for 0 … n-1 from several goroutines and joins the errors.
func parallel(n int, fn func(int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := range next {
				errs[i] = fn(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	return errors.Join(errs...)
}

// publicState returns the state with the given code if the public may see it.
func publicState(l *lifecycle.Lifecycle, code string) *lifecycle.State {
	if s := l.State(code); s != nil && s.Public {
		return s
	}
	return nil
}
