package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/contacts"
	"taizhang/tools/internal/prompt"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
)

// contactsFile is the sealed list in a project's folder.
const contactsFile = "contacts.age"

func (a *app) contactsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "contacts",
		Short: "密封、打开联系人 · seal and open contact persons",
		Long: `项目联络人的姓名和手机加密存放：密封给 data/recipients.yaml 里的公钥，只有持有私钥的人打得开。明文不进台账。
Names and mobiles of contact persons are kept encrypted to the public keys in data/recipients.yaml. Clear text never enters the registry.

  taizhang contacts keygen --out ~/dsjj.key                生成一对钥匙 · make a pair of keys
  taizhang contacts seal 2027-jyj-01                       在终端里填写并密封 · fill in and seal
  taizhang contacts seal 2027-jyj-01 --from list.yaml      密封一个文件里的 · seal what a file lists
  taizhang contacts open 2027-jyj-01 --identity ~/dsjj.key 显示在终端上 · show on the terminal
  taizhang contacts rotate --identity ~/dsjj.key           改了公钥以后全部重新密封 · seal all anew

只在 data/registry.yaml 写 contacts: sealed 的台账里使用。
For registries with contacts: sealed in data/registry.yaml only.`,
	}
	var from, identity, out string
	var pipe, dry bool
	seal := &cobra.Command{
		Use: "seal PROJECT", Short: "密封一个项目的联系人 · seal the contacts of a project", Args: cobra.ExactArgs(1),
		Long: `密封一个项目的联系人，写成项目文件夹里的 contacts.age；原来有的，整个换掉。
Seals the contacts of a project into contacts.age in its folder; one that is there is replaced.

--from 的文件放在仓库外面，写成：
The file of --from, which belongs outside the repository, reads:

  contacts:
    - {name: 示例联系人, dept: 信息科, post: 科长, mobile: 13900000000}`,
		RunE: func(_ *cobra.Command, args []string) error { return a.runContactsSeal(args[0], from) },
	}
	seal.Flags().StringVar(&from, "from", "", "读这个 YAML 文件，- 是标准输入 · read this file, - is standard input")
	open := &cobra.Command{
		Use: "open PROJECT", Short: "在终端上显示联系人 · show the contacts on the terminal", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.runContactsOpen(args[0], identity, pipe) },
	}
	open.Flags().BoolVar(&pipe, "pipe", false, "输出不是终端也显示 · also when the output is not a terminal")
	rotate := &cobra.Command{
		Use: "rotate", Short: "把所有联系人重新密封给现在的公钥 · seal all contacts to the keys of today", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runContactsRotate(identity, dry) },
	}
	rotate.Flags().BoolVar(&dry, "dry-run", false, "只试着打开，不写 · only try, write nothing")
	for _, cmd := range []*cobra.Command{open, rotate} {
		cmd.Flags().StringVarP(&identity, "identity", "i", "", "私钥文件 · file with the private key")
		_ = cmd.MarkFlagRequired("identity")
	}
	keygen := &cobra.Command{
		Use: "keygen", Short: "生成一对钥匙 · make a pair of keys", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runContactsKeygen(out) },
	}
	keygen.Flags().StringVarP(&out, "out", "o", "", "私钥写到这个新文件 · new file for the private key")
	_ = keygen.MarkFlagRequired("out")
	c.AddCommand(seal, open, rotate, keygen)
	return group(c)
}

// sealedRegistry opens a registry that keeps contacts.
func (a *app) sealedRegistry() (*check.Judge, string, error) {
	j, root, err := a.registry()
	if err != nil {
		return nil, "", err
	}
	if !j.Registry.Config.Sealed() {
		return nil, "", cannot(errors.New(a.say("这份台账不保存联系人（data/registry.yaml 的 contacts 是 outside）", "this registry keeps no contacts (contacts in data/registry.yaml is outside)")),
			a.say("联系人按本单位的办法另行报送", "hand the contacts in as your unit does"))
	}
	return j, root, nil
}

// recipients returns the keys to seal to. With one that is wrong nothing is
// sealed: whoever holds it would be left out unnoticed.
func (a *app) recipients(j *check.Judge) ([]string, error) {
	found := j.Registry.Findings()
	for i := range found {
		if f := &found[i]; f.File == registry.RecipientsFile {
			return nil, cannot(fmt.Errorf("%s:%d:%d: %s", f.File, f.Line, f.Col, value.MaskPersonal(f.Message.In(a.lang))), f.Help.In(a.lang))
		}
	}
	if len(j.Registry.Tables().Recipients) == 0 {
		return nil, cannot(errors.New(a.say("没有登记密封公钥（data/recipients.yaml）", "no recipients are registered (data/recipients.yaml)")),
			a.say("用 taizhang contacts keygen 生成一对钥匙，登记公钥", "make a pair with taizhang contacts keygen and register the public key"))
	}
	return j.Registry.Tables().Recipients, nil
}

