package value

import (
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"github.com/mattn/go-runewidth"
)

// Nearest returns the candidate that word was probably meant to be, or "" when
// none is near enough to say so. Between equals the first wins.
func Nearest(word string, candidates []string) string {
	length := utf8.RuneCountInString(word)
	limit := min((length+1)/3, 3)
	if length < len(word) {
		// One Chinese character carries a word's worth of letters.
		limit = min(length/2, 2)
	}
	best, bestDistance := "", limit+1
	folded := strings.ToLower(word)
	for _, candidate := range candidates {
		n := utf8.RuneCountInString(candidate)
		if n-length > limit || length-n > limit {
			continue
		}
		if d := levenshtein.ComputeDistance(folded, strings.ToLower(candidate)); d < bestDistance && d < n {
			best, bestDistance = candidate, d
		}
	}
	if best != "" || length < 2 {
		return best
	}
	return onlyContaining(word, candidates)
}

// onlyContaining returns the single candidate that contains word or is part of
// it: 卫健委 for 区卫健委规划科.
func onlyContaining(word string, candidates []string) string {
	found := ""
	for _, c := range candidates {
		if utf8.RuneCountInString(c) < 2 || !strings.Contains(c, word) && !strings.Contains(word, c) {
			continue
		}
		if found != "" && found != c {
			return ""
		}
		found = c
	}
	return found
}

// Width returns the number of terminal cells that s takes, the same on every
// machine: the locale does not count, characters of ambiguous width take one.
func Width(s string) int {
	condition := runewidth.Condition{StrictEmojiNeutral: true}
	return condition.StringWidth(s)
}
