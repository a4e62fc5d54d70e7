package publish

// mostCompared is how many projects the page of comparison takes.
const mostCompared = 4

// compare writes the page that sets projects side by side. Its script reads the
// pages of the projects named in the address; what it takes over is marked
// there (data-compare), so that no second copy of the data exists.
func (s *pages) compare() error {
	return s.out.add(newPage("compare", "项目对比", "/compare/", struct {
		En    string   `json:"en"`
		Most  int      `json:"most"`
		Slots []int    `json:"slots"`
		Lists []filter `json:"lists"`
	}{"Compare projects", mostCompared, []int{1, 2, 3, 4}[:mostCompared], s.filters()}))
}
