package people_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/people"
)

// read gives JSON the shape in which the registry's reader gives YAML.
func read(t *testing.T, persons string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(`{"people": [` + persons + `]}`))
	d.UseNumber()
	var root map[string]any
	if err := d.Decode(&root); err != nil {
		t.Fatal(err)
	}
	return root
}

func load(t *testing.T, persons string) *people.Register {
	t.Helper()
	r, err := people.Load(read(t, persons))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// key makes an SSH key of a kind with something in it.
func key(kind, content string) string {
	b := append([]byte{0, 0, 0, byte(len(kind))}, kind...)
	return kind + " " + base64.StdEncoding.EncodeToString(append(b, content...))
}

func TestAnAccountIsAPersonsOnTheDaysItIsRegisteredFor(t *testing.T) {
	r := load(t, `
		{"id": "a-01", "departments": ["a"], "accounts": [
			{"forge": "gitea", "id": 7, "login": "old", "from": "2026-01-01", "until": "2026-05-31"},
			{"forge": "github", "id": 7, "from": "2026-03-01"}]},
		{"id": "b-01", "departments": ["b"], "accounts": [{"forge": "gitea", "id": 7, "from": "2026-06-01"}]}`)
	for _, tt := range []struct {
		forge string
		id    int64
		on    string
		want  string
	}{
		{"gitea", 7, "2025-12-31", ""},
		{"gitea", 7, "2026-01-01", "a-01"},
		{"gitea", 7, "2026-05-31", "a-01"},
		{"gitea", 7, "2026-06-01", "b-01"},
		{"gitea", 7, "9999-12-31", "b-01"},
		{"github", 7, "2026-02-28", ""},
		{"github", 7, "2026-03-01", "a-01"},
		{"gitlab", 7, "2026-06-01", ""},
		{"gitea", 8, "2026-06-01", ""},
		{"gitea", 7, "", ""},
		{"gitea", 7, "2026-06-31", ""},
		{"gitea", 7, "yesterday", ""},
	} {
		got, ok := r.ByAccount(tt.forge, tt.id, tt.on)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%+v: got %q, %v", tt, got, ok)
		}
	}
}

func TestADeletedAccountBelongsToNobody(t *testing.T) {
	r := load(t, `{"id": "a-01", "departments": ["a"], "accounts": [{"forge": "gitea", "id": 0}, {"forge": "gitea", "id": -1}, {"forge": "gitea", "id": 1}]}`)
	for id, want := range map[int64]bool{-1: false, 0: false, 1: true} {
		if _, ok := r.ByAccount("gitea", id, "2026-01-01"); ok != want {
			t.Errorf("account %d: %v", id, ok)
		}
		if held := r.Holders("gitea", id); (len(held) == 1) != want {
			t.Errorf("account %d belonged to %v", id, held)
		}
	}
}

func TestAnAccountOutlivesTheTermOfOffice(t *testing.T) {
	// So that somebody who left is still known as an author.
	r := load(t, `{"id": "a-01", "departments": ["a"], "until": "2026-01-31", "accounts": [{"forge": "gitea", "id": 7, "from": "2026-01-01"}]}`)
	if p, ok := r.ByAccount("gitea", 7, "2026-02-01"); !ok || p != "a-01" {
		t.Errorf("got %q", p)
	}
	if m := r.Memberships("a-01", "2026-02-01"); m != nil {
		t.Errorf("speaks for %v", m)
	}
}

func TestAnAccountThatIsOverStillTellsWhoWrote(t *testing.T) {
	r := load(t, `{"id": "a-01", "departments": ["a"], "accounts": [{"forge": "gitea", "id": 7, "from": "2026-01-01", "until": "2026-01-31"}, {"forge": "gitea", "id": 7, "from": "2026-04-01"}]},
		{"id": "b-01", "departments": ["a"], "accounts": [{"forge": "gitea", "id": 7, "from": "2026-02-01", "until": "2026-02-28"}]}`)
	if got := r.Holders("gitea", 7); !slices.Equal(got, []string{"a-01", "b-01"}) {
		t.Errorf("got %q", got)
	}
	for _, a := range []struct {
		forge string
		id    int64
	}{{"gitee", 7}, {"gitea", 8}, {"gitea", 0}, {"gitea", -1}} {
		if got := r.Holders(a.forge, a.id); len(got) > 0 {
			t.Errorf("%v: got %q", a, got)
		}
	}
}

