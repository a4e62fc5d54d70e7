package schema

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/value"
)

// formats are the format assertions of our schemas. The safe subset of YAML has
// already refused everything that the library cannot bear (NaN, exponents).
func formats() map[string]func(any) bool {
	text := func(ok func(string) bool) func(any) bool {
		return func(v any) bool { s, is := v.(string); return !is || ok(s) }
	}
	return map[string]func(any) bool{
		"date": text(value.ValidDate),
		"amount": func(v any) bool {
			_, err := value.ParseAmount(fmt.Sprint(v))
			_, isText := v.(string)
			return isText || err == nil
		},
		"doc-no":     text(value.IsDocNo),
		"uscc":       text(value.USCCForm),
		"unit-code":  text(value.IsUnitCode),
		"project-id": text(func(s string) bool { _, ok := value.ParseProjectID(s); return ok }),
		"landline":   text(value.IsLandline),
		"https-url":  text(value.IsHTTPSURL),
		"sha256":     text(value.IsSHA256),
		"file-path":  text(value.IsFilePath),
	}
}

// Validate judges the front matter root of one document in file. Findings carry
// rule id, place and words; their severity and clause are the catalogue's.
func (f *Form) Validate(file string, root *record.Node) []finding.Finding {
	var out []finding.Finding
	if err := f.judge(root); err != nil {
		var ve *jsonschema.ValidationError
		if !errors.As(err, &ve) {
			return []finding.Finding{{Rule: "S-009", Place: root.Place(file), Message: finding.Text{Zh: "无法用表单模式检查：" + err.Error(), En: "cannot be checked: " + err.Error()}}}
		}
		// The library reports each unknown key by itself; they are told together,
		// once for the object that holds them.
		told := map[string]bool{}
		leaves(ve, func(e *jsonschema.ValidationError) {
			loc, extra := unknownAt(e)
			if extra && told[loc] || len(out) >= maxFindings {
				return
			}
			told[loc] = told[loc] || extra
			out = append(out, f.translate(file, root, e)...)
		})
	}
	out = append(out, f.checksums(file, f.Root, root)...)
	finding.Sort(out)
	return slices.CompactFunc(out, func(a, b finding.Finding) bool {
		return a.Rule == b.Rule && a.Place == b.Place && a.Message == b.Message
	})
}

// judge asks the library only about what is not surely right.
func (f *Form) judge(root *record.Node) error {
	if f.shape().accepts(root) {
		return nil
	}
	compiled, err := f.compile()
	if err != nil {
		return err
	}
	return compiled.Validate(root.Plain())
}

func leaves(e *jsonschema.ValidationError, fn func(*jsonschema.ValidationError)) {
	if len(e.Causes) == 0 {
		fn(e)
	}
	for _, c := range e.Causes {
		leaves(c, fn)
	}
}

func segments(ptr string) []string {
	if ptr == "" || ptr == "/" {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(ptr, "/"), "/")
	for i, p := range parts {
		if u, err := url.PathUnescape(p); err == nil {
			p = u
		}
		parts[i] = unescape.Replace(p)
	}
	return parts
}

// unescape undoes the escapes of a JSON pointer (RFC 6901).
var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// fieldAt returns the pointer of an instance location of the library, which
// escapes it for a URL, or of a key in it.
func fieldAt(loc string, key ...string) string {
	return record.Pointer(append(segments(loc), key...)...)
}

// walk follows an instance location to its node and field. key is the key node
// under which the value stands, nil in lists and at the root.
func (f *Form) walk(root *record.Node, loc string) (n *record.Node, fl *Field, key *record.Key) {
	n, fl = root, f.Root
	for _, s := range segments(loc) {
		if n == nil {
			return n, fl, key
		}
		if n.Kind == record.List {
			i, err := strconv.Atoi(s)
			if err != nil || i >= len(n.Items) {
				return n, fl, key
			}
			n, key = n.Items[i], nil
			if fl != nil {
				fl = fl.Item
			}
			continue
		}
		key = n.Key(s)
		if key == nil {
			return n, fl, nil
		}
		n = key.Value
		fl = fl.Child(s)
	}
	return n, fl, key
}

