package gitobj

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoRepo means that neither the directory nor any directory above it holds
// a Git repository.
var ErrNoRepo = errors.New("not a git repository, nor is any directory above it")

// ErrBare means that the repository has no working tree to read.
var ErrBare = errors.New("the repository is bare: it has no working tree")

// UnknownRevisionError means that a revision names no commit in this clone.
type UnknownRevisionError struct {
	Rev     string
	Reason  string // what is wrong with it; may be empty
	Shallow bool   // the clone's history is cut, so the commit may exist elsewhere
}

func (e *UnknownRevisionError) Error() string {
	s := fmt.Sprintf("unknown revision %q", e.Rev)
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	if e.Shallow {
		s += " (the history of this clone is cut: run 'git fetch --unshallow', or fetch that commit)"
	}
	return s
}

// ShallowError means that the question cannot be answered for certain because
// the history of this clone is cut. The mend is 'git fetch --unshallow'.
type ShallowError struct {
	What string // the question that stays open
}

func (e *ShallowError) Error() string {
	return e.What + ": not certain, as the history of this clone is cut: run 'git fetch --unshallow'"
}

// NoMergeBaseError means that two commits have no common ancestor.
type NoMergeBaseError struct{ Base, Head string }

func (e *NoMergeBaseError) Error() string {
	return fmt.Sprintf("%s and %s have no common ancestor: their histories are unrelated", e.Base, e.Head)
}

// LongBranchError means that a change has more commits than are looked at, or that
// they say more than is read. The mend is to squash them.
type LongBranchError struct{ Commits, Bytes int }

func (e *LongBranchError) Error() string {
	return fmt.Sprintf("the change has more than %d commits, or more than %d MiB of them", e.Commits, e.Bytes>>20)
}

// ManyMergeBasesError means that two commits have several best common
// ancestors (criss-cross merges), so what head changes is not defined. The
// mend is to merge base into head, or to rebase head.
type ManyMergeBasesError struct {
	Base, Head string
	Bases      []string // hashes, sorted
}

func (e *ManyMergeBasesError) Error() string {
	return fmt.Sprintf("%s and %s have %d merge bases (%s): merge %[1]s into %[2]s, or rebase",
		e.Base, e.Head, len(e.Bases), strings.Join(e.Bases, ", "))
}

// MissingObjectError means that an object that the clone refers to is not in
// it, as in a partial clone or a damaged one.
type MissingObjectError struct{ Hash string }

func (e *MissingObjectError) Error() string {
	return fmt.Sprintf("object %s is missing from this clone: fetch without --filter, or run 'git fsck'", e.Hash)
}

// CorruptObjectError means that an object does not hash to its name or cannot
// be parsed.
type CorruptObjectError struct{ Hash, Reason string }

func (e *CorruptObjectError) Error() string {
	return fmt.Sprintf("object %s is corrupt: %s: run 'git fsck'", e.Hash, e.Reason)
}

// TreeError means that a tree cannot be trusted to be a folder of files: a
// name that Git would refuse, a wrong order, too deep, too many entries.
type TreeError struct {
	Path   string // of the entry; of the folder when the whole folder is meant
	Reason string
}

func (e *TreeError) Error() string { return fmt.Sprintf("tree entry %q: %s", e.Path, e.Reason) }

// TooLargeError means that a file is larger than the caller wants to read.
type TooLargeError struct {
	Name        string // path or hash, as asked for
	Size, Limit int64  // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s: %d bytes, more than the limit of %d", e.Name, e.Size, e.Limit)
}

// NotFileError means that a path names something that has no content to read:
// a folder, a symbolic link, a submodule.
type NotFileError struct {
	Path string
	Mode uint32
}

func (e *NotFileError) Error() string {
	return fmt.Sprintf("%s: not a regular file (mode %06o)", e.Path, e.Mode)
}

// ChangedError means that a file of the working tree changed between the
// snapshot and the reading of it. The mend is to run again.
type ChangedError struct{ Path string }

func (e *ChangedError) Error() string {
	return e.Path + ": changed while it was being read: run again"
}

// UnsupportedError means that the repository uses a storage format that this
// package does not read.
type UnsupportedError struct {
	What string // the format
	Mend string // command that converts it; may be empty
}

func (e *UnsupportedError) Error() string {
	s := "unsupported repository: " + e.What
	if e.Mend != "" {
		s += ": run '" + e.Mend + "'"
	}
	return s
}
