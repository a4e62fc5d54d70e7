package publish

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/record"
)

const aboutURL = "/about/"

type guideLink struct {
	Zh   string `json:"zh"`
	En   string `json:"en,omitempty"`
	Text string `json:"text,omitempty"`
	URL  string `json:"url"`
}

type textView struct {
	En     string      `json:"en,omitempty"`
	Lead   string      `json:"lead,omitempty"`
	Crumbs []name      `json:"crumbs"`
	Body   string      `json:"body,omitempty"`
	Links  []guideLink `json:"links,omitempty"`
}

// guidePage is one help page.
type guidePage struct {
	link  guideLink
	order string
	body  string
}

var guideName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*\.md$`)

// guide writes the help pages and what the project says of itself. The start
// page lists the others, in the order of their front matter key order, then by
// file name.
func (s *pages) guide() error {
	var start, about *guidePage
	for _, file := range slices.Sorted(maps.Keys(s.b.meta.Guide)) {
		if !guideName.MatchString(file) {
			return fmt.Errorf("guide page %q: the name is not lower-case ASCII ending in .md", file)
		}
		g, err := parseGuide(file, s.b.meta.Guide[file])
		if err != nil {
			return err
		}
		switch file {
		case "index.md":
			start = g
		case "about.md":
			about = g
		default:
			s.guides = append(s.guides, *g)
		}
	}
	slices.SortStableFunc(s.guides, func(a, b guidePage) int { return cmp.Compare(a.order, b.order) })
	if start == nil {
		start = &guidePage{link: guideLink{Zh: "指南", En: "Guide", Text: "按您的身份选择。"}}
	}
	if about == nil {
		c := s.j.Registry.Config
		about = &guidePage{link: guideLink{Zh: "关于", En: "About"}, body: "本站由" + c.District.Zh + "政务信息化项目台账生成：一个项目一个文件夹，一份表单一个文件，规则与数据同样公开。\n\n" +
			"公开的内容按表单逐项列明，未列明的不公开；个人信息、内部意见不在本站。"}
	}
	var links []guideLink
	up := []name{{Zh: "指南", En: "Guide", URL: "/guide/"}}
	for _, g := range s.guides {
		links = append(links, g.link)
		if err := s.text(g.link.URL, &g, textView{Crumbs: up}); err != nil {
			return err
		}
	}
	if err := s.text("/guide/", start, textView{Crumbs: []name{}, Links: links}); err != nil {
		return err
	}
	return s.text(aboutURL, about, textView{Crumbs: []name{}})
}

func (s *pages) text(url string, g *guidePage, v textView) error {
	v.En, v.Lead, v.Body = g.link.En, g.link.Text, g.body
	return s.out.add(newPage("text", g.link.Zh, url, v))
}

// parseGuide reads a help page: Markdown with optional front matter (title with
// zh and en or one text, summary, order). Without a title there the first
// heading is it.
func parseGuide(file string, data []byte) (*guidePage, error) {
	g := &guidePage{link: guideLink{URL: "/guide/" + strings.TrimSuffix(file, ".md") + "/"}, order: "~", body: string(data)}
	if strings.HasPrefix(g.body, "---") {
		rec, fs := record.Parse(file, data)
		if rec == nil {
			return nil, fmt.Errorf("guide page %s:%d: %s", file, fs[0].Line, fs[0].Message.En)
		}
		str := func(keys ...string) string {
			n := rec.Root
			for _, k := range keys {
				n = n.Get(k)
			}
			if n == nil {
				return ""
			}
			return n.Text
		}
		g.link.Zh, g.link.En = cmp.Or(str("title", "zh"), str("title")), str("title", "en")
		g.link.Text = cmp.Or(str("summary", "zh"), str("summary"))
		if n, err := strconv.Atoi(str("order")); err == nil {
			g.order = fmt.Sprintf("%08d", n)
		}
		g.body = string(rec.Body)
	}
	g.body = strings.TrimSpace(g.body)
	if first, rest, _ := strings.Cut(g.body, "\n"); strings.HasPrefix(first, "# ") {
		g.link.Zh = cmp.Or(g.link.Zh, strings.TrimSpace(first[2:]))
		g.body = strings.TrimSpace(rest)
	}
	g.link.Zh = cmp.Or(g.link.Zh, strings.TrimSuffix(file, ".md"))
	return g, nil
}
