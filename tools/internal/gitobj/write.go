package gitobj

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// WriteBlob stores content and returns its hash. An object that no reference
// leads to does no harm and is swept away by Git in time.
func (r *Repo) WriteBlob(data []byte) (string, error) {
	h, err := r.store(plumbing.BlobObject, data)
	return h.String(), err
}

// WriteTree stores the files of a commit with some of them replaced: edits maps
// paths to entries with a mode and a hash, nil removes a file. Folders without
// edits are taken over as they are. It returns the hash of the root folder.
func (r *Repo) WriteTree(base *Tree, edits map[string]*Entry) (string, error) {
	h, err := r.writeFolder(base, base.id, "", edits)
	if err != nil {
		return "", fmt.Errorf("write tree: %w", err)
	}
	if h.IsZero() { // not even a file is left
		h, err = r.store(plumbing.TreeObject, nil)
	}
	return h.String(), err
}

// writeFolder writes the folder at path and returns the zero hash for an empty
// one.
func (r *Repo) writeFolder(base *Tree, id plumbing.Hash, path string, edits map[string]*Entry) (plumbing.Hash, error) {
	var nodes []node
	if !id.IsZero() {
		list, err := base.list(path, id)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		nodes = slices.Clone(list)
	}
	below := map[string]map[string]*Entry{} // edits by the name of their folder here
	for p, e := range edits {
		name, rest, deep := strings.Cut(p, "/")
		i := slices.IndexFunc(nodes, func(n node) bool { return n.name == name })
		if deep {
			if i >= 0 && !nodes[i].isDir() {
				return plumbing.ZeroHash, &TreeError{Path: path + name, Reason: "a file stands where a folder is needed"}
			}
			if below[name] == nil {
				below[name] = map[string]*Entry{}
			}
			below[name][rest] = e
			continue
		}
		if i >= 0 {
			if nodes[i].isDir() {
				return plumbing.ZeroHash, &TreeError{Path: path + name, Reason: "a folder stands where a file is needed"}
			}
			nodes = slices.Delete(nodes, i, i+1)
		}
		if e != nil {
			h, ok := parseHash(e.Hash)
			if !ok {
				return plumbing.ZeroHash, &TreeError{Path: path + name, Reason: "its hash is malformed"}
			}
			nodes = append(nodes, node{name: name, mode: e.Mode, id: h})
		}
	}
	for name, sub := range below {
		i := slices.IndexFunc(nodes, func(n node) bool { return n.name == name })
		child := plumbing.ZeroHash
		if i >= 0 {
			child = nodes[i].id
			nodes = slices.Delete(nodes, i, i+1)
		}
		where := name
		if path != "" {
			where = path + "/" + name
		}
		h, err := r.writeFolder(base, child, where, sub)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		if !h.IsZero() {
			nodes = append(nodes, node{name: name, mode: ModeDir, id: h})
		}
	}
	if len(nodes) == 0 {
		return plumbing.ZeroHash, nil
	}
	slices.SortFunc(nodes, compareNodes)
	return r.store(plumbing.TreeObject, encodeTree(nodes))
}

// WriteCommit stores a commit and returns its hash. who is "Name <address>".
func (r *Repo) WriteCommit(tree string, parents []string, who string, when time.Time, message string) (string, error) {
	if strings.ContainsAny(who, "\n\x00") || strings.ContainsRune(message, 0) {
		return "", fmt.Errorf("write commit: the author or the message holds a control character")
	}
	var buf bytes.Buffer
	fmt.Fprintf(&buf, "tree %s\n", tree)
	for _, p := range parents {
		fmt.Fprintf(&buf, "parent %s\n", p)
	}
	stamp := strconv.FormatInt(when.Unix(), 10) + " " + when.Format("-0700")
	fmt.Fprintf(&buf, "author %s %s\ncommitter %s %s\n\n%s", who, stamp, who, stamp, message)
	h, err := r.store(plumbing.CommitObject, buf.Bytes())
	return h.String(), err
}

func (r *Repo) store(typ plumbing.ObjectType, data []byte) (plumbing.Hash, error) {
	o := &plumbing.MemoryObject{}
	o.SetType(typ)
	if _, err := o.Write(data); err != nil {
		return plumbing.ZeroHash, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	h, err := r.storage.SetEncodedObject(o)
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("store %s: %w", typ, err)
	}
	return h, nil
}
