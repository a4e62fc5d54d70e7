package cli_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/value"
)

// asked is a question to `taizhang check` about a folder: the whole of it, a
// part (only), or as a change of the fixture. edited are the paths that differ
// from the fixture.
type asked struct {
	name   string
	only   []string
	today  string
	change bool
	edited []string
}

// command returns the JSON report of `taizhang check` in dir.
func command(t *testing.T, dir string, q asked) string {
	t.Helper()
	args := append([]string{"check", "--format", "json"}, q.only...)
	if q.today != "" {
		args = append(args, "--today", q.today)
	}
	if q.change {
		args = append(args, "--base", "HEAD")
	}
	_, out, stderr := run(t, dir, args...)
	if stderr != "" {
		t.Errorf("%s: %s", q.name, stderr)
	}
	return out
}

// findings returns what a JSON report finds.
func findings(t *testing.T, out string) []any {
	t.Helper()
	var r struct{ Findings []any }
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Errorf("%v in %q", err, out)
	}
	return r.Findings
}

// steady answers as the command does, by definitions that it has read already:
// the command's own reading of them is most of its time. What changes the
// definitions, and some of the rest, goes to the command as well.
type steady struct {
	defs  *check.Judge
	base  *disk.Files // the fixture as it was
	asked atomic.Int64
	date  string // the day it is
}

// judgeOf reads the definitions of a registry on disk.
func judgeOf(t *testing.T, dir string) *check.Judge {
	t.Helper()
	files, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func newSteady(t *testing.T) *steady {
	t.Helper()
	defs := judgeOf(t, fixture(t))
	return &steady{defs: defs, base: defs.Registry.Files().(*disk.Files), date: value.Day(time.Now())}
}

// ask returns the JSON report on dir, a fixture with edits.
func (s *steady) ask(t *testing.T, dir string, q asked) string {
	t.Helper()
	if slices.ContainsFunc(q.edited, func(p string) bool { return strings.HasPrefix(p, "schemas/") }) {
		return command(t, dir, q)
	}
	files, err := disk.Open(dir)
	if err != nil {
		t.Error(err)
		return ""
	}
	o := check.Options{Definitions: s.defs, Inspect: attach.Inspect, Today: q.today, Workers: 1}
	var res *check.Result
	if q.change {
		var changed []string
		for _, p := range q.edited {
			was, err1 := s.base.Read(p, 1<<20)
			is, err2 := files.Read(p, 1<<20)
			if (err1 == nil) != (err2 == nil) || !bytes.Equal(was, is) {
				changed = append(changed, p)
			}
		}
		res, err = check.Change(s.base, files, changed, o)
	} else {
		if len(q.only) > 0 {
			o.Only = func(dir string) bool { return slices.Contains(q.only, dir) }
		}
		res, err = check.All(files, o)
	}
	if err != nil {
		t.Errorf("%s: %v", q.name, err)
		return ""
	}
	res.Remind(s.date)
	var out bytes.Buffer
	err = report.Write(&out, "json", res.Findings, nil, report.Options{Source: func(file string) ([]byte, bool) {
		data, err := files.Read(file, 1<<20)
		return data, err == nil
	}})
	if err != nil {
		t.Errorf("%s: %v", q.name, err)
		return ""
	}
	if s.asked.Add(1)%10 == 0 {
		want, got := findings(t, command(t, dir, q)), findings(t, out.String())
		if len(want)+len(got) > 0 && !reflect.DeepEqual(want, got) {
			t.Errorf("%s: the command finds\n%v\nand the same code in the test\n%v", q.name, want, got)
		}
	}
	return out.String()
}
