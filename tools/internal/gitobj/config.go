package gitobj

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	gitconfig "github.com/go-git/go-git/v5/plumbing/format/config"
)

// gitConfig is the configuration in force, weakest source first. Only keys of
// plain sections are looked up; include directives are not followed.
type gitConfig struct {
	shared  []*gitconfig.Config // system and user
	private []*gitconfig.Config // of the repository and of this worktree
}

func readConfig(gitDir, common string) (gitConfig, error) {
	var c gitConfig
	for _, path := range sharedConfigFiles() {
		// What a user's own file says is a comfort; a fault in it must not stop the work.
		if cfg, err := decodeConfig(path); err == nil {
			c.shared = append(c.shared, cfg)
		}
	}
	for _, path := range []string{filepath.Join(common, "config"), filepath.Join(gitDir, "config.worktree")} {
		cfg, err := decodeConfig(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return c, err
		}
		c.private = append(c.private, cfg)
	}
	return c, nil
}

func decodeConfig(path string) (*gitconfig.Config, error) {
	b, err := readPlain(path)
	if err != nil {
		return nil, err
	}
	cfg := gitconfig.New()
	if err := gitconfig.NewDecoder(bytes.NewReader(b)).Decode(cfg); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return cfg, nil
}

// sharedConfigFiles lists the system's and the user's files as git-config(1)
// does.
func sharedConfigFiles() []string {
	var files []string
	if no, _ := strconv.ParseBool(os.Getenv("GIT_CONFIG_NOSYSTEM")); !no {
		if path, ok := os.LookupEnv("GIT_CONFIG_SYSTEM"); ok {
			files = append(files, path)
		} else {
			files = append(files, "/etc/gitconfig")
		}
	}
	if path, ok := os.LookupEnv("GIT_CONFIG_GLOBAL"); ok {
		return append(files, path)
	}
	if dir := xdgGitDir(); dir != "" {
		files = append(files, filepath.Join(dir, "config"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		files = append(files, filepath.Join(home, ".gitconfig"))
	}
	return files
}

func xdgGitDir() string {
	if dir := os.Getenv("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "git")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".config", "git")
	}
	return ""
}

// get returns the strongest value of section.key, or "".
func (c gitConfig) get(section, key string) string {
	for _, list := range [][]*gitconfig.Config{c.private, c.shared} {
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].HasSection(section) && list[i].Section(section).HasOption(key) {
				return list[i].Section(section).Option(key)
			}
		}
	}
	return ""
}

// flag returns a boolean value of the section core, or def when it is not set.
func (c gitConfig) flag(key string, def bool) bool {
	switch strings.ToLower(c.get("core", key)) {
	case "true", "yes", "on", "1":
		return true
	case "false", "no", "off", "0":
		return false
	}
	return def
}

// excludesFile returns the path of the user's own ignore file, or "".
func (c gitConfig) excludesFile() string {
	path := c.get("core", "excludesfile")
	if path == "" {
		if dir := xdgGitDir(); dir != "" {
			return filepath.Join(dir, "ignore")
		}
		return ""
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}

// supported refuses formats that would be misread. An extension that is not
// known is refused, as gitrepository-layout(5) demands.
func (c gitConfig) supported() error {
	version := 0
	extensions := map[string]string{}
	for _, cfg := range c.private {
		if v := cfg.Section("core").Option("repositoryformatversion"); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil {
				return &UnsupportedError{What: "repository format version " + v}
			}
			version = n
		}
		for _, o := range cfg.Section("extensions").Options {
			extensions[strings.ToLower(o.Key)] = strings.ToLower(o.Value)
		}
	}
	if version > 1 {
		return &UnsupportedError{What: "repository format version " + strconv.Itoa(version)}
	}
	for key, value := range extensions {
		switch {
		case key == "objectformat" && value != "sha1":
			return &UnsupportedError{What: "object format " + value + " (SHA-1 repositories only)"}
		case key == "refstorage" && value != "files":
			return &UnsupportedError{What: "ref storage " + value, Mend: "git refs migrate --ref-format=files"}
		}
		switch key {
		case "noop", "objectformat", "refstorage", "worktreeconfig", "partialclone", "preciousobjects", "relativeworktrees":
		default:
			if version == 1 {
				return &UnsupportedError{What: "extension " + key}
			}
		}
	}
	return nil
}