func (f *Form) translate(file string, root *record.Node, e *jsonschema.ValidationError) []finding.Finding {
	loc, extra := unknownAt(e)
	n, fl, key := f.walk(root, loc)
	kw := e.KeywordLocation[strings.LastIndex(e.KeywordLocation, "/")+1:]
	place := n.Place(file)
	if (n.Kind == record.Map || n.Kind == record.List || n.Kind == record.Null) && key != nil {
		place = key.Place(file)
	} else if n == root {
		place = finding.Place{File: file, Line: 1, Col: 1, EndCol: 4}
	}
	switch kw {
	case "required":
		return f.missing(e, n, fl, place, loc, "")
	}
	if extra {
		return unknown(file, n, fl, loc)
	}
	if _, dep, ok := strings.Cut(e.KeywordLocation, "/dependentRequired/"); ok {
		e.AbsoluteKeywordLocation = strings.TrimSuffix(e.AbsoluteKeywordLocation, "/"+dep)
		return f.missing(e, n, fl, place, loc, strings.Split(dep, "/")[0])
	}
	label := name(fl)
	if n.Kind == record.Null {
		out := finding.Finding{Rule: f.ruleForMissing(fl, "S-001"), Place: place, Field: fieldAt(loc), Help: helpOf(fl),
			Message: finding.Text{Zh: fmt.Sprintf("“%s”没有填写", label.Zh), En: fmt.Sprintf("“%s” is empty", label.En)}}
		return []finding.Finding{out}
	}
	id, msg, help, suggest := explain(kw, f.arg(e), n, fl, label)
	rule := id
	switch kw { // a list or choice left unfilled is the fault that a rule around it means
	case "enum", "const", "minItems", "minLength", "minimum", "exclusiveMinimum":
		rule = ruleOf(fl, id)
	default:
		if fl != nil && fl.Rule != "" {
			rule = fl.Rule
		}
	}
	if suggest != "" && kw == "format" && fl != nil && fl.Format == "doc-no" {
		rule = "R-001" // another spelling of a right number: only a warning
	}
	out := finding.Finding{Rule: rule, Place: place, Field: fieldAt(loc), Message: msg, Help: help, Suggest: suggest}
	if !public(fl) {
		out.Sensitive, out.Suggest = true, ""
	}
	return []finding.Finding{out}
}

// arg returns the value of the failing keyword in the schema text.
func (f *Form) arg(e *jsonschema.ValidationError) any {
	id, frag, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	_, in := f.set.byID(id)
	return pointer(in.root, segments(frag))
}

func (f *Form) missing(e *jsonschema.ValidationError, n *record.Node, fl *Field, place finding.Place, loc, because string) []finding.Finding {
	arg := f.arg(e)
	if because != "" { // dependentRequired: because that key is there
		arg = pointer(arg, []string{because})
	}
	need, _ := arg.([]any)
	var out []finding.Finding
	for _, v := range need {
		k, _ := v.(string)
		if n.Key(k) != nil {
			continue
		}
		child := fl.Child(k)
		label := name(child)
		out = append(out, finding.Finding{Rule: f.ruleForMissing(child, "S-001"), Place: place, Field: fieldAt(loc, k), Help: helpOf(child),
			Message: finding.Text{Zh: fmt.Sprintf("缺少必填项“%s”（%s）", label.Zh, k), En: fmt.Sprintf("required field “%s” (%s) is missing", label.En, k)}})
	}
	return out
}

// maxFindings bounds what is said of one record: nobody reads more, and a
// record with thousands of faults must not cost the square of them.
const maxFindings = 50

// unknownAt returns the place of an error; for an unknown key that is the
// object around it, and extra is true.
func unknownAt(e *jsonschema.ValidationError) (loc string, extra bool) {
	loc = e.InstanceLocation
	if strings.Contains(e.KeywordLocation, "/unevaluatedProperties") || strings.Contains(e.KeywordLocation, "/additionalProperties") {
		return loc[:max(0, strings.LastIndexByte(loc, '/'))], true
	}
	return loc, false
}

