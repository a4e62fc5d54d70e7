package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/statement"
)

const checkpointRefs = "refs/taizhang/checkpoints/"

// checkpoint says that a person saw main at a commit.
type checkpoint struct {
	Version  int    `json:"v"`
	Registry string `json:"registry"`
	Branch   string `json:"branch"`
	Commit   string `json:"commit"`
	Count    int    `json:"count"` // commits by first parents, the first is 1
	Person   string `json:"person"`
	On       string `json:"on"`
}

// checkedPoint is a checkpoint held against the history.
type checkedPoint struct {
	Source string       `json:"source"`
	Commit string       `json:"commit"`
	Count  int          `json:"count"`
	Person string       `json:"person"`
	On     string       `json:"on"`
	Why    finding.Text `json:"why,omitzero"` // what is wrong
}

func (a *app) checkpointCommand() *cobra.Command {
	var branch, key, out string
	c := &cobra.Command{
		Use:   "checkpoint",
		Short: "签名记下主干现在的样子 · sign what main is now",
		Long: `签一份检查点：主干此刻是哪个提交、第几个。交给外人保存；以后主干被改写，taizhang audit 一查便知。
Signs which commit main is at and the how manieth it is. Give it to outsiders: if main is ever rewritten, taizhang audit shows it.

  taizhang checkpoint --out seen-2026-11-22.json
  taizhang audit --checkpoint seen-2026-11-22.json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runCheckpoint(branch, key, out) },
	}
	f := c.Flags()
	f.StringVar(&branch, "branch", "main", "主干 · the branch")
	f.StringVar(&key, "key", "", "SSH 私钥文件，默认用 ssh-agent · private key file")
	f.StringVarP(&out, "out", "o", "", "写到文件，不写进仓库 · write a file instead of a reference")
	return c
}

func (a *app) runCheckpoint(branch, key, out string) error {
	repo, root, err := a.repository()
	if err != nil {
		return err
	}
	defer repo.Close()
	p, err := a.propose(repo, root, branch, branch)
	if err != nil {
		return err
	}
	commits, err := repo.FirstParents("", p.tip.Hash)
	if err != nil {
		return a.gitFailure(err)
	}
	now := time.Now().UTC().Truncate(time.Second)
	signer, person, done, err := a.signer(p, key, now)
	if err != nil {
		return err
	}
	defer done()
	doc := checkpoint{Version: 1, Registry: p.registry(), Branch: branch, Commit: p.tip.Hash, Count: len(commits), Person: person, On: now.Format(time.RFC3339)}
	signed, err := statement.SignDocument(doc, signer, statement.CheckpointNamespace)
	if err != nil {
		return cannot(err, "")
	}
	if out != "" {
		err = writeFile(a.abs(out), signed.Encode())
	} else {
		var hash string
		out = fmt.Sprintf("%s%d-%s", checkpointRefs, doc.Count, signed.Hash()[:12])
		if hash, err = a.git(p.dir, signed.Encode(), "hash-object", "-w", "--stdin"); err == nil {
			_, err = a.git(p.dir, nil, "update-ref", out, hash, "")
		}
	}
	if err != nil {
		return cannot(err, "")
	}
	fmt.Fprintf(a.io.Out, a.say("已签名：%s 是第 %d 个提交 %s，写到 %s\n", "signed: %s is commit number %d, %s; written to %s\n"), branch, doc.Count, doc.Commit[:12], out)
	return nil
}

// checkpoints holds the checkpoints of the repository and those of files against
// the branch as it is now.
func (a *app) checkpoints(repo *gitobj.Repo, prefix, branch string, files []string) ([]checkedPoint, error) {
	out := []checkedPoint{}
	refs, err := repo.Refs(checkpointRefs)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	if len(refs)+len(files) == 0 {
		return out, nil
	}
	commits, err := repo.FirstParents("", branch)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	take := func(source string, data []byte, err error) {
		p := checkedPoint{Source: source}
		if err == nil {
			err = a.heldAgainst(&p, repo, prefix, commits, data)
		}
		if err != nil {
			p.Why = finding.Text{Zh: "检查点不成立：" + err.Error(), En: "the checkpoint does not hold: " + err.Error()}
		}
		out = append(out, p)
	}
	for _, r := range refs {
		data, err := repo.Blob(r.Hash, statement.Limit)
		take(strings.TrimPrefix(r.Name, checkpointRefs), data, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(a.abs(f))
		if err != nil {
			return nil, cannot(err, "")
		}
		take(filepath.Base(f), data, nil)
	}
	return out, nil
}

func (a *app) heldAgainst(p *checkedPoint, repo *gitobj.Repo, prefix string, commits []gitobj.Commit, data []byte) error {
	signed, err := statement.Decode(data)
	if err != nil {
		return err
	}
	var doc checkpoint
	key, err := signed.OpenDocument(&doc, statement.CheckpointNamespace)
	if err != nil {
		return err
	}
	on, err := time.Parse(time.RFC3339, doc.On)
	if err != nil || doc.Version != 1 || len(doc.Commit) != 40 || doc.Count < 1 {
		return fmt.Errorf("malformed")
	}
	p.Commit, p.Count, p.Person, p.On = doc.Commit, doc.Count, doc.Person, doc.On
	if doc.Count > len(commits) || commits[len(commits)-doc.Count].Hash != doc.Commit {
		p.Why = finding.Text{Zh: fmt.Sprintf("主干的第 %d 个提交不再是 %s：签名之后历史被改写", doc.Count, doc.Commit[:12]), En: fmt.Sprintf("commit number %d of main is no longer %s: history was rewritten after it was signed", doc.Count, doc.Commit[:12])}
		return nil
	}
	tree, err := repo.Tree(doc.Commit)
	if err != nil {
		return err
	}
	j, err := check.NewJudge(newGitFiles(tree, prefix))
	if err != nil {
		return err
	}
	if owner, ok := j.Registry.People.ByKey(key, on.In(shanghai()).Format(time.DateOnly)); !ok || owner != doc.Person {
		return fmt.Errorf("the key is not that of %s", doc.Person)
	}
	return nil
}
