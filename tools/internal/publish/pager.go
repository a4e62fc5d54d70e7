package publish

import "fmt"

// pager is where a page stands in a list that is split.
type pager struct {
	Page  int    `json:"page"`
	Pages int    `json:"pages"`
	Prev  string `json:"prev,omitempty"`
	Next  string `json:"next,omitempty"`
	Total string `json:"total"`
}

// paged calls write for each part of items, of at most perPage, with the
// address of its page. An empty list has one page.
func paged[T any](url string, items []T, write func(at string, part []T, p pager) error) error {
	return pagedBy(perPage, url, items, write)
}

// pagedBy is paged with another number of items on a page.
func pagedBy[T any](perPage int, url string, items []T, write func(at string, part []T, p pager) error) error {
	n := max(1, (len(items)+perPage-1)/perPage)
	at := func(i int) string {
		switch {
		case i < 1 || i > n:
			return ""
		case i == 1:
			return url
		}
		return fmt.Sprintf("%spage/%d/", url, i)
	}
	for i := 1; i <= n; i++ {
		part := items[min((i-1)*perPage, len(items)):min(i*perPage, len(items))]
		if err := write(at(i), part, pager{i, n, at(i - 1), at(i + 1), count(len(items))}); err != nil {
			return err
		}
	}
	return nil
}
