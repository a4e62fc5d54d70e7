package chart

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"testing"
)

// element is one element of a picture.
type element struct {
	name string
	attr map[string]string
	text string
}

func parse(t *testing.T, svg string) []element {
	t.Helper()
	var out []element
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("not XML: %v in %s", err, svg)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			e := element{tok.Name.Local, map[string]string{}, ""}
			for _, a := range tok.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			out = append(out, e)
		case xml.CharData:
			out[len(out)-1].text += string(tok)
		}
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBarsAreAsLongAsTheirValuesAndFit(t *testing.T) {
	svg := Bars("a", Text{"标题", "Title"}, Text{"说明", "What it shows"}, []Series{{Text{"计划", "Plan"}}, {Text{"实际", "Actual"}}}, []Row{
		{Text{"2026", ""}, []Bar{{200, Text{"200.00", ""}}, {100, Text{"100.00", ""}}}},
		{Text{"2025", ""}, []Bar{{0, Text{"0.00", ""}}, {50, Text{"50.00", ""}}}},
	})
	var widths []float64
	for _, e := range parse(t, svg) {
		if e.name == "rect" && e.attr["x"] == "0" && e.attr["y"] != "2" {
			widths = append(widths, number(t, e.attr["width"]))
		}
		if e.name == "text" && e.attr["class"] == "value" && number(t, e.attr["x"])+float64(wide(e.text)) > width {
			t.Errorf("%q is drawn outside", e.text)
		}
	}
	if len(widths) != 4 || widths[0] < 200 || widths[1] < widths[0]/2-.1 || widths[1] > widths[0]/2+.1 || widths[2] != 0 {
		t.Errorf("bars of %v", widths)
	}
}

func TestSpansStandInOrderOnOneScale(t *testing.T) {
	var dots, ends []float64
	for _, e := range parse(t, Spans("b", Text{"标题", ""}, Text{"说明", ""}, []Span{{Text{"采购", ""}, 10, 20, 60, Text{"20 天", "20 days"}}, {Text{"实施", ""}, 100, 200, 400, Text{"200 天", "200 days"}}})) {
		switch {
		case e.name == "circle":
			dots = append(dots, number(t, e.attr["cx"]))
		case e.attr["class"] == "c1":
			ends = append(ends, number(t, e.attr["x"]), number(t, e.attr["x"])+number(t, e.attr["width"]))
		}
	}
	if len(dots) != 2 || !(ends[0] < dots[0] && dots[0] < ends[1] && ends[2] < dots[1] && dots[1] < ends[3] && dots[0] < dots[1]) || ends[3] > width {
		t.Errorf("dots %v, ends %v", dots, ends)
	}
}

func TestPicturesSayWhatTheyShowAndEscape(t *testing.T) {
	hostile := `</svg><script>alert("x")</script>&'`
	es := parse(t, Bars("c", Text{hostile, "Title"}, Text{"说明", hostile}, nil, []Row{{Text{hostile, hostile}, []Bar{{1, Text{hostile, ""}}}}}))
	if es[0].attr["role"] != "img" || es[0].attr["aria-labelledby"] != "c-t c-d" || es[1].text != hostile+" Title" || es[2].text != "说明 "+hostile {
		t.Errorf("%+v", es[:3])
	}
	for _, e := range es {
		if e.name == "script" {
			t.Error("a text became an element")
		}
	}
}

func TestAPictureOfNothingIsWellFormed(t *testing.T) {
	parse(t, Bars("d", Text{}, Text{}, nil, nil))
	parse(t, Spans("e", Text{}, Text{}, nil))
}

func TestTheTwoLanguagesStandAtOnePlace(t *testing.T) {
	svg := Bars("f", Text{}, Text{}, nil, []Row{{Text{"实施", "Construction"}, []Bar{{1, Text{"1", ""}}}}})
	at := map[string]string{}
	for _, e := range parse(t, svg) {
		if e.name == "text" {
			at[e.attr["class"]] = e.attr["x"] + "," + e.attr["y"]
		}
	}
	if at["label zh"] == "" || at["label zh"] != at["label en-x"] {
		t.Errorf("%v", at)
	}
}
