package forge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	callTimeout = 30 * time.Second // of one attempt, its body included
	attempts    = 4                // of a call that is safe to repeat
	firstPause  = time.Second      // before the second attempt, doubled each time
	longestWait = time.Minute      // that a forge may ask for; over it the caller is told
	maxAnswer   = 16 << 20         // bytes of one answer
	maxRequest  = 4 << 20          // bytes of one request
	maxRedirect = 5
	maxMessage  = 300 // runes of a forge's message that are shown
)

// transport is what all four forges are reached through, below their clients:
// it adds the token, for the API's own address alone; bounds each attempt in
// time and size; repeats what is safe to repeat; and turns every answer that is
// no success into an [*Error]. A RoundTripper should not do the last, but in
// this way one place judges for four clients that each judge differently.
type transport struct {
	api         *url.URL // of the forge
	header      string   // that carries the token
	prefix      string   // before the token in it
	token       string
	next        http.RoundTripper
	wait        func(context.Context, time.Duration) error
	now         func() time.Time
	callTimeout time.Duration
	nullable    string // end of the paths at which null is an empty list
}

// client returns an HTTP client for the API at api, which never follows a
// redirect away from it.
func (cfg Config) client(api, header, prefix string) (*http.Client, *url.URL, error) {
	u, err := url.Parse(api)
	if err != nil {
		return nil, nil, err
	}
	t := &transport{api: u, header: header, prefix: prefix, token: cfg.Token, wait: cfg.Wait, now: cfg.Now, callTimeout: callTimeout}
	if cfg.HTTP != nil {
		t.next = cfg.HTTP.Transport
	}
	if t.next == nil {
		t.next = http.DefaultTransport
	}
	return &http.Client{Transport: t, CheckRedirect: t.redirect}, u, nil
}

func (t *transport) own(u *url.URL) bool {
	return u.Scheme == t.api.Scheme && strings.EqualFold(u.Host, t.api.Host)
}

func (t *transport) redirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case !t.own(req.URL):
		return t.failure(first, Unavailable, 0, "redirected to another address, "+req.URL.Host+": not followed", nil)
	case first.Method != http.MethodGet:
		return t.failure(first, Unavailable, 0, "redirected: has the repository moved?", nil)
	case len(via) >= maxRedirect:
		return t.failure(first, Unavailable, 0, "redirected too often", nil)
	}
	return nil
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.own(req.URL) {
		return nil, t.failure(req, Unavailable, 0, "not an address of this forge", nil)
	}
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(io.LimitReader(req.Body, maxRequest+1))
		req.Body.Close()
		if err != nil {
			return nil, err
		}
		if len(body) > maxRequest {
			return nil, t.failure(req, Refused, 0, "more than may be sent at once", nil)
		}
	}
	pause := firstPause
	for n := 1; ; n++ {
		resp, err := t.attempt(req, body)
		var e *Error
		if err == nil || !errors.As(err, &e) || e.final || n == attempts || req.Context().Err() != nil {
			return resp, err
		}
		d := pause
		switch {
		case e.Kind == RateLimited: // was not carried out, so any call may be repeated
			if !e.Until.IsZero() {
				d = max(e.Until.Sub(t.now()), firstPause)
			}
			if d > longestWait {
				return nil, err
			}
		case e.Kind == Unavailable && repeatable(req.Method):
		default:
			return nil, err
		}
		if t.wait(req.Context(), d) != nil {
			return nil, err
		}
		pause *= 2
	}
}

// repeatable reports whether doing it twice does no more than doing it once.
func repeatable(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodPut || method == http.MethodPatch
}

