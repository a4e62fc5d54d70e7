package registry

import (
	"taizhang/tools/internal/value"
)

// calendar tells working days: weekdays that are no holiday, and the weekend
// days that a year's State Council notice makes working days.
type calendar struct {
	off, on map[string]bool
	years   map[int]bool
}

func (t *Tables) readHolidays(r *Registry) {
	t.calendar = calendar{off: map[string]bool{}, on: map[string]bool{}, years: map[int]bool{}}
	if !r.Has(HolidaysFile) {
		return
	}
	root := r.data(HolidaysFile, "holidays", &t.faults)
	if root.Get("years") == nil {
		return
	}
	for _, y := range root.Get("years").Items {
		t.calendar.years[value.Year(textOf(y.Get("year"))+"-01-01")] = true
		for key, days := range map[string]map[string]bool{"holidays": t.calendar.off, "workdays": t.calendar.on} {
			if list := y.Get(key); list != nil {
				for _, d := range list.Items {
					days[d.Text] = true
				}
			}
		}
	}
}

// workdays counts the working days after from, up to and including to
// (政府信息公开条例 art. 26 counts 20 of them). A year whose notice is not
// recorded counts plain weekdays. It returns -1 when to is before from.
func (r *Registry) workdays(from, to string) int {
	if !value.ValidDate(from) || !value.ValidDate(to) || to < from {
		return -1
	}
	total, _ := value.Days(from, to)
	if total > 366*5 {
		return total
	}
	n, days := 0, &r.tables().calendar
	for i := 1; i <= total; i++ {
		d := value.AddDays(from, i)
		since, _ := value.Days("2024-01-01", d) // a Monday
		weekend := ((since%7)+7)%7 >= 5
		if days.on[d] || !weekend && !days.off[d] {
			n++
		}
	}
	return n
}