func unknown(file string, n *record.Node, fl *Field, loc string) []finding.Finding {
	var out []finding.Finding
	var known []string
	if fl != nil {
		for _, c := range fl.Fields {
			known = append(known, c.Key)
		}
	}
	for i := range n.Keys {
		k := &n.Keys[i]
		if slices.Contains(known, k.Name) {
			continue
		}
		if len(out) == maxFindings {
			break
		}
		near := value.Nearest(k.Name, known)
		if near == "" && fl != nil { // a Chinese label written as the key
			for _, c := range fl.Fields {
				if c.Label.Zh == k.Name || c.Label.En == k.Name {
					near = c.Key
				}
			}
		}
		hidden := near != "" && fl != nil && !public(fl.Child(near))
		out = append(out, finding.Finding{Rule: "S-002", Suggest: near, Sensitive: hidden,
			Place: k.Place(file), Field: fieldAt(loc, k.Name),
			Message: finding.Text{Zh: fmt.Sprintf("表单里没有“%s”这一项", k.Name), En: fmt.Sprintf("the form has no field “%s”", k.Name)},
			Help:    finding.Text{Zh: "改成表单里有的键，或删去这一行；可用的键：" + list(known), En: "use a key of the form or delete the line; the keys are: " + list(known)}})
	}
	return out
}

func list(keys []string) string {
	const most = 8
	if len(keys) > most {
		return strings.Join(keys[:most], ", ") + " …"
	}
	return strings.Join(keys, ", ")
}

func name(fl *Field) finding.Text {
	if fl == nil {
		return finding.Text{Zh: "此处", En: "this place"}
	}
	t := fl.Label
	if t.Zh == "" {
		t.Zh = fl.Key
	}
	if t.En == "" {
		t.En = fl.Key
	}
	return t
}

// public reports whether the value of a field may be repeated in a finding.
func public(fl *Field) bool {
	return fl == nil || fl.Visibility == Public || fl.Type == Object || fl.Type == List
}

func helpOf(fl *Field) finding.Text {
	if fl == nil {
		return finding.Text{}
	}
	return fl.Help
}

// ruleOf finds the rule that a failure at fl is reported as: its own, or that
// of a field around it.
func ruleOf(fl *Field, otherwise string) string {
	for ; fl != nil; fl = fl.parent {
		if fl.Rule != "" && fl.parent != nil {
			return fl.Rule
		}
	}
	return otherwise
}

func (f *Form) ruleForMissing(fl *Field, otherwise string) string {
	if f.Rule != "" {
		otherwise = f.Rule
	}
	return ruleOf(fl, otherwise)
}

// checksums warns of credit codes whose form is right and whose check character
// is not: real bodies with such codes exist (GB 32100-2015).
func (f *Form) checksums(file string, fl *Field, n *record.Node) []finding.Finding {
	if fl == nil || n == nil {
		return nil
	}
	var out []finding.Finding
	switch n.Kind {
	case record.Map:
		for i := range n.Keys {
			out = append(out, f.checksums(file, fl.Child(n.Keys[i].Name), n.Keys[i].Value)...)
		}
	case record.List:
		for _, it := range n.Items {
			out = append(out, f.checksums(file, fl.Item, it)...)
		}
	case record.String:
		if fl.Format == "uscc" && value.USCCForm(n.Text) && !value.USCCChecksum(n.Text) {
			out = append(out, finding.Finding{Rule: "S-010", Place: n.Place(file),
				Message: finding.Text{Zh: "统一社会信用代码的校验位不符（GB 32100-2015）", En: "the check character of the credit code does not fit (GB 32100-2015)"},
				Help:    finding.Text{Zh: "与证照核对；证照上确是如此的可以保留", En: "compare with the certificate; keep it if the certificate says so"}})
		}
	}
	return out
}