// attempt makes one call and reads its whole answer, so that the time limit
// holds for the body too.
func (t *transport) attempt(orig *http.Request, body []byte) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(orig.Context(), t.callTimeout)
	defer cancel()
	req := orig.Clone(ctx)
	if orig.Body != nil {
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.ContentLength = int64(len(body))
	}
	// Whatever a client put there: the token goes here and nowhere else.
	for _, h := range []string{"Authorization", "Private-Token", "Job-Token", "Cookie"} {
		req.Header.Del(h)
	}
	if t.token != "" {
		req.Header.Set(t.header, t.prefix+t.token)
	}
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		if orig.Context().Err() != nil {
			return nil, t.failure(orig, Unavailable, 0, "interrupted", orig.Context().Err())
		}
		if ctx.Err() != nil {
			return nil, t.failure(orig, Unavailable, 0, fmt.Sprintf("no answer within %s", t.callTimeout), err)
		}
		return nil, t.failure(orig, Unavailable, 0, err.Error(), err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, t.failure(orig, Unavailable, resp.StatusCode, "the answer broke off", err)
	case len(answer) > maxAnswer:
		e := t.failure(orig, TooMuch, resp.StatusCode, fmt.Sprintf("the answer has more than %d bytes", maxAnswer), nil)
		e.final = true
		return nil, e
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	resp.Request = orig
	if resp.StatusCode >= 300 && resp.StatusCode < 400 && resp.Header.Get("Location") != "" {
		return resp, nil // for redirect to judge
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 || resp.StatusCode == http.StatusAccepted {
		return nil, t.answered(orig, resp, answer)
	}
	if t.nullable != "" && strings.HasSuffix(orig.URL.Path, t.nullable) && string(bytes.TrimSpace(answer)) == "null" {
		resp.Body = io.NopCloser(strings.NewReader("[]"))
		return resp, nil
	}
	if !meant(orig.Method, answer) {
		return nil, t.failure(orig, Unavailable, resp.StatusCode, "the answer is not one of the API: is this the address of the forge, or of a login page before it?", nil)
	}
	return resp, nil
}

// meant reports whether an answer is an object or a list, or nothing where
// nothing was asked for. Some clients take an empty answer for an empty list,
// and some cannot take null.
func meant(method string, answer []byte) bool {
	answer = bytes.TrimSpace(answer)
	if len(answer) == 0 {
		return method != http.MethodGet
	}
	return (answer[0] == '{' || answer[0] == '[') && json.Valid(answer)
}

// answered turns an answer that is no success into an error.
func (t *transport) answered(req *http.Request, resp *http.Response, body []byte) *Error {
	kind := Unavailable
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests,
		code == http.StatusForbidden && (resp.Header.Get("X-Ratelimit-Remaining") == "0" || resp.Header.Get("Retry-After") != ""):
		kind = RateLimited
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		kind = Unauthorized
	case code == http.StatusNotFound, code == http.StatusGone:
		kind = NotFound
	case code == http.StatusConflict, code == http.StatusPreconditionFailed:
		kind = Conflict
	case code >= 400 && code < 500 && code != http.StatusRequestTimeout:
		kind = Refused
	}
	e := t.failure(req, kind, resp.StatusCode, said(body), nil)
	if kind == RateLimited {
		e.Until = t.until(resp.Header)
	}
	return e
}

// until reads when a forge wants to be asked again; zero when it does not say.
func (t *transport) until(h http.Header) time.Time {
	if s := h.Get("Retry-After"); s != "" {
		if n, err := strconv.ParseUint(s, 10, 31); err == nil {
			return t.now().Add(time.Duration(n) * time.Second)
		}
		if at, err := http.ParseTime(s); err == nil {
			return at
		}
	}
	for _, name := range []string{"X-Ratelimit-Reset", "Ratelimit-Reset"} {
		if n, err := strconv.ParseUint(h.Get(name), 10, 33); err == nil {
			return time.Unix(int64(n), 0)
		}
	}
	return time.Time{}
}

// said finds the message in an error's body: all four forges answer with an
// object that names it message or error, as a text or as something deeper.
func said(body []byte) string {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return ""
	}
	for _, key := range []string{"message", "error", "error_description", "messages"} {
		switch v := m[key].(type) {
		case nil:
		case string:
			return v
		default:
			text, _ := json.Marshal(v)
			return string(text)
		}
	}
	return ""
}

// failure makes an error whose text holds neither the token nor anything that
// moves a terminal's cursor.
func (t *transport) failure(req *http.Request, kind Kind, status int, message string, err error) *Error {
	if t.token != "" {
		message = strings.ReplaceAll(message, t.token, "***")
	}
	message = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, message)
	if runes := []rune(message); len(runes) > maxMessage {
		message = string(runes[:maxMessage]) + "…"
	}
	// Of the cause only whether time ran out is kept: its text may repeat more.
	if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return &Error{Kind: kind, Op: req.Method + " " + t.api.Scheme + "://" + req.URL.Host + req.URL.EscapedPath(), Status: status, Message: message, err: err}
}
