package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"
	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/statement"
)

type personOptions struct {
	departments, emails []string
	key, from           string
}

func (a *app) peopleCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "people",
		Short: "谁能代表哪个部门 · who may speak for which department",
		Long: `列出今天谁能代表哪个部门，或登记一个审批人员。
Lists who may speak for which department today, or registers a reviewer.

  taizhang people
  taizhang people add fgw-01 --department fgw --key ~/.ssh/id_ed25519.pub --email fgw01@example.org`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runPeople() },
	}
	o := &personOptions{}
	add := &cobra.Command{
		Use:   "add ID",
		Short: "登记审批人员，或给他补上部门、公钥、邮箱 · register a reviewer, or add to one",
		Long: `在 data/people.yaml 里登记一个审批人员；已经有的，补上新的部门、公钥和邮箱。改动要像别的修改一样提交、审批。
Registers a reviewer in data/people.yaml, or adds to one that is there. Commit it; it is approved like any change of the definitions.

  taizhang people add fgw-01 --department fgw --key ~/.ssh/id_ed25519.pub --email fgw01@example.org

代号不用姓名拼音。邮箱只用来排除自己批准自己的修改，不作身份依据。
The id is not a name. An address only keeps people from approving their own change; it proves nothing.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.runPersonAdd(args[0], o) },
	}
	f := add.Flags()
	f.StringSliceVar(&o.departments, "department", nil, "代表的部门：单位代码或简称，可重复 · department, repeatable")
	f.StringSliceVar(&o.emails, "email", nil, "Git 提交用的邮箱，可重复 · address used in commits, repeatable")
	f.StringVar(&o.key, "key", "", "SSH 公钥文件（.pub） · public key file")
	f.StringVar(&o.from, "from", "", "生效日期，默认今天 · valid from, today by default")
	c.AddCommand(add)
	return c
}

func (a *app) runPeople() error {
	j, _, err := a.registry()
	if err != nil {
		return err
	}
	r, day := j.Registry, a.today()
	words := names(j)
	none := true
	for _, code := range r.UnitCodes() {
		roles, _ := r.Unit(code)["roles"].([]any)
		members := r.People.Members(code, day)
		if len(roles) == 0 && len(members) == 0 {
			continue
		}
		none = false
		var duties []string
		for _, role := range roles {
			duties = append(duties, words.Role(fmt.Sprint(role)).In(a.lang))
		}
		who := strings.Join(members, a.say("、", ", "))
		if who == "" {
			who = a.say("（没有人）", "(nobody)")
		}
		fmt.Fprintf(a.io.Out, "%s %s  %s  %s\n", code, words.Unit(code), strings.Join(duties, a.say("、", ", ")), who)
	}
	if none {
		fmt.Fprintln(a.io.Out, a.say("没有登记任何人：taizhang people add --help", "nobody is registered: taizhang people add --help"))
	}
	return nil
}

func (a *app) runPersonAdd(id string, o *personOptions) error {
	j, root, err := a.registry()
	if err != nil {
		return err
	}
	if len(o.departments)+len(o.emails) == 0 && o.key == "" {
		return errors.New(a.say("没有写登记什么：--department、--key、--email 至少写一个", "nothing to register: give --department, --key or --email"))
	}
	if err := a.dayFlag("from", &o.from); err != nil {
		return err
	}
	for i, d := range o.departments {
		if o.departments[i], err = a.unitFlag(j.Registry, "department", d); err != nil {
			return err
		}
	}
	key := ""
	if o.key != "" {
		if key, err = a.publicKey(o.key); err != nil {
			return err
		}
	}
	file := filepath.Join(root, registry.PeopleFile)
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return cannot(err, "")
	}
	out, err := addPerson(data, id, o, key)
	if err != nil {
		return cannot(fmt.Errorf("%s: %w", registry.PeopleFile, err), a.say("先用 taizhang check 检查这个文件", "run taizhang check on the file first"))
	}
	if files, err := disk.Open(root); err != nil {
		return cannot(err, "")
	} else if after, err := check.NewJudge(amended{files, registry.PeopleFile, out}); err != nil {
		return cannot(err, "")
	} else if fs := after.Registry.Findings(); slices.ContainsFunc(fs, ofPeople) {
		f := fs[slices.IndexFunc(fs, ofPeople)]
		return cannot(errors.New(f.Message.In(a.lang)), f.Help.In(a.lang))
	}
	if err := writeFile(file, out); err != nil {
		return cannot(err, "")
	}
	fmt.Fprintf(a.io.Out, a.say("已登记 %s，写入 %s。接下来：taizhang check，再提交\n", "registered %s in %s. Next: taizhang check, then commit\n"), id, registry.PeopleFile)
	return nil
}

func ofPeople(f finding.Finding) bool { return f.File == registry.PeopleFile }

// amended are the files of a registry with one that is not written yet.
type amended struct {
	*disk.Files
	path string
	data []byte
}

func (f amended) Read(path string, limit int64) ([]byte, error) {
	if path == f.path {
		return f.data[:min(int64(len(f.data)), limit+1)], nil
	}
	return f.Files.Read(path, limit)
}

// publicKey reads a public key file, and refuses a private one without showing
// a byte of it.
func (a *app) publicKey(file string) (string, error) {
	data, err := os.ReadFile(a.abs(file))
	if err != nil {
		return "", cannot(err, "")
	}
	k, _, _, _, err := ssh.ParseAuthorizedKey(data)
	if err != nil {
		return "", cannot(fmt.Errorf("--key %s: %s", file, a.say("不是 SSH 公钥", "is no SSH public key")), a.say("给出 .pub 文件；私钥不要离开本人的机器", "give the .pub file; the private key stays with its owner"))
	}
	return statement.Authorized(k), nil
}

// addPerson writes a person into the register, and leaves everything else and
// its comments as they are.
func addPerson(data []byte, id string, o *personOptions, key string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if doc.Kind == 0 {
		doc = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, errors.New("not a mapping")
	}
	list := entry(top, "people", yaml.SequenceNode)
	if list.Kind != yaml.SequenceNode {
		return nil, errors.New("people is no list")
	}
	list.Style = 0 // "[]" of an empty register
	var person *yaml.Node
	for _, p := range list.Content {
		if p.Kind == yaml.MappingNode && len(p.Content) > 1 && entry(p, "id", yaml.ScalarNode).Value == id {
			person = p
		}
	}
	if person == nil {
		person = &yaml.Node{Kind: yaml.MappingNode}
		entry(person, "id", yaml.ScalarNode).SetString(id)
		list.Content = append(list.Content, person)
	}
	for _, add := range []struct {
		name   string
		values []string
	}{{"departments", o.departments}, {"emails", o.emails}} {
		if len(add.values) == 0 {
			continue
		}
		seq := entry(person, add.name, yaml.SequenceNode)
		for _, v := range add.values {
			if !slices.ContainsFunc(seq.Content, func(n *yaml.Node) bool { return n.Value == v }) {
				n := &yaml.Node{}
				n.SetString(v)
				seq.Content = append(seq.Content, n)
			}
		}
	}
	if key != "" && !holds(entry(person, "sshKeys", yaml.SequenceNode), key) {
		item := &yaml.Node{Kind: yaml.MappingNode}
		entry(item, "key", yaml.ScalarNode).SetString(key)
		*entry(item, "from", yaml.ScalarNode) = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!timestamp", Value: o.from}
		seq := entry(person, "sshKeys", yaml.SequenceNode)
		seq.Content = append(seq.Content, item)
	}
	var buf bytes.Buffer
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, err
	}
	return buf.Bytes(), enc.Close()
}

// holds reports whether a list of keys has one that is not withdrawn.
func holds(keys *yaml.Node, key string) bool {
	return slices.ContainsFunc(keys.Content, func(n *yaml.Node) bool {
		return n.Kind == yaml.MappingNode && entry(n, "key", yaml.ScalarNode).Value == key && !slices.ContainsFunc(n.Content, func(k *yaml.Node) bool { return k.Value == "until" })
	})
}

// entry returns the value of a key, which it adds when it is missing.
func entry(m *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	k, v := &yaml.Node{}, &yaml.Node{Kind: kind}
	k.SetString(key)
	m.Content = append(m.Content, k, v)
	return v
}