// folder finds a project by id or by the path of its folder.
func (a *app) folder(j *check.Judge, root, name string) (*registry.Folder, error) {
	if f := j.Registry.Folder(name); f != nil {
		return f, nil
	}
	var ids []string
	rel, err := filepath.Rel(root, a.abs(name))
	rel = filepath.ToSlash(rel)
	for _, f := range j.Registry.Folders() {
		if err == nil && (rel == f.Dir || strings.HasPrefix(rel, f.Dir+"/")) {
			return f, nil
		}
		ids = append(ids, f.ID)
	}
	mend := a.say("写项目编号，例如 2027-jyj-01，或它的文件夹", "give a project id, for example 2027-jyj-01, or its folder")
	if near := value.Nearest(name, ids); near != "" {
		mend = fmt.Sprintf(a.say("是不是 %s？", "did you mean %s? "), near) + mend
	}
	return nil, misused(fmt.Errorf(a.say("没有项目 %s", "there is no project %s"), name), mend)
}

func (a *app) runContactsSeal(name, from string) error {
	j, root, err := a.sealedRegistry()
	if err != nil {
		return err
	}
	f, err := a.folder(j, root, name)
	if err != nil {
		return err
	}
	keys, err := a.recipients(j)
	if err != nil {
		return err
	}
	var list []contacts.Contact
	if from != "" {
		list, err = a.contactsFrom(from)
	} else {
		list, err = a.askContacts(f)
	}
	if err != nil {
		return err
	}
	sealed, err := contacts.Seal(list, keys)
	if err != nil {
		return a.contactsFailure(err)
	}
	file := path.Join(f.Dir, contactsFile)
	if err := writeAll(map[string][]byte{filepath.Join(root, filepath.FromSlash(file)): sealed}); err != nil {
		return cannot(err, "")
	}
	fmt.Fprintf(a.io.Out, a.say("已密封 %d 位联系人给 %d 把公钥：%s\n", "sealed %d contacts to %d keys: %s\n"), len(list), len(keys), file)
	return nil
}

// contactsFailure puts an error about contacts into the user's language; it
// repeats nothing of them.
func (a *app) contactsFailure(err error) error {
	var e *contacts.Error
	if errors.As(err, &e) {
		return cannot(errors.New(e.Text.In(a.lang)), "")
	}
	return cannot(err, "")
}

func (a *app) contactsFrom(name string) ([]contacts.Contact, error) {
	var in io.Reader = a.io.In
	if name != "-" {
		file, err := os.Open(a.abs(name))
		if err != nil {
			return nil, cannot(err, "")
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, contacts.MaxSealed))
	if err != nil {
		return nil, cannot(err, "")
	}
	list, err := contacts.Parse(data)
	if err != nil {
		return nil, a.contactsFailure(err)
	}
	return list, nil
}

// askContacts asks for the list in the terminal. The answers go nowhere else.
func (a *app) askContacts(f *registry.Folder) ([]contacts.Contact, error) {
	s := a.prompt()
	fmt.Fprintf(a.io.Err, a.say("%s 的联系人。填写的内容只用来密封，不会写成明文。\n", "Contacts of %s. What you type is sealed and never written in clear text.\n"), f.ID)
	var list []contacts.Contact
	for len(list) < contacts.MaxContacts {
		var c contacts.Contact
		for _, q := range []struct {
			to     *string
			zh, en string
		}{{&c.Name, "项目联络人姓名", "Name"}, {&c.Dept, "部门", "Department"}, {&c.Post, "职务", "Post"}, {&c.Mobile, "手机（11 位数字）", "Mobile (11 digits)"}} {
			answer, err := s.Ask(a.ctx, prompt.Question{Title: a.say(q.zh, q.en), Check: func(text string) string {
				switch {
				case q.to == &c.Name && strings.TrimSpace(text) == "":
					return a.say("要填姓名", "a name is needed")
				case q.to == &c.Mobile && !contacts.IsMobile(strings.TrimSpace(text)):
					return a.say("要写 11 位数字", "eleven digits are needed")
				}
				return ""
			}})
			if err != nil {
				return nil, a.stopped(err)
			}
			*q.to = strings.TrimSpace(answer)
		}
		list = append(list, c)
		more, err := s.Confirm(a.ctx, a.say("再加一位？", "Another one?"), false)
		if err != nil {
			return nil, a.stopped(err)
		}
		if !more {
			break
		}
	}
	return list, nil
}

// prompt returns a session that asks on standard error, so that the output stays
// what the command gives.
func (a *app) prompt() *prompt.Session {
	_, terminal := a.inTerminal()
	form := terminal && a.io.ErrTTY && a.io.Env("TERM") != "dumb" && a.io.Env("ACCESSIBLE") == ""
	return prompt.New(a.io.In, a.io.Err, form, a.say)
}

