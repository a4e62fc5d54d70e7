package publish_test

import (
	"encoding/json"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/judge"
	"taizhang/tools/internal/publish"
	"taizhang/tools/internal/registry"
)

// marked adds a remark and a key without a schema to a data file, and a draft
// plan.
type marked struct{ registry.Files }

const secretRemark = "仅供内部掌握的备注"

func (m marked) Read(p string, limit int64) ([]byte, error) {
	data, err := m.Files.Read(p, limit)
	switch {
	case err != nil:
	case p == registry.UnitsFile:
		data = append([]byte("# "+secretRemark+"\n"), data...)
	case strings.HasPrefix(p, registry.PlansDir+"/"):
		data = []byte(strings.Replace(string(data), "status: 已印发", "status: 草案", 1))
	}
	return data, err
}

func TestTheBundleOfTheJudgeHoldsWhatIsPublicOnly(t *testing.T) {
	files, err := disk.Open("../../..")
	if err != nil {
		t.Fatal(err)
	}
	j, err := check.NewJudge(marked{files})
	if err != nil {
		t.Fatal(err)
	}
	b, err := publish.Bundle(j.Registry)
	if err != nil {
		t.Fatal(err)
	}
	for p, text := range b.Files {
		switch {
		case p == registry.PeopleFile, strings.HasPrefix(p, "schemas/examples/"), strings.HasPrefix(p, "content/"):
			t.Errorf("%s is given away", p)
		case strings.Contains(text, secretRemark):
			t.Errorf("%s tells a remark", p)
		}
	}
}

func TestTheBundleJudgesAsTheRegistryDoes(t *testing.T) {
	files, err := disk.Open("../../..")
	if err != nil {
		t.Fatal(err)
	}
	full, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	b, err := publish.Bundle(full.Registry)
	if err != nil {
		t.Fatal(err)
	}
	var small judge.Judge
	load, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if out := string(small.Answer("load", load)); !strings.Contains(out, `"result"`) {
		t.Fatal(out)
	}
	for _, f := range full.Registry.Folders() {
		head := map[string]string{}
		for _, name := range f.Files {
			if data, err := files.Read(f.Dir+"/"+name, 1<<20); err == nil && strings.HasSuffix(name, ".md") {
				head[f.Dir+"/"+name] = string(data)
			}
		}
		params, err := json.Marshal(map[string]any{"base": head, "head": head})
		if err != nil {
			t.Fatal(err)
		}
		var out struct{ Result struct{ State string } }
		if err := json.Unmarshal(small.Answer("check", params), &out); err != nil {
			t.Fatal(err)
		}
		v := full.Project(f, nil)
		if v.Known && out.Result.State != v.History.State {
			t.Errorf("%s is in state %s, by the bundle in %q", f.ID, v.History.State, out.Result.State)
		}
	}
}
