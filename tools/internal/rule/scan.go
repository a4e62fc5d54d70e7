package rule

import (
	"html"
	"strings"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
)

// scanner looks for personal data and secret marks in one file: in its lines as
// written, in the same lines without markup, and in the texts of its front
// matter as read, where escapes and line breaks no longer hide anything.
type scanner struct {
	file             string
	where            finding.Text // words for the place; none: the line itself
	personal, secret []any
	hit              map[int]bool // lines that have a hit
}

func scan(file string, raw []byte, root *record.Node) *scanner {
	s := &scanner{file: file, personal: []any{}, secret: []any{}, hit: map[int]bool{}}
	name := strings.NewReplacer("-", " ", "/", " ", ".", " ").Replace(file)
	if len(value.PersonalData(name)) > 0 {
		s.personal = append(s.personal, s.item(1, value.PersonalData(name)[0], 1, 1))
	}
	line := 0
	for text := range strings.Lines(string(raw)) {
		line++
		text = strings.TrimRight(text, "\r\n")
		if s.line(line, text) || !strings.ContainsAny(text, "*_`~\\&<") {
			continue
		}
		bare := html.UnescapeString(markup.Replace(text))
		s.whole(line, bare, utf8.RuneCountInString(text))
	}
	if root != nil {
		s.node(root)
	}
	return s
}

// within looks through a text that stands somewhere inside the file.
func within(file string, where finding.Text, text string) *scanner {
	where.Zh += "里有一处"
	s := &scanner{file: file, where: where, personal: []any{}, secret: []any{}, hit: map[int]bool{}}
	kinds := map[finding.Text]bool{}
	for line := range strings.Lines(text) {
		for i, hits := range [][]value.Hit{value.PersonalData(line), value.SecretMarks(line)} {
			for _, h := range hits {
				if kinds[h.Kind] {
					continue
				}
				kinds[h.Kind] = true
				if item := s.item(1, h, 1, 1); i == 0 {
					s.personal = append(s.personal, item)
				} else {
					s.secret = append(s.secret, item)
				}
			}
		}
	}
	return s
}

// markup are the marks that may stand inside a number or a word and vanish when
// the text is shown.
var markup = strings.NewReplacer("*", "", "_", "", "`", "", "~", "", "\\", "", "<b>", "", "</b>", "")

// line notes the hits of a line, each at its place.
func (s *scanner) line(n int, text string) bool {
	personal, secret := value.PersonalData(text), value.SecretMarks(text)
	for _, h := range personal {
		s.personal = append(s.personal, s.item(n, h, h.Col, h.EndCol))
	}
	for _, h := range secret {
		s.secret = append(s.secret, s.item(n, h, h.Col, h.EndCol))
	}
	if len(personal)+len(secret) == 0 {
		return false
	}
	s.hit[n] = true
	return true
}

// whole notes the hits of a changed text at the whole line that it stands on.
func (s *scanner) whole(n int, text string, width int) {
	for _, h := range value.PersonalData(text) {
		s.personal, s.hit[n] = append(s.personal, s.item(n, h, 1, width+1)), true
	}
	for _, h := range value.SecretMarks(text) {
		s.secret, s.hit[n] = append(s.secret, s.item(n, h, 1, width+1)), true
	}
}

// node looks into the texts below n; lines that have a hit already are left.
func (s *scanner) node(n *record.Node) {
	switch n.Kind {
	case record.Map:
		for i := range n.Keys {
			s.node(n.Keys[i].Value)
		}
	case record.List:
		for _, it := range n.Items {
			s.node(it)
		}
	case record.String:
		lines := strings.Count(n.Text, "\n") + 1
		for l := int(n.Line); l <= int(n.Line)+lines; l++ {
			if s.hit[l] {
				return
			}
		}
		for _, h := range value.PersonalData(n.Text) {
			s.personal = append(s.personal, s.item(int(n.Line), h, int(n.Col), int(n.EndCol)))
		}
		for _, h := range value.SecretMarks(n.Text) {
			s.secret = append(s.secret, s.item(int(n.Line), h, int(n.Col), int(n.EndCol)))
		}
	}
}

func (s *scanner) item(line int, h value.Hit, col, end int) map[string]any {
	where := s.where
	if where == (finding.Text{}) {
		where = finding.Text{Zh: "这里", En: "this line"}
	}
	return registry.Placed(map[string]any{"kind": h.Kind.Zh, "kindEn": h.Kind.En, "where": where.Zh, "whereEn": where.En}, s.file,
		&record.Node{Kind: record.String, Line: int32(line), Col: int32(col), EndCol: int32(end)})
}
