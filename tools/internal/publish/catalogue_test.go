package publish

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registrytest"
)

func TestAPIDescriptionNamesEveryFile(t *testing.T) {
	b := project(t, registrytest.Sample(t), Meta{}, 2)
	var api struct {
		OpenAPI string
		Paths   map[string]struct {
			Get struct {
				Responses map[string]struct {
					Content map[string]struct{ Schema map[string]any }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(b.file(t, "data/v1/openapi.json")), &api); err != nil {
		t.Fatal(err)
	}
	var patterns []*regexp.Regexp
	for p, item := range api.Paths {
		re := regexp.MustCompile("^" + regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(p), "[^/]+") + "$")
		patterns = append(patterns, re)
		if !slices.ContainsFunc(b.manifest.Expected, func(name string) bool { return re.MatchString("/" + name) }) {
			t.Errorf("%s is described and not written", p)
		}
		for _, content := range item.Get.Responses["200"].Content {
			if ref, ok := content.Schema["$ref"].(string); ok {
				b.file(t, path.Join("data/v1", ref))
			}
		}
	}
	for _, name := range b.manifest.Expected {
		described := strings.HasPrefix(name, "data/v1/schema/") || name == "data/v1/openapi.json"
		if (strings.HasPrefix(name, "data/v1/") || strings.HasPrefix(name, "feeds/")) && !described &&
			!slices.ContainsFunc(patterns, func(re *regexp.Regexp) bool { return re.MatchString("/" + name) }) {
			t.Errorf("%s is written and not described", name)
		}
	}
}

func TestCatalogueNamesFilesWithTheirChecksums(t *testing.T) {
	b := project(t, registrytest.Sample(t), Meta{Date: "2026-11-22", BaseURL: "https://example.org/"}, 2)
	var c struct {
		Datasets []struct {
			ID            string `json:"dct:identifier"`
			Distributions []struct {
				URL struct {
					ID string `json:"@id"`
				} `json:"dcat:downloadURL"`
				Size struct {
					Value string `json:"@value"`
				} `json:"dcat:byteSize"`
				Checksum struct {
					Value string `json:"spdx:checksumValue"`
				} `json:"spdx:checksum"`
			} `json:"dcat:distribution"`
		} `json:"dcat:dataset"`
	}
	if err := json.Unmarshal([]byte(b.file(t, "data/v1/catalog.jsonld")), &c); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, set := range c.Datasets {
		for _, d := range set.Distributions {
			n++
			data := b.file(t, strings.TrimPrefix(d.URL.ID, "https://example.org/"))
			if d.Size.Value != fmt.Sprint(len(data)) || d.Checksum.Value != digest(data) {
				t.Errorf("%s: size %s, checksum %s", d.URL.ID, d.Size.Value, d.Checksum.Value)
			}
		}
	}
	if n != 2*len(opendata.TableNames())+4 {
		t.Errorf("%d distributions", n)
	}
}

func TestFeedsAndSiteMapAreWellFormed(t *testing.T) {
	b := project(t, registrytest.Sample(t), Meta{BaseURL: "https://example.org/"}, 2)
	feeds := 0
	for name, data := range b.files {
		if ext := path.Ext(name); ext != ".atom" && ext != ".xml" {
			continue
		}
		feeds++
		dec := xml.NewDecoder(strings.NewReader(data))
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	if feeds < 20 {
		t.Errorf("only %d files", feeds)
	}
	sitemap := b.file(t, "sitemap.xml")
	for _, url := range []string{"/", "/projects/2026/cgj/01/", "/data/contracts/"} {
		if !strings.Contains(sitemap, "<loc>https://example.org"+url+"</loc>") {
			t.Errorf("%s is not in the site map", url)
		}
	}
	if strings.Contains(sitemap, "404") {
		t.Error("the page of errors is in the site map")
	}
	for _, name := range []string{"feeds/all.atom", "feeds/class/key.atom", "feeds/stage/build.json", "feeds/unit/cgj.atom", "feeds/project/" + keyProject + ".json"} {
		b.file(t, name)
	}
}