// stopped words the end of a session that was given up.
func (a *app) stopped(err error) error {
	if errors.Is(err, prompt.ErrStopped) {
		return cannot(errors.New(a.say("没有填完，什么也没有写", "stopped before the end, nothing was written")), "")
	}
	return cannot(err, "")
}

func (a *app) runContactsOpen(name, identity string, pipe bool) error {
	j, root, err := a.sealedRegistry()
	if err != nil {
		return err
	}
	f, err := a.folder(j, root, name)
	if err != nil {
		return err
	}
	if !a.io.OutTTY && !pipe {
		return misused(errors.New(a.say("输出不是终端：联系人会留在文件或日志里", "the output is not a terminal: the contacts would stay in a file or a log")),
			a.say("确实需要时加 --pipe", "add --pipe if you mean it"))
	}
	list, err := a.openContacts(j, f, identity)
	if err != nil {
		return err
	}
	for _, c := range list {
		where := strings.Trim(c.Dept+" / "+c.Post, " /")
		fmt.Fprintf(a.io.Out, "%s  %s  %s\n", c.Name, where, c.Mobile)
	}
	return nil
}

// openContacts opens the sealed contacts of a project.
func (a *app) openContacts(j *check.Judge, f *registry.Folder, identity string) ([]contacts.Contact, error) {
	ids, err := a.identities(identity)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(f.Files, contactsFile) {
		return nil, cannot(fmt.Errorf(a.say("%s 没有密封的联系人", "%s has no sealed contacts"), f.ID), a.say("用 taizhang contacts seal 密封", "seal them with taizhang contacts seal"))
	}
	data, err := j.Registry.Read(path.Join(f.Dir, contactsFile), contacts.MaxSealed)
	if err != nil {
		return nil, cannot(err, "")
	}
	list, err := contacts.Open(data, ids...)
	if err != nil {
		return nil, a.contactsFailure(fmt.Errorf("%s: %w", f.ID, err))
	}
	return list, nil
}

func (a *app) runContactsRotate(identity string, dry bool) error {
	j, root, err := a.sealedRegistry()
	if err != nil {
		return err
	}
	keys, err := a.recipients(j)
	if err != nil {
		return err
	}
	ids, err := a.identities(identity)
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	var done, failed []string
	var first error
	for _, f := range j.Registry.Folders() {
		if !slices.Contains(f.Files, contactsFile) {
			continue
		}
		data, err := j.Registry.Read(path.Join(f.Dir, contactsFile), contacts.MaxSealed)
		var list []contacts.Contact
		if err == nil {
			list, err = contacts.Open(data, ids...)
		}
		if err == nil {
			data, err = contacts.Seal(list, keys)
		}
		if err != nil {
			failed, first = append(failed, f.ID), errors.Join(first, err)
			continue
		}
		files[filepath.Join(root, filepath.FromSlash(f.Dir), contactsFile)] = data
		done = append(done, f.ID)
	}
	if len(failed) > 0 {
		var e *contacts.Error
		why := ""
		if errors.As(first, &e) {
			why = e.Text.In(a.lang)
		}
		return cannot(fmt.Errorf(a.say("%d 个项目打不开，什么也没有写：%s（%s）", "%d projects cannot be opened, nothing was written: %s (%s)"), len(failed), strings.Join(failed, " "), why),
			a.say("换一把能打开全部的私钥，或先对这些项目重新 taizhang contacts seal", "use a key that opens all, or seal those projects again with taizhang contacts seal"))
	}
	if !dry {
		if err := writeAll(files); err != nil {
			return cannot(err, a.say("什么也没有写", "nothing was written"))
		}
	}
	if len(done) == 0 {
		fmt.Fprintln(a.io.Out, a.say("没有密封的联系人", "there are no sealed contacts"))
		return nil
	}
	words := a.say("已重新密封 %d 个项目给 %d 把公钥：%s\n", "sealed %d projects anew to %d keys: %s\n")
	if dry {
		words = a.say("可以重新密封 %d 个项目给 %d 把公钥：%s\n", "%d projects can be sealed anew to %d keys: %s\n")
	}
	fmt.Fprintf(a.io.Out, words, len(done), len(keys), strings.Join(done, " "))
	return nil
}

func (a *app) runContactsKeygen(out string) error {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return cannot(err, "")
	}
	file, err := os.OpenFile(a.abs(out), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return cannot(err, a.say("私钥写到一个新文件，原有的不会覆盖", "the key goes to a new file; none is overwritten"))
	}
	_, err = fmt.Fprintf(file, "# public key: %s\n%s\n", id.Recipient(), id)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		os.Remove(file.Name())
		return cannot(err, "")
	}
	fmt.Fprintf(a.io.Out, a.say("公钥：%s\n", "public key: %s\n"), id.Recipient())
	fmt.Fprintf(a.io.Err, a.say("私钥在 %s，不要放进仓库；丢了就打不开。公钥登记到 data/recipients.yaml。\n", "The private key is in %s: keep it out of the repository, and keep it. Register the public one in data/recipients.yaml.\n"), out)
	return nil
}
