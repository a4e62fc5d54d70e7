package publish

import (
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/lifecycle"
)

// The types below are what the templates of the site read. Every value is ready
// to be shown: absent ones are left out, dates are YYYY-MM-DD except inside
// form fields, addresses are relative to the root of the site.

type name struct {
	Zh  string `json:"zh"`
	En  string `json:"en,omitempty"`
	URL string `json:"url,omitempty"`
}

type state struct {
	Code  string `json:"code"`
	Zh    string `json:"zh"`
	En    string `json:"en,omitempty"`
	Tone  string `json:"tone,omitempty"` // colour only: plan, work, done, warn, end
	URL   string `json:"url,omitempty"`
	Since string `json:"since,omitempty"`
}

func stateView(s *lifecycle.State) *state {
	if s == nil {
		return nil
	}
	tones := map[string]string{"identification": "plan", "preparation": "plan", "implementation": "work",
		"completion": "done", "maintenance": "done", "decommissioning": "warn", "decommissioned": "end", "cancelled": "end"}
	return &state{Code: s.Code, Zh: s.Zh, En: s.En, Tone: tones[s.OC4IDS], URL: "/states/" + s.Code + "/"}
}

type link struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type fact struct {
	Zh    string
	En    string
	Value name
}

type figure struct {
	Zh    string `json:"zh"`
	En    string `json:"en,omitempty"`
	Value string `json:"value"`
	Unit  string `json:"unit,omitempty"`
	Also  string `json:"also,omitempty"`
	URL   string `json:"url,omitempty"`
}

type step struct {
	Zh     string
	En     string
	Status string // done, current, todo, skipped
	On     string
	// Clause is that of the event which led to the stage, Agree who had to
	// agree to it.
	Clause    string
	ClauseURL string
	Agree     []agree
}

// agree is a department that has to agree to a step: 须经 Who 批准.
type agree struct {
	Before name
	Who    name
	After  string // in Chinese; English needs none
}

type event struct {
	On         string
	Zh         string
	En         string
	Transition string
	Clause     string
	ClauseURL  string
	Record     *name
	Agree      []agree
}

type money struct {
	Zh     string `json:"zh"`
	En     string `json:"en,omitempty"`
	Amount string `json:"amount"`
	Also   string `json:"also,omitempty"`
	On     string `json:"on,omitempty"`
	Source *name  `json:"source,omitempty"`
	Pct    int    `json:"pct"`
	// Deviations from earlier amounts; a table of amounts shows them all.
	Deviations []deviation `json:"deviations,omitempty"`
}

// deviation compares an amount with another: what with, and by how much.
type deviation struct {
	Zh    string `json:"zh"`
	En    string `json:"en"`
	Value string `json:"value,omitempty"`
}

// field kinds: text, long (line breaks are kept), group, table, docs.
type field struct {
	Key      string
	Zh       string
	En       string
	Kind     string
	Value    string
	ValueEn  string
	Unit     string
	Fields   []*field
	Columns  []column
	Rows     [][]string
	Docs     []document
	Withheld bool
}

type column struct {
	Zh  string `json:"zh"`
	En  string `json:"en,omitempty"`
	Num bool   `json:"num,omitempty"`
	// Date tells that the values are days, which are not broken across lines.
	Date bool `json:"-"`
	// Words are the English of those values in the column that have one.
	Words map[string]string `json:"words,omitempty"`
}

type document struct {
	Kind      word
	Title     string
	DocNo     string
	On        string
	URL       string // on the web, or of a file beside the page
	SHA256    string
	ArchiveNo string
}

type form struct {
	ID         string   `json:"id"`
	Zh         string   `json:"zh"`
	En         string   `json:"en,omitempty"`
	Annex      string   `json:"annex,omitempty"`
	PrintTitle string   `json:"printTitle"`
	On         string   `json:"on,omitempty"`
	Sheet      string   `json:"sheet,omitempty"` // address of the official sheet
	Fields     []*field `json:"-"`
	Body       string   `json:"body,omitempty"`
}

type planRef struct {
	Year     string `json:"year"`
	Kind     word   `json:"kind"`
	URL      string `json:"url"`
	Priority string `json:"priority,omitempty"`
}

type waiver struct {
	Rule    string `json:"rule"`
	RuleURL string `json:"ruleUrl,omitempty"`
	Zh      string `json:"zh,omitempty"`
	En      string `json:"en,omitempty"`
	Reason  string `json:"reason,omitempty"`
	By      string `json:"by,omitempty"`
	On      string `json:"on,omitempty"`
	Until   string `json:"until,omitempty"`
	DocNo   string `json:"docNo,omitempty"`
}

type withheld struct {
	What   string `json:"what"`
	Ground string `json:"ground,omitempty"`
}

