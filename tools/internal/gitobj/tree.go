package gitobj

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Modes of an [Entry], as Git writes them.
const (
	ModeDir       uint32 = 0o040000
	ModeFile      uint32 = 0o100644
	ModeExec      uint32 = 0o100755
	ModeSymlink   uint32 = 0o120000
	ModeSubmodule uint32 = 0o160000
)

const (
	modeType    uint32 = 0o170000
	modeRegular uint32 = 0o100000

	maxDepth   = 32        // folders inside each other
	maxName    = 255       // bytes of a name, as file systems have it
	maxEntries = 2_000_000 // files and folders seen by one walk or comparison
)

// node is one entry of a folder. A zero id means that the content is not
// known, so nothing may be taken to be equal to it.
type node struct {
	name string
	mode uint32
	id   plumbing.Hash
}

func (n node) isDir() bool { return n.mode == ModeDir }

// same reports whether two nodes certainly have the same content.
func (n node) same(o node) bool { return n.mode == o.mode && n.id == o.id && !n.id.IsZero() }

// compareNodes is the order of entries in a tree: by bytes, folders as if
// their names ended in a slash. Walking in that order visits files sorted by
// path.
func compareNodes(a, b node) int {
	n := min(len(a.name), len(b.name))
	if c := strings.Compare(a.name[:n], b.name[:n]); c != 0 {
		return c
	}
	return cmp.Compare(a.keyByte(n), b.keyByte(n))
}

func (n node) keyByte(i int) int {
	switch {
	case i < len(n.name):
		return int(n.name[i])
	case i == len(n.name) && n.isDir():
		return '/'
	}
	return -1
}

// findNode looks up a name in a folder, first as a file, then as a folder.
func findNode(nodes []node, name string) (node, int, bool) {
	for _, mode := range []uint32{ModeFile, ModeDir} {
		if i, ok := slices.BinarySearchFunc(nodes, node{name: name, mode: mode}, compareNodes); ok {
			return nodes[i], i, true
		}
	}
	return node{}, 0, false
}

// decodeTree parses raw tree bytes and refuses what Git itself would not
// check out: an attacker makes such trees to show one thing to a reviewer and
// another to a tool. dir is for the error alone.
func decodeTree(dir string, raw []byte) ([]node, error) {
	text := string(raw) // names are slices of it
	nodes := make([]node, 0, len(text)/36)
	for text != "" {
		head, rest, ok := strings.Cut(text, "\x00")
		if !ok || len(rest) < len(plumbing.Hash{}) {
			return nil, &TreeError{dir, "truncated"}
		}
		octal, name, ok := strings.Cut(head, " ")
		n := node{name: name}
		name = name[:min(len(name), maxName+1)]
		if !ok || !parseMode(octal, &n.mode) {
			return nil, &TreeError{joinPath(dir, name), "unknown mode " + octal}
		}
		copy(n.id[:], rest)
		text = rest[len(n.id):]
		if reason := checkName(name); reason != "" {
			return nil, &TreeError{joinPath(dir, name), reason}
		}
		if len(nodes) > 0 {
			last := nodes[len(nodes)-1]
			switch c := compareNodes(last, n); {
			case c == 0:
				return nil, &TreeError{joinPath(dir, name), "listed twice"}
			case c > 0:
				return nil, &TreeError{joinPath(dir, name), "out of order"}
			}
			// A file and a folder of one name need not be neighbours: "a", "a.b", "a/".
			if n.isDir() && strings.HasPrefix(last.name, name) {
				if _, dup := slices.BinarySearchFunc(nodes, node{name: name}, compareNodes); dup {
					return nil, &TreeError{joinPath(dir, name), "listed twice, as a file and as a folder"}
				}
			}
		}
		nodes = append(nodes, n)
	}
	if a, b, ok := lookalikes(nodes); ok {
		return nil, &TreeError{joinPath(dir, a), fmt.Sprintf("some systems take its name and %q for the same", b)}
	}
	return nodes, nil
}

// lookalikes finds two names that differ in case or in Unicode normalisation
// alone: checked out on another system, one would hide the other.
func lookalikes(nodes []node) (a, b string, found bool) {
	plain := func(name string) bool {
		for i := range len(name) {
			if c := name[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
				return false
			}
		}
		return true
	}
	if !slices.ContainsFunc(nodes, func(n node) bool { return !plain(n.name) }) {
		return "", "", false
	}
	seen := make(map[string]string, len(nodes))
	for _, n := range nodes {
		key := norm.NFKC.String(cases.Fold().String(norm.NFKC.String(n.name)))
		if other, twice := seen[key]; twice {
			return n.name, other, true
		}
		seen[key] = n.name
	}
	return "", "", false
}