func TestAKeyIsComparedByItsBlob(t *testing.T) {
	one, other := key("ssh-ed25519", "one"), key("ssh-rsa", "other")
	r := load(t, fmt.Sprintf(`
		{"id": "a-01", "departments": ["a"], "sshKeys": [{"key": %q, "from": "2026-01-01", "until": "2026-01-31"}, {"key": %q, "from": "2026-01-15"}]},
		{"id": "b-01", "departments": ["b"], "sshKeys": [{"key": %q, "from": "2026-02-01"}]}`, one, other, one))
	for _, tt := range []struct{ key, on, want string }{
		{one, "2025-12-31", ""},
		{one, "2026-01-01", "a-01"},
		{one + " somebody@example.org", "2026-01-31", "a-01"},
		{"  " + strings.Replace(one, " ", "\t", 1) + "\n", "2026-02-01", "b-01"},
		{other, "2026-02-01", "a-01"},
		{key("ssh-ed25519", "unknown"), "2026-01-01", ""},
		{strings.Replace(one, "ssh-ed25519", "ssh-rsa", 1), "2026-01-01", ""},
		{strings.Replace(one, "ssh-ed25519", "ssh-ed25518", 1), "2026-01-01", ""},
		{"ssh-ed25519", "2026-01-01", ""},
		{"", "2026-01-01", ""},
		{"ssh-ed25519 ====", "2026-01-01", ""},
		{"ssh-ed25519 AAAA", "2026-01-01", ""},
		{" AAAAAA==", "2026-01-01", ""},
		{one[:len(one)-2], "2026-01-01", ""},
	} {
		got, ok := r.ByKey(tt.key, tt.on)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%+v: got %q, %v", tt, got, ok)
		}
	}
	for _, tt := range []struct {
		person, on string
		want       []string
	}{
		{"a-01", "2026-01-14", []string{one}},
		{"a-01", "2026-01-15", []string{one, other}},
		{"a-01", "2026-02-01", []string{other}},
		{"b-01", "2026-01-31", nil},
		{"c-01", "2026-01-31", nil},
	} {
		if got := r.Keys(tt.person, tt.on); !slices.Equal(got, tt.want) {
			t.Errorf("keys of %s on %s: %v", tt.person, tt.on, got)
		}
	}
}

func TestAnAddressIsComparedWithoutCase(t *testing.T) {
	r := load(t, `{"id": "a-01", "departments": ["a"], "emails": ["One@Example.org", "one@example.org", "two@example.org"]}`)
	for address, want := range map[string]string{"one@EXAMPLE.org": "a-01", " two@example.org ": "a-01", "three@example.org": "", "": ""} {
		if got, ok := r.ByEmail(address); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", address, got, ok)
		}
	}
}

const office = `
	{"id": "a-02", "departments": ["z", "a"], "from": "2026-01-01", "until": "2026-12-31", "delegations": [
		{"to": "b-01", "department": "z", "from": "2026-03-01", "until": "2026-03-31"},
		{"to": "a-01", "department": "a", "from": "2026-03-01", "until": "2026-03-31"},
		{"to": "c-01", "department": "a", "from": "2026-12-30", "until": "2027-01-31"}]},
	{"id": "b-01", "departments": ["b"], "from": "2026-03-10", "delegations": [
		{"to": "c-01", "department": "b", "from": "2026-03-01", "until": "2026-03-31"}]},
	{"id": "a-01", "departments": ["a"], "delegations": [
		{"to": "b-01", "department": "a", "from": "2026-03-20", "until": "2026-03-20"}]},
	{"id": "c-01", "departments": ["c"]}`

func TestMembershipsAreOwnOnesAndThoseDelegatedByWhoIsInOffice(t *testing.T) {
	r := load(t, office)
	for _, tt := range []struct{ person, on, want string }{
		{"a-02", "2025-12-31", ""},
		{"a-02", "2026-01-01", "a z"},
		{"a-02", "2026-12-31", "a z"},
		{"a-02", "2027-01-01", ""},
		{"b-01", "2026-03-09", ""}, // delegated to, but not yet in office
		{"b-01", "2026-03-10", "b z(a-02)"},
		{"b-01", "2026-03-20", "b a(a-01) z(a-02)"},
		{"b-01", "2026-03-31", "b z(a-02)"},
		{"b-01", "2026-04-01", "b"},
		{"a-01", "2026-02-28", "a"},
		{"a-01", "2026-03-01", "a a(a-02)"},
		{"c-01", "2026-03-09", "c"}, // the delegator is not yet in office
		{"c-01", "2026-03-10", "c b(b-01)"},
		{"c-01", "2026-12-31", "c a(a-02)"},
		{"c-01", "2027-01-01", "c"}, // the delegator has left
		{"c-01", "", ""},
		{"nobody", "2026-03-10", ""},
	} {
		var got []string
		for _, m := range r.Memberships(tt.person, tt.on) {
			if m.Via != "" {
				m.Department += "(" + m.Via + ")"
			}
			got = append(got, m.Department)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s on %s: got %v, want %s", tt.person, tt.on, got, tt.want)
		}
	}
}