type related struct {
	Zh    string `json:"zh"`
	En    string `json:"en,omitempty"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

type projectView struct {
	ID          string         `json:"id"`
	Title       string         `json:"title"`
	Facts       []fact         `json:"-"` // as HTML: see projectPage
	State       *state         `json:"state"`
	Steps       []step         `json:"-"`
	Timeline    []event        `json:"-"`
	Money       []money        `json:"money,omitempty"`
	Body        string         `json:"body,omitempty"`
	Forms       []form         `json:"-"`
	Documents   []document     `json:"-"`
	Plans       []planRef      `json:"plans,omitempty"`
	Decisions   []decisionView `json:"decisions"`
	Waivers     []waiver       `json:"waivers,omitempty"`
	Withheld    []withheld     `json:"withheld,omitempty"`
	Unreviewed  string         `json:"unreviewed,omitempty"` // fields that await the disclosure review
	Related     []related      `json:"related,omitempty"`
	Waiting     []waitView     `json:"waiting,omitempty"`
	Evaluations []evaluation   `json:"evaluations,omitempty"`
	Indicators  []indicator    `json:"indicators,omitempty"`
	Date        string         `json:"date,omitempty"` // of the data
	JSON        string         `json:"json,omitempty"` // address of the project's document
	Feed        string         `json:"feed,omitempty"` // without extension
}

// projectPage is what the layout of a project is given: the view, in which what
// there is most of is HTML already.
type projectPage struct {
	*projectView
	Facts     string     `json:"facts,omitempty"`
	Steps     string     `json:"steps,omitempty"`
	Timeline  string     `json:"timeline,omitempty"`
	Forms     []formPage `json:"forms,omitempty"`
	Documents string     `json:"documents,omitempty"`
}

type formPage struct {
	*form
	Rows string `json:"rows"`
}

// evaluation is one yearly evaluation.
type evaluation struct {
	Year    string    `json:"year"`
	On      string    `json:"on,omitempty"`
	By      string    `json:"by,omitempty"`
	Score   string    `json:"score,omitempty"`
	Grade   word      `json:"grade,omitzero"`
	Summary string    `json:"summary,omitempty"`
	Rectify []rectify `json:"rectify,omitempty"`
	URL     string    `json:"url,omitempty"`
}

// rectify is one thing to mend that an evaluation found.
type rectify struct {
	Issue  string `json:"issue"`
	DueOn  string `json:"dueOn,omitempty"`
	DoneOn string `json:"doneOn,omitempty"`
}

// row is a project in a list, and all that is kept of it.
type row struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	URL      string `json:"url"`
	Unit     link   `json:"unit"`
	Year     string `json:"year"`
	Category word   `json:"category,omitzero"`
	Class    word   `json:"class,omitzero"`
	Origin   word   `json:"origin,omitzero"`
	State    *state `json:"state"`
	Stage    string `json:"stage,omitempty"`
	Amount   string `json:"amount,omitempty"`
	On       string `json:"on,omitempty"`
	Why      string `json:"why,omitempty"` // it was ended or is to be switched off

	fen         int64 // Amount in 分
	unit        string
	stageKey    string
	funding     string
	supervision string
	contractors []string
	refs        []ref

	steps     []happened // the latest, newest last: newsAtHome, and all of the months that are listed
	entered   []int32    // day of coming to each stage of the lifecycle, 0 for never
	amounts   amounts
	contracts []contract
	paidIn    map[string]int64 // 分, by the year of the payment
	waits     []due.Item
	ahead     []due.Item // waits, and what has a date later
	measured  []measured // by indicator
}

// happened is an event of a project, for the list of the newest.
type happened struct {
	on   string
	what *lifecycle.Transition
}

// ref is another project that a field names.
type ref struct{ key, id string }

type listView struct {
	pager
	En      string   `json:"en,omitempty"`
	Lead    string   `json:"lead,omitempty"`
	LeadEn  string   `json:"leadEn,omitempty"`
	Crumbs  []name   `json:"crumbs"`
	Rows    []*row   `json:"rows"`
	Filters []filter `json:"filters,omitempty"`
	Search  string   `json:"search,omitempty"` // the same list on the search page
	Index   string   `json:"index,omitempty"`  // folder of the search index
	Feed    string   `json:"feed,omitempty"`   // without extension
	Why     bool     `json:"why,omitempty"`    // show why projects were ended
}

type filter struct {
	Zh    string  `json:"zh"`
	En    string  `json:"en,omitempty"`
	Items []tally `json:"items"`
}

type tally struct {
	Zh    string `json:"zh,omitempty"`
	En    string `json:"en,omitempty"`
	Year  string `json:"year,omitempty"`
	Count string `json:"count"`
	Total string `json:"total,omitempty"`
	Pct   int    `json:"pct"`
	URL   string `json:"url"`
}
