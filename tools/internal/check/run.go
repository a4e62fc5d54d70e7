package check

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
)

// Result is the outcome of a check.
type Result struct {
	Findings []finding.Finding
	Summary  Summary
	Judge    *Judge
	Base     *Judge // the registry before a change, with the definitions that judge it
	// Pairs are the projects that a change touches, by folder; Mended are the
	// findings of its base that it removes. Both belong to [Change] alone.
	Pairs    []Pair
	Mended   []finding.Finding
	expiries []expiry
}

// Pair is one project before and after a change.
type Pair struct {
	ID         string
	Base, Head *Verdict         // nil where the project is not there
	Fresh      []lifecycle.Step // steps that the change takes
	findings   []finding.Finding
	mended     []finding.Finding
}

// Summary counts what was judged.
type Summary struct {
	Projects, Records, Plans int
	Base, Head               string // revisions of a change, as the user named them
	Partial                  bool   // only a part of the registry was judged
}

// Options steer a check.
type Options struct {
	// Context ends a check early when it is done; nil never does.
	Context  context.Context
	Workers  int                   // 0: all processors
	Progress func(done, total int) // called now and then, may be nil
	Inspect  Inspector             // takes attachments apart; nil: they are not looked into
	Visit    func(*Verdict)        // sees each project once, from several goroutines; may be nil
	Only     func(dir string) bool // projects to judge by folder, nil: all
	// Forward seeks only what makes a check fail: rules that only warn are not
	// asked, what a change mends is left out, and what is wrong before it is sought
	// only where something is wrong after it.
	Forward bool
	// Fresh seeks what a change brings and what it mends. What was wrong before it
	// and still is, is not looked for and not told, except where the change is a
	// step: a transition is judged on the whole project.
	Fresh bool
	// Today, YYYY-MM-DD, also judges what waiting has brought by that date. It is
	// empty in every check that decides about a change: a registry that is clean
	// must not turn faulty by waiting.
	Today string
	// Definitions, if not nil, is a judge that read the very definitions which
	// the files hold, so that they need not be read again.
	Definitions *Judge
}

// judge returns the judge of files.
func (o Options) judge(files registry.Files) (*Judge, error) {
	if o.Definitions != nil {
		return o.Definitions.Over(files), nil
	}
	return NewJudge(files)
}

// All judges every project of a registry. Projects are read, judged and
// forgotten one by one, so memory does not grow with the registry.
func All(files registry.Files, o Options) (*Result, error) {
	j, err := o.judge(files)
	if err != nil {
		return nil, err
	}
	if o.Only == nil && o.Definitions == nil {
		if err := j.Compile(); err != nil {
			return nil, err
		}
	}
	if o.Forward {
		j = j.blocking()
	}
	return j.All(o)
}

// All judges every project of the registry of j.
func (j *Judge) All(o Options) (*Result, error) {
	j.Registry.Today, j.Inspect = o.Today, o.Inspect
	res := &Result{Judge: j}
	var beside sync.WaitGroup // plans take as long as many projects
	beside.Go(func() {
		res.Findings = j.Global(nil, nil)
		if o.Only == nil {
			res.Findings = append(res.Findings, j.state()...)
		}
	})
	folders := j.Registry.Folders()
	if o.Only != nil {
		folders = slices.DeleteFunc(slices.Clone(folders), func(f *registry.Folder) bool { return !o.Only(f.Dir) })
		res.Summary.Partial = true
	}
	var records atomic.Int64
	found := make([][]finding.Finding, len(folders))
	ends := make([][]expiry, len(folders))
	each(len(folders), o, func(i int) {
		v := j.Project(folders[i], nil)
		v.Findings = j.Rules.Spare(v.Findings)
		found[i], ends[i] = v.Findings, v.expiries
		records.Add(int64(len(v.Project.Records)))
		if o.Visit != nil {
			o.Visit(v)
		}
	})
	beside.Wait()
	if err := o.stopped(); err != nil {
		return nil, err // half a check says nothing
	}
	res.Findings = append(res.Findings, slices.Concat(found...)...)
	res.expiries = slices.Concat(ends...)
	finding.Sort(res.Findings)
	res.Summary.Projects, res.Summary.Records, res.Summary.Plans = len(folders), int(records.Load()), len(j.Registry.Plans())
	return res, j.Err()
}

// stopped returns why the check should end early, or nil.
func (o Options) stopped() error {
	if o.Context == nil {
		return nil
	}
	return o.Context.Err()
}

// each calls fn for 0 … n-1 from several goroutines.
func each(n int, o Options, fn func(int)) {
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && o.stopped() == nil; i = int(next.Add(1)) - 1 {
				fn(i)
				if d := int(done.Add(1)); o.Progress != nil && (d%64 == 0 || d == n) {
					o.Progress(d, n)
				}
			}
		})
	}
	wg.Wait()
}
