package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/synth"
)

// synthOptions are the flags of taizhang synth.
type synthOptions struct {
	projects int
	seed     uint64
}

func (a *app) synthCommand() *cobra.Command {
	o := &synthOptions{}
	c := &cobra.Command{
		Use:    "synth DIR",
		Hidden: true,
		Short:  "生成合成台账，用于测量 · make a synthetic registry for measuring",
		Long: `生成任意大小、没有问题的合成台账，表单和规则取自当前台账。同一个种子得到同样的文件。
Makes a synthetic registry of any size, free of findings, with the schemas and
rules of the registry at hand. The same seed gives the same files.

  taizhang synth --projects 10000 --seed 1 /tmp/big && taizhang check --root /tmp/big`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.runSynth(o, args[0]) },
	}
	c.Flags().IntVar(&o.projects, "projects", 100, "项目数 · number of projects")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "随机种子 · seed")
	return c
}

// runSynth writes aside and renames, so that an interrupted run leaves no
// folder that looks whole.
func (a *app) runSynth(o *synthOptions, to string) (err error) {
	if o.projects < 1 || o.projects > synth.MaxProjects {
		return fmt.Errorf("--projects %d: 1–%d", o.projects, synth.MaxProjects)
	}
	root, err := a.registryRoot()
	if err != nil {
		return err
	}
	dir := a.abs(to)
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s: %s", to, a.say("文件夹不是空的", "the folder is not empty"))
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannot(err, a.say("换一个文件夹", "choose another folder"))
	}
	mend := a.say("检查上级文件夹是否存在、可写", "check that the folder above exists and can be written")
	aside, err := os.MkdirTemp(filepath.Dir(dir), ".taizhang-synth-*")
	if err != nil {
		return cannot(err, mend)
	}
	defer os.RemoveAll(aside)
	folders := map[string]bool{}
	write := func(path string, data []byte) error {
		name := filepath.Join(aside, filepath.FromSlash(path))
		if d := filepath.Dir(name); !folders[d] {
			if err := os.MkdirAll(d, 0o755); err != nil {
				return err
			}
			folders[d] = true
		}
		return os.WriteFile(name, data, 0o644)
	}
	if err := os.CopyFS(filepath.Join(aside, "schemas"), os.DirFS(filepath.Join(root, "schemas"))); err != nil {
		return cannot(fmt.Errorf("copying schemas: %w", err), mend)
	}
	if err := synth.Generate(o.seed, o.projects, write); err != nil {
		return cannot(fmt.Errorf("writing %s: %w", to, err), mend)
	}
	if err := os.Chmod(aside, 0o755); err != nil {
		return cannot(err, mend)
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannot(err, mend)
	}
	if err := os.Rename(aside, dir); err != nil {
		return cannot(err, mend)
	}
	return nil
}
