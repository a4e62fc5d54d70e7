package cli

import (
	"fmt"
	"runtime/debug"
	"strings"

	"taizhang/tools/internal/site"
)

// version is the module version the command was built as.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "devel"
	}
	return info.Main.Version
}

// versions tells what the command was built of, as the Go toolchain has recorded
// it, and which Hugo the registry at hand asks for.
func (a *app) versions() string {
	unknown := a.say("没有记录", "not recorded")
	built, from, hugo := unknown, "", unknown
	if info, ok := debug.ReadBuildInfo(); ok {
		set := map[string]string{}
		for _, s := range info.Settings {
			set[s.Key] = s.Value
		}
		from = info.GoVersion
		if v := info.Main.Version; v != "" && v != "(devel)" {
			built = v
		} else if set["vcs.revision"] != "" {
			built = set["vcs.revision"]
		}
		if day, _, ok := strings.Cut(set["vcs.time"], "T"); ok {
			built += a.say("，", ", ") + day
		}
		if set["vcs.modified"] == "true" {
			built += a.say("，另有没提交的改动", ", with changes that are not committed")
		}
	}
	if root, err := a.registryRoot(); err == nil {
		if v, err := site.PinnedVersion(root); err == nil {
			hugo = v
		}
	}
	return fmt.Sprintf("taizhang %s\nGo       %s\nHugo     %s\n", built, from, hugo)
}
