package forge

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// MaxComment is how many bytes of a comment are sent. GitHub takes 65,536
	// characters, the others more.
	MaxComment = 60_000
	// maxPages bounds how many pages of a list are read; over it the answer is
	// not taken to be whole.
	maxPages = 100
	// perPage is what GitHub, GitLab and Gitee take at most; Gitea cuts it to
	// what it is configured for.
	perPage = 100
)

// fit cuts a comment to [MaxComment] at the end of a line, outside of fences.
func fit(body string) string {
	if len(body) <= MaxComment {
		return body
	}
	cut := body[:MaxComment]
	for !utf8.ValidString(cut) && len(cut) > MaxComment-utf8.UTFMax {
		cut = cut[:len(cut)-1]
	}
	if i := strings.LastIndexByte(cut, '\n'); i > 0 {
		cut = cut[:i]
	}
	if strings.Count("\n"+cut, "\n```")%2 == 1 {
		cut += "\n```"
	}
	return cut + "\n\n……（太长，以下略 · too long, cut here）\n"
}

// short cuts a status's description to n characters.
func short(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// all reads every page of a list, or fails: half a list of votes is worse than
// none. fetch gets page numbers from 1 and says whether more follow.
func all[T any](op string, fetch func(page int) (items []*T, more bool, err error)) ([]*T, error) {
	var list []*T
	for page := 1; ; page++ {
		items, more, err := fetch(page)
		if err != nil {
			return nil, understood(op, err)
		}
		if slices.Contains(items, nil) {
			return nil, wrong(op, "an item of the list is missing")
		}
		list = append(list, items...)
		if !more {
			return list, nil
		}
		if page == maxPages {
			return nil, &Error{Kind: TooMuch, Op: op, Message: fmt.Sprintf("more than %d pages", maxPages)}
		}
	}
}

// settled reads a list of what people may delete until two readings agree. What is
// deleted between two pages moves the rest up, and what stood at the edge of the
// next page is then on none: so somebody could hide the objection of another.
func settled[T any](op string, id func(*T) int64, read func() ([]*T, error)) ([]*T, error) {
	const (
		onePage  = 10 // items that fit the page of any forge
		readings = 4
	)
	var before []*T
	for n := range readings {
		list, err := read()
		if err != nil || n == 0 && len(list) <= onePage {
			return list, err
		}
		if n > 0 && slices.EqualFunc(before, list, func(a, b *T) bool { return id(a) == id(b) }) {
			return list, nil
		}
		before = list
	}
	return nil, &Error{Kind: Conflict, Op: op, Message: "it changed each time that it was read"}
}

// distinct keeps the first account of each ID; accounts without one are left out.
func distinct(accounts ...Account) []Account {
	seen := map[int64]bool{0: true}
	var list []Account
	for _, a := range accounts {
		if !seen[a.ID] {
			seen[a.ID] = true
			list = append(list, a)
		}
	}
	return list
}

// mine picks our own comment with marker: the oldest one that account wrote.
func mine(comments []Comment, account Account, marker string) (Comment, bool) {
	for _, c := range comments {
		same := c.By.ID == account.ID && account.ID != 0 || account.ID == 0 && strings.EqualFold(c.By.Login, account.Login)
		if same && strings.Contains(c.Body, marker) {
			return c, true
		}
	}
	return Comment{}, false
}

// checked refuses what cannot be a status before a forge is asked.
func (s Status) checked(sha string) error {
	switch s.State {
	case Pending, Success, Failure, Broken:
	default:
		return fmt.Errorf("unknown status state %q", s.State)
	}
	if s.Name == "" {
		return fmt.Errorf("a status needs a name")
	}
	if len(sha) != 40 && len(sha) != 64 || strings.Trim(sha, "0123456789abcdef") != "" {
		return fmt.Errorf("%q is no full commit hash", sha)
	}
	return nil
}
