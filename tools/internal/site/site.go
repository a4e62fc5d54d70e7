// Package site turns a projection folder into a web site: it finds the pinned
// Hugo, runs it, verifies every byte that came out, swaps the result in whole
// and serves it on this machine.
//
// Which function do I want?
//
//   - [Locator.Hugo] finds or compiles the Hugo that go.mod names.
//   - [Builder.Build] builds, verifies and replaces a site.
//   - [Listen] and [Server.Serve] show a built site to a browser.
//   - [Watch] tells when a source file changed.
//
// The package knows nothing of projects, rules or schemas: what may come out
// and what may not is handed to it as file names and byte strings. It never
// reads the registry itself; Hugo is started in an empty folder and sees the
// projection, layouts, assets and translations alone.
package site

import (
	"fmt"

	"taizhang/tools/internal/finding"
)

// Error is a failure that a person has to mend: what is wrong and what to do,
// in Chinese and English, and the cause where there is one.
type Error struct {
	finding.Text
	Err error
}

// Error gives both languages, the Chinese first, and the cause.
func (e *Error) Error() string {
	s := e.Zh + " (" + e.En + ")"
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func fail(err error, zh, en string, args ...any) *Error {
	return &Error{Text: text(zh, en, args...), Err: err}
}

// text formats both languages with the same arguments, so that the two cannot
// state different facts.
func text(zh, en string, args ...any) finding.Text {
	if len(args) == 0 {
		return finding.Text{Zh: zh, En: en}
	}
	return finding.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}
}
