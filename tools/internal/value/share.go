package value

import "fmt"

// Share returns part of whole in units of 0.01 %, rounded down; 0 of nothing.
// Amounts within MaxWan do not overflow.
func Share(part, whole int) int {
	if whole <= 0 {
		return 0
	}
	return part * 10000 / whole
}

// FormatShare writes a share for people: "8.2%", "12%".
func FormatShare(share int) string {
	tenths := (share + 5) / 10
	if tenths%10 == 0 {
		return fmt.Sprintf("%d%%", tenths/10)
	}
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}
