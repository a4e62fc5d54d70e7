package publish

import "taizhang/tools/internal/value"

// epoch is day 1 of dayNumber; no record is older.
const epoch = "1900-01-01"

// dayNumber turns a date into a number of days, 0 for none, so that rows stay
// small and differences are cheap.
func dayNumber(on string) int32 {
	n, ok := value.Days(epoch, on)
	if !ok || n < 0 {
		return 0
	}
	return int32(n) + 1
}
