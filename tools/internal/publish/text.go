package publish

import (
	"fmt"
	"strconv"
	"strings"

	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
)

// issued is the status of a plan that the public may see.
const issued = "已印发"

func text(v any) string { s, _ := v.(string); return s }

// number writes a positive integer of the environment, "" for none.
func number(v any) string {
	if n, _ := v.(int); n > 0 {
		return strconv.Itoa(n)
	}
	return ""
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// wan2 writes 分 in 万元 with at least two decimals, so that columns align, and
// never fewer than are there: "1,280.50".
func wan2(fen int64) string {
	s := value.FormatWan(fen)
	whole, decimals, _ := strings.Cut(s, ".")
	for len(decimals) < 2 {
		decimals += "0"
	}
	return whole + "." + decimals
}

// yi writes an amount of 10,000 万元 and more in 亿元 too, rounded to two
// decimals: the exact figure stands beside it.
func yi(fen int64) string {
	const perYi = 10_000 * value.FenPerWan
	if fen < perYi && fen > -perYi {
		return ""
	}
	hundredths := roundDiv(fen, perYi/100)
	sign := ""
	if hundredths < 0 {
		sign, hundredths = "-", -hundredths
	}
	return fmt.Sprintf("%s%s.%02d 亿元", sign, group(hundredths/100), hundredths%100)
}

// roundDiv divides, rounding half away from zero. d is positive.
func roundDiv(n, d int64) int64 {
	if n < 0 {
		return -roundDiv(-n, d)
	}
	return (n + d/2) / d
}

// percent writes part of whole in percent with one decimal, "3.2%".
func percent(part, whole int64) string {
	tenths := roundDiv(part*1000, whole)
	sign := ""
	if tenths < 0 {
		sign, tenths = "-", -tenths
	}
	return fmt.Sprintf("%s%s.%d%%", sign, group(tenths/10), tenths%10)
}

// group writes a count with separators: "1,024".
func group(n int64) string { return value.FormatWan(n * value.FenPerWan) }

func count(n int) string { return group(int64(n)) }

// unitName returns the short name of a unit, or its code.
func unitName(reg *registry.Registry, code string) string { return unitLink(reg, code).Name }

func unitLink(reg *registry.Registry, code string) link {
	u := reg.Unit(code)
	if u["exists"] != true {
		return link{Name: code}
	}
	n := text(u["shortName"])
	if n == "" {
		n = text(u["name"])
	}
	return link{Name: n, URL: unitURL(code)}
}

func unitURL(code string) string { return "/units/" + code + "/" }

func ruleURL(id string) string { return "/rules/" + id + "/" }
