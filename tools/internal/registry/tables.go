package registry

import "taizhang/tools/internal/record"

// Tables are the data files that only some questions need, so they are read when
// the first of these is asked.
type Tables struct {
	// Recipients are the public keys that contact persons are sealed to.
	Recipients     []string
	RecipientsRoot *record.Node // data/recipients.yaml as written, nil when it cannot be read
	// Readings are the open readings of the regulation in the order of the file.
	Readings []Reading
	// Limits are the figures that rules compare with, in the order of the file.
	Limits []Limit

	faults   faults
	readings map[string]string
	rulings  []any // the open readings, as rules see them
	calendar calendar
	brands   map[string]string // folded spelling → folded name
	basis    []any
}

// Tables returns the data files that are read when they are asked for.
func (r *Registry) Tables() *Tables { return r.tables() }

func (r *Registry) readTables() *Tables {
	t := &Tables{}
	t.readRecipients(r)
	t.readReadings(r)
	t.readLimits(r)
	t.readHolidays(r)
	t.readBrands(r)
	t.readBasis(r)
	return t
}
