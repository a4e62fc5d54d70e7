package opendata

import (
	"encoding/xml"
	"fmt"
	"io"
)

// maxSitemap is how many addresses a site map may hold (sitemaps.org).
const maxSitemap = 50_000

// Page is one page of a site, for search engines.
type Page struct {
	Path    string // from the root of the site
	Updated string // date of what it shows, YYYY-MM-DD; "" when it has none
}

// WriteSitemap writes robots.txt and, where the site knows its address, the map
// of its pages: one file, or several and an index of them. The standard wants
// absolute addresses, so a site without one has no map.
func WriteSitemap(to Sink, site *Site, pages []Page) error {
	return writeSitemap(to, site, pages, maxSitemap)
}

func writeSitemap(to Sink, site *Site, pages []Page, most int) error {
	robots := "# 欢迎收录。整套数据可以一次下载，不必逐页抓取：见 /data/\n# You are welcome. The data can be had in bulk: see /data/\nUser-agent: *\nAllow: /\n"
	if site.BaseURL != "" {
		robots += "Sitemap: " + site.Address("/sitemap.xml") + "\n"
	}
	if err := putBytes(to, "robots.txt", []byte(robots), nil); err != nil || site.BaseURL == "" {
		return err
	}
	if len(pages) <= most {
		return putSitemap(to, "sitemap.xml", site, "urlset", "url", pages)
	}
	var parts []Page
	for n := 1; len(pages) > 0; n++ {
		part := pages[:min(most, len(pages))]
		pages = pages[len(part):]
		name := fmt.Sprintf("sitemap-%d.xml", n)
		if err := putSitemap(to, name, site, "urlset", "url", part); err != nil {
			return err
		}
		latest := ""
		for _, p := range part {
			latest = max(latest, p.Updated)
		}
		parts = append(parts, Page{"/" + name, latest})
	}
	return putSitemap(to, "sitemap.xml", site, "sitemapindex", "sitemap", parts)
}

func putSitemap(to Sink, name string, site *Site, root, item string, pages []Page) error {
	return put(to, name, func(w io.Writer) error {
		io.WriteString(w, xml.Header+"<"+root+" xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n")
		for _, p := range pages {
			io.WriteString(w, "<"+item+"><loc>")
			if err := xml.EscapeText(w, []byte(site.Address(p.Path))); err != nil {
				return err
			}
			io.WriteString(w, "</loc>")
			if p.Updated != "" {
				io.WriteString(w, "<lastmod>"+p.Updated+"</lastmod>")
			}
			io.WriteString(w, "</"+item+">\n")
		}
		_, err := io.WriteString(w, "</"+root+">\n")
		return err
	})
}