// parseMode reads the octal mode of a tree entry. Old regular modes such as
// 100664 are passed on as they are.
func parseMode(octal string, mode *uint32) bool {
	if len(octal) < 5 || len(octal) > 6 || octal[0] == '0' {
		return false
	}
	for _, c := range []byte(octal) {
		if c < '0' || c > '7' {
			return false
		}
		*mode = *mode<<3 | uint32(c-'0')
	}
	switch *mode {
	case ModeDir, ModeSymlink, ModeSubmodule:
		return true
	}
	return *mode&modeType == modeRegular
}

// checkName says what is wrong with the name of a tree entry, or "".
func checkName(name string) string {
	switch {
	case name == "":
		return "empty name"
	case name == "." || name == "..":
		return "name leads out of its folder"
	case len(name) > maxName:
		return fmt.Sprintf("name of more than %d bytes", maxName)
	case strings.Contains(name, "/"):
		return "name contains a slash"
	case isDotGit(name):
		return "name is read as .git on some system"
	case strings.ContainsFunc(name, hidden):
		return "name holds a character that cannot be seen"
	case !utf8.ValidString(name):
		return "name is not UTF-8"
	}
	return ""
}

// hidden reports whether a character is not shown, or shown out of its place.
func hidden(c rune) bool {
	return unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) || c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0
}

// isDotGit reports whether some file system takes name for .git: case and
// invisible characters are ignored on HFS+, trailing dots, spaces and streams
// on NTFS, where it also has the short name git~1.
func isDotGit(name string) bool {
	if len(name) < 4 || len(name) > 64 {
		return false
	}
	visible := strings.Map(func(c rune) rune {
		switch {
		case c >= 0x200c && c <= 0x200f, c >= 0x202a && c <= 0x202e, c >= 0x206a && c <= 0x206f, c == 0xfeff:
			return -1
		}
		return c
	}, name)
	if strings.EqualFold(visible, ".git") {
		return true
	}
	name, _, _ = strings.Cut(name, ":")
	name, _, _ = strings.Cut(name, `\`)
	name = strings.TrimRight(name, ". ")
	return strings.EqualFold(name, ".git") || strings.EqualFold(name, "git~1")
}

// encodeTree is the inverse of decodeTree.
func encodeTree(nodes []node) []byte {
	var b bytes.Buffer
	for _, n := range nodes {
		for shift := 15; shift >= 0; shift -= 3 {
			if d := n.mode >> shift & 7; d != 0 || shift < 15 {
				b.WriteByte('0' + byte(d))
			}
		}
		b.WriteByte(' ')
		b.WriteString(n.name)
		b.WriteByte(0)
		b.Write(n.id[:])
	}
	return b.Bytes()
}

func joinPath(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// maxCachedNodes bounds the decoded folders that a repository keeps.
const maxCachedNodes = 400_000

// treeCache keeps decoded folders, which are shared by all snapshots.
type treeCache struct {
	mu    sync.Mutex
	trees map[plumbing.Hash][]node
	size  int
}

func (c *treeCache) get(id plumbing.Hash) ([]node, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	nodes, ok := c.trees[id]
	return nodes, ok
}

func (c *treeCache) put(id plumbing.Hash, nodes []node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trees == nil || c.size+len(nodes)+1 > maxCachedNodes {
		c.trees, c.size = map[plumbing.Hash][]node{}, 0
	}
	if _, ok := c.trees[id]; !ok {
		c.trees[id] = nodes
		c.size += len(nodes) + 1
	}
}

// tree returns the entries of the folder at path, whose tree object is id. The
// slice is shared: it must not be changed.
func (r *Repo) tree(path string, id plumbing.Hash) ([]node, error) {
	if nodes, ok := r.trees.get(id); ok {
		return nodes, nil
	}
	_, raw, err := r.object(plumbing.TreeObject, id, maxTree)
	if err != nil {
		return nil, err
	}
	nodes, err := decodeTree(path, raw)
	if err != nil {
		return nil, err
	}
	r.trees.put(id, nodes)
	return nodes, nil
}