func TestMembersAreAllWhoMaySpeakForADepartment(t *testing.T) {
	r := load(t, office)
	for _, tt := range []struct{ department, on, want string }{
		{"a", "2025-12-31", "a-01"},
		{"a", "2026-03-20", "a-01 a-02 b-01"},
		{"a", "2026-12-31", "a-01 a-02 c-01"},
		{"z", "2026-03-10", "a-02 b-01"},
		{"q", "2026-03-10", ""},
		{"a", "", ""},
	} {
		if got := strings.Join(r.Members(tt.department, tt.on), " "); got != tt.want {
			t.Errorf("%s on %s: got %q, want %q", tt.department, tt.on, got, tt.want)
		}
	}
}

func TestDelegationsToOnePersonAreInOrder(t *testing.T) {
	// By department, then by delegator, whatever the order of the file.
	r := load(t, `
		{"id": "y-01", "departments": ["k", "m"], "delegations": [
			{"to": "c-01", "department": "m", "from": "2026-01-01"}, {"to": "c-01", "department": "k", "from": "2026-01-01"}]},
		{"id": "x-01", "departments": ["m"], "delegations": [{"to": "c-01", "department": "m", "from": "2026-01-01"}]},
		{"id": "c-01", "departments": []}`)
	want := []people.Membership{{Department: "k", Via: "y-01"}, {Department: "m", Via: "x-01"}, {Department: "m", Via: "y-01"}}
	if got := r.Memberships("c-01", "2026-01-01"); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestARegisterOfNobody(t *testing.T) {
	empty, err := people.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*people.Register{empty, {}} {
		_, account := r.ByAccount("gitea", 1, "2026-01-01")
		_, byKey := r.ByKey(key("ssh-ed25519", "one"), "2026-01-01")
		_, email := r.ByEmail("one@example.org")
		if account || byKey || email || r.Has("a-01") || r.Has("") || len(r.Keys("", "2026-01-01"))+len(r.Memberships("", "2026-01-01"))+len(r.Members("a", "2026-01-01")) > 0 {
			t.Error("an empty register knows somebody")
		}
	}
}

func TestWhatLeavesOpenWhoSpeaksForWhomIsRefused(t *testing.T) {
	one := key("ssh-ed25519", "one")
	person := func(id, more string) string { return fmt.Sprintf(`{"id": %q, "departments": ["a"]%s}`, id, more) }
	account := func(from, until string) string {
		return fmt.Sprintf(`, "accounts": [{"forge": "gitea", "id": 7, "from": %q, "until": %q}]`, from, until)
	}
	sshKey := func(from, until string) string {
		return fmt.Sprintf(`, "sshKeys": [{"key": %q, "from": %q, "until": %q}]`, one, from, until)
	}
	delegate := func(entries ...string) string {
		var out []string
		for _, e := range entries {
			f := strings.Fields(e)
			out = append(out, fmt.Sprintf(`{"to": %q, "department": %q, "from": %q, "until": %q}`, f[0], f[1], f[2], f[3]))
		}
		return `, "delegations": [` + strings.Join(out, ", ") + `]`
	}
	for _, tt := range []struct {
		name, persons string
		want          []string // path: a part of the English message
	}{
		{"nothing wrong", person("a-01", account("2026-01-01", "")) + "," + person("a-02", ""), nil},
		{"an id twice", person("a-01", "") + "," + person("a-01", ""), []string{"people 1 id: registered twice"}},
		{"an id twice hides nobody behind it", person("a-01", delegate("a-02 a 2026-01-01 2026-01-31")) + "," + person("a-01", "") + "," + person("a-02", ""), []string{"people 1 id: registered twice"}},
		{"no id", person("", "") + ", null, " + person("", "") + "," + person("a-01", "") + "," + person("a-01", ""), []string{"people 0: no person id", "people 1: no person id", "people 2: no person id", "people 4 id: registered twice"}},
		{"a day that is none", person("a-01", `, "from": "2026-02-30"`), []string{"people 0 from: not a real date"}},
		{"a last day that is none", person("a-01", `, "until": "soon"`), []string{"people 0 until: not a real date"}},
		{"a term that ends before it begins", person("a-01", `, "from": "2026-02-02", "until": "2026-02-01"`), []string{"people 0 until: before the first"}},
		{"a term of one day", person("a-01", `, "from": "2026-02-02", "until": "2026-02-02"`), nil},
		{"days of an account", person("a-01", account("2026-02-02", "2026-02-01")), []string{"people 0 accounts 0 until: before the first"}},
		{"days of a key", person("a-01", sshKey("x", "")), []string{"people 0 sshKeys 0 from: not a real date"}},
		{"days of a delegation", person("a-01", delegate("a-02 a 2026-02-02 2026-02-01")) + "," + person("a-02", ""), []string{"people 0 delegations 0 until: before the first"}},
		{"keys that are none", person("a-01", `, "sshKeys": [{"key": "ssh-ed25519 AAAA"}, {"key": "x"}]`), []string{"people 0 sshKeys 0 key: not a whole SSH public key", "people 0 sshKeys 1 key: not a whole SSH public key"}},

		{"an account of two at a time", person("a-01", account("2026-01-01", "2026-02-01")) + "," + person("a-02", account("2026-02-01", "")), []string{"people 1 accounts 0 id: this account belongs to “a-01”"}},
		{"the later entry is the one refused", person("a-01", account("2026-02-01", "")) + "," + person("a-02", account("2026-01-01", "2026-02-01")), []string{"people 0 accounts 0 id: this account belongs to “a-02”"}},
		{"an account of two, one after the other", person("a-01", account("2026-01-01", "2026-01-31")) + "," + person("a-02", account("2026-02-01", "")), nil},
		{"an open account passed on", person("a-01", account("2026-01-01", "")) + "," + person("a-02", account("2030-01-01", "")), []string{"people 1 accounts 0 id: account"}},
		{"always and always", person("a-01", account("", "")) + "," + person("a-02", account("", "")), []string{"people 1 accounts 0 id: account"}},
		{"an account of one entered twice", person("a-01", `, "accounts": [{"forge": "gitea", "id": 7}, {"forge": "gitea", "id": 7}]`), nil},
		{"a short entry within a long one hides no clash", person("a-01", `, "accounts": [
				{"forge": "gitea", "id": 7, "from": "2026-01-01", "until": "2026-12-31"}, {"forge": "gitea", "id": 7, "from": "2026-02-01", "until": "2026-02-02"}]`) + "," +
			person("a-02", account("2026-06-01", "")), []string{"people 1 accounts 0 id: account"}},
		{"an entry that lasts longer counts", person("a-01", `, "accounts": [
				{"forge": "gitea", "id": 7, "from": "2026-01-01", "until": "2026-01-31"}, {"forge": "gitea", "id": 7, "from": "2026-01-15", "until": "2026-02-15"}]`) + "," +
			person("a-02", account("2026-02-15", "")), []string{"people 1 accounts 0 id: account"}},
		{"one finding for one account", person("a-01", account("", "")) + "," + person("a-02", account("", "")) + "," + person("a-03", account("", "")), []string{"people 1 accounts 0 id: account"}},
		{"the same number on two forges", person("a-01", account("", "")) + "," + person("a-02", strings.Replace(account("", ""), "gitea", "gitee", 1)), nil},

		{"a key of two at a time", person("a-01", sshKey("2026-01-01", "")) + "," + person("a-02", sshKey("2026-02-01", "")), []string{"people 1 sshKeys 0 key: this key belongs to “a-01”"}},
		{"a key of two, one after the other", person("a-01", sshKey("2026-01-01", "2026-01-31")) + "," + person("a-02", sshKey("2026-02-01", "")), nil},
		{"an address of two", person("a-01", `, "emails": ["x@example.org"]`) + "," + person("a-02", `, "emails": ["y@example.org", "X@example.org", "x@EXAMPLE.org"]`), []string{"people 1 emails 1: this address belongs to “a-01”", "people 1 emails 2: this address"}},

		{"delegated to oneself", person("a-01", delegate("a-01 a 2026-01-01 2026-01-31")), []string{"people 0 delegations 0 to: oneself"}},
		{"delegated to nobody", person("a-01", delegate("a-09 a 2026-01-01 2026-01-31")), []string{"people 0 delegations 0 to: not registered"}},
		{"delegated without having", person("a-01", delegate("a-02 b 2026-01-01 2026-01-31")) + "," + person("a-02", ""), []string{"people 0 delegations 0 department: cannot delegate"}},
		{"delegated further", person("a-01", delegate("b-01 a 2026-01-01 2026-01-31")) + `, {"id": "b-01", "departments": ["b"]` + delegate("a-02 a 2026-01-01 2026-01-31") + "}," + person("a-02", ""),
			[]string{"people 1 delegations 0 department: cannot delegate"}},
		{"delegated twice on a day", person("a-01", delegate("a-02 a 2026-01-01 2026-01-31", "a-03 a 2026-01-31 2026-02-01")) + "," + person("a-02", "") + "," + person("a-03", ""),
			[]string{"people 0 delegations 1: twice on the same day"}},
		{"delegated to the same twice on a day", person("a-01", delegate("a-02 a 2026-01-01 2026-01-31", "a-02 a 2026-01-31 2026-02-01")) + "," + person("a-02", ""),
			[]string{"people 0 delegations 1: twice on the same day"}},
		{"delegated to two in turn", person("a-01", delegate("a-02 a 2026-01-01 2026-01-31", "a-03 a 2026-02-01 2026-02-28")) + "," + person("a-02", "") + "," + person("a-03", ""), nil},
		{"two departments delegated", `{"id": "a-01", "departments": ["a", "b"]` + delegate("a-02 a 2026-01-01 2026-01-31", "a-03 b 2026-01-01 2026-01-31") + "}," + person("a-02", "") + "," + person("a-03", ""), nil},
		{"two delegate the same", person("a-01", delegate("a-03 a 2026-01-01 2026-01-31")) + "," + person("a-02", delegate("a-03 a 2026-01-01 2026-01-31")) + "," + person("a-03", ""), nil},

		{"in the order of the file", person("a-01", sshKey("", "")+delegate("a-09 a 2026-01-01 2026-01-31")) + "," + person("a-02", sshKey("", "")) + "," + person("a-03", `, "from": "x"`),
			[]string{"people 0 delegations 0 to: not registered", "people 1 sshKeys 0 key: this key", "people 2 from: not a real date"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := people.Load(read(t, tt.persons))
			var problems people.Problems
			if err != nil && !errors.As(err, &problems) {
				t.Fatal(err)
			}
			if (r == nil) != (len(tt.want) > 0) {
				t.Errorf("register: %v", r)
			}
			var got []string
			for _, p := range problems {
				got = append(got, strings.Trim(fmt.Sprint(p.Path), "[]")+": "+p.Message.En)
				if p.Message.Zh == "" || p.Help.Zh == "" || p.Help.En == "" {
					t.Errorf("%+v lacks a text", p)
				}
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %q", got)
			}
			for i, w := range tt.want {
				path, part, _ := strings.Cut(w, ": ")
				if !strings.HasPrefix(got[i], path+": ") || !strings.Contains(got[i], part) {
					t.Errorf("got %q, want %q", got[i], w)
				}
			}
			if err != nil && err.Error() != strings.Join(got, "\n") {
				t.Errorf("error text: %q", err)
			}
		})
	}
}

func TestWhatTheSchemaRefusesIsNoRegister(t *testing.T) {
	for _, persons := range []string{
		`{"id": "a-01", "departments": ["a"], "untill": "2026-01-01"}`,
		`{"id": "a-01", "departments": "a"}`,
		`{"id": 1}`,
		`"a-01"`,
	} {
		if r, err := people.Load(read(t, persons)); r != nil || err == nil {
			t.Errorf("%s is accepted", persons)
		}
	}
	if _, err := people.Load(map[string]any{"people": func() {}}); err == nil {
		t.Error("a function is accepted")
	}
}

// TestManyEntriesOfOneAccountAreRefusedOnce counts work, not time: with a
// comparison of all pairs this would not end.
func TestManyEntriesOfOneAccountAreRefusedOnce(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"id": "a-%d", "departments": ["a"], "accounts": [{"forge": "gitea", "id": 7, "from": "2026-01-01", "until": "2026-01-02"}]}`, i)
	}
	_, err := people.Load(read(t, b.String()))
	var problems people.Problems
	if !errors.As(err, &problems) || len(problems) != 1 {
		t.Errorf("%d problems", len(problems))
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(office)
	f.Add(`{"id": "a-01", "departments": ["a"], "sshKeys": [{"key": "ssh-ed25519 AAAA"}]}`)
	f.Fuzz(func(t *testing.T, persons string) {
		var root map[string]any
		if json.Unmarshal([]byte(`{"people": [`+persons+`]}`), &root) != nil {
			return
		}
		r, err := people.Load(root)
		if (r == nil) == (err == nil) {
			t.Fatalf("register %v, error %v", r, err)
		}
		if r == nil {
			return
		}
		for _, id := range r.Members("a", "2026-03-10") {
			if !slices.ContainsFunc(r.Memberships(id, "2026-03-10"), func(m people.Membership) bool { return m.Department == "a" && m.Via != id }) {
				t.Errorf("%s is a member of a without a membership", id)
			}
		}
	})
}
