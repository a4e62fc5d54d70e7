package forge

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind of an [Error].
type Kind string

const (
	NotFound     Kind = "not found"    // or hidden from this token
	Unauthorized Kind = "unauthorized" // no token, a wrong one, or one without the right
	RateLimited  Kind = "rate limited" // until [Error.Until]
	Conflict     Kind = "conflict"     // somebody else changed it meanwhile
	Refused      Kind = "refused"      // the forge takes the request for wrong
	TooMuch      Kind = "too much"     // more was written there than is read
	Unavailable  Kind = "unavailable"  // not reached, broken, or an answer that is none
)

// Error is why a forge did not do as asked.
type Error struct {
	Kind    Kind
	Op      string    // GET https://… , without any secret
	Status  int       // of HTTP; 0 when there was no answer
	Message string    // what the forge said, made safe for a terminal
	Until   time.Time // for RateLimited: when to come back; may be zero
	err     error
	final   bool // asking again would not help
}

func (e *Error) Error() string {
	s := e.Op + ": " + string(e.Kind)
	if e.Status != 0 {
		s += fmt.Sprintf(" (%d)", e.Status)
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	if !e.Until.IsZero() {
		s += ", until " + e.Until.UTC().Format(time.RFC3339)
	}
	return s
}

func (e *Error) Unwrap() error { return e.err }

// KindOf returns the kind of a forge's error, "" when err is not one.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// wrong is the error of an answer that was received whole but says nothing that
// can be used.
func wrong(op, format string, args ...any) error {
	return &Error{Kind: Unavailable, Op: op, Message: fmt.Sprintf(format, args...)}
}

// understood returns the [*Error] in what a client says, or makes one: then it
// could not read the answer.
func understood(op string, err error) error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: Unavailable, Op: op, Message: "interrupted", err: err}
	}
	return wrong(op, "not understood: %v", err)
}
