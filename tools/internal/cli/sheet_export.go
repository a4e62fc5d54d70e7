package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
	"taizhang/tools/internal/worksheet"
)

var workSheets = []string{"declaration", "plan"}

// sheetDay is the date that work sheets state: none, so that equal content has
// equal bytes.
const sheetDay = "2000-01-01"

// exportSheet writes a work sheet for clerks.
func (a *app) exportSheet(o *exportOptions) error {
	switch {
	case !slices.Contains(workSheets, o.sheet):
		return misused(fmt.Errorf(a.say("--sheet %s：没有这种工作表，有 %s", "--sheet %s: no such work sheet, but %s"), o.sheet, strings.Join(workSheets, ", ")), a.nearest(o.sheet, workSheets))
	case o.format != "" && o.format != "xlsx":
		return fmt.Errorf("--format %s: %s", o.format, a.say("工作表只有 xlsx", "a work sheet is xlsx"))
	case !validYear(o.year):
		return errors.New(a.say("--year：写计划年度，例如 2027", "--year: the plan year, for example 2027"))
	case o.rows < 0 || o.rows > 5000:
		return errors.New(a.say("--rows：0 到 5000", "--rows: 0 to 5000"))
	case o.table != "" || o.baseURL != "" || len(o.projects) > 0 || o.sheet == "plan" && o.unit != "":
		return errors.New(a.say("--sheet 只和 --year、--out 同用；申报表还可以用 --unit、--rows", "--sheet goes with --year and --out; a declaration also with --unit and --rows"))
	case o.out == "" && a.io.OutTTY:
		return errors.New(a.say("xlsx 不能写到终端，用 --out 文件名", "xlsx cannot go to a terminal: use --out FILE"))
	}
	j, _, err := a.registry()
	if err != nil {
		return err
	}
	var data []byte
	if o.sheet == "plan" {
		data, err = a.planSheet(j, o)
	} else {
		data, err = a.declarationSheet(j, o)
	}
	if err != nil {
		return err
	}
	if err := a.deliver(o.out, data, 0o644); err != nil {
		return err
	}
	if o.out != "" && o.out != "-" {
		a.wrote(a.abs(o.out))
	}
	return nil
}

// worksheets loads the definition of the work sheets.
func (a *app) worksheets(j *check.Judge) (*worksheet.Definition, error) {
	data, err := j.Registry.Read(worksheet.File, registry.RecordLimit)
	if err != nil {
		return nil, cannot(fmt.Errorf("%s: %w", worksheet.File, err), a.say("从上一个提交恢复它", "restore it from an earlier commit"))
	}
	d, err := worksheet.Load(data, j.Registry.Schemas)
	if err != nil {
		return nil, cannot(err, a.say("先改正这个文件", "mend this file first"))
	}
	return d, nil
}

func (a *app) declarationSheet(j *check.Judge, o *exportOptions) ([]byte, error) {
	def, err := a.worksheets(j)
	if err != nil {
		return nil, err
	}
	q := worksheet.Declaration{Title: j.Registry.Schemas.Form("declaration").Title.Zh, District: j.Registry.Config.District.Zh, Year: o.year, Day: sheetDay, Units: units(j.Registry), Blank: o.rows}
	if o.unit != "" {
		code, err := a.unitFlag(j.Registry, "unit", o.unit)
		if err != nil {
			return nil, err
		}
		q.Unit = q.Units[slices.IndexFunc(q.Units, func(u worksheet.Unit) bool { return u.Code == code })]
	}
	for _, f := range j.Registry.Folders() {
		if f.Year != o.year || !slices.Contains(f.Files, "declaration.md") {
			continue
		}
		p := worksheet.Project{ID: f.ID, Forms: map[string]map[string]any{}}
		for _, form := range []string{"index", "declaration"} {
			if p.Forms[form], err = values(j, path.Join(f.Dir, form+".md"), form); err != nil {
				return nil, cannot(err, "")
			}
		}
		index := p.Forms["index"]
		if q.Unit.Code == "" || f.Unit == q.Unit.Code || index["implementingUnit"] == q.Unit.Code || index["filingUnit"] == q.Unit.Code {
			q.Projects = append(q.Projects, p)
		}
	}
	data, err := def.Write(q)
	if err != nil {
		return nil, cannot(err, "")
	}
	return data, nil
}

// values reads the values of one record.
func values(j *check.Judge, file, form string) (map[string]any, error) {
	data, err := j.Registry.Read(file, registry.RecordLimit)
	if err != nil {
		return nil, err
	}
	d, _ := compose.Read(j.Registry.Schemas.Form(form), file, data)
	return d.Values, nil
}

func (a *app) planSheet(j *check.Judge, o *exportOptions) ([]byte, error) {
	file := fmt.Sprintf("%s/%d.md", registry.PlansDir, o.year)
	plan, err := values(j, file, "plan")
	if err != nil {
		return nil, &failure{exitFailed, fmt.Errorf("%d: %s", o.year, a.say("没有这一年的计划", "there is no plan of that year")), file}
	}
	title := func(form string) string { return j.Registry.Schemas.Form(form).Title.Zh }
	p := worksheet.Plan{Title: fmt.Sprintf("%s%d年度政务信息化项目%s", j.Registry.Config.District.Zh, o.year, strings.TrimPrefix(title("plan"), "年度")), Year: o.year, Day: sheetDay,
		Headers: map[string]string{}}
	p.Status, _ = plan["status"].(string)
	for _, f := range j.Registry.Schemas.Form("plan").Root.Child("items").Item.Fields {
		p.Headers[f.Key] = f.Label.Zh
	}
	names := map[string]worksheet.Unit{}
	for _, u := range units(j.Registry) {
		names[u.Code] = u
	}
	if n, ok := plan["notice"].(map[string]any); ok {
		by, _ := n["by"].(string)
		no, _ := n["docNo"].(string)
		on, _ := n["on"].(string)
		p.By, p.Notice = names[by].Name, no+"　"+value.DateZh(on)
	}
	p.Parts = append(p.Parts, worksheet.PlanPart{Items: planItems(j, names, plan["items"])})
	supplements, _ := plan["supplements"].([]any)
	for _, s := range supplements {
		m, _ := s.(map[string]any)
		p.Parts = append(p.Parts, worksheet.PlanPart{Head: fmt.Sprintf("增补第 %v 批", m["number"]), Items: planItems(j, names, m["items"])})
	}
	data, err := p.Write()
	if err != nil {
		return nil, cannot(err, "")
	}
	return data, nil
}

func planItems(j *check.Judge, units map[string]worksheet.Unit, list any) (out []worksheet.PlanItem) {
	items, _ := list.([]any)
	for _, it := range items {
		m, _ := it.(map[string]any)
		str := func(k string) string { s, _ := m[k].(string); return s }
		fen := func(k string) int64 {
			n, _ := m[k].(json.Number)
			f, _ := value.ParseAmount(n.String())
			return f
		}
		item := worksheet.PlanItem{ID: str("project"), Class: str("class"), Content: str("content"), Total: fen("total"), Annual: fen("annual"), Funding: str("funding")}
		fmt.Sscan(fmt.Sprint(m["priority"]), &item.Number)
		if period, ok := m["period"].(map[string]any); ok {
			item.Start, _ = period["start"].(string)
			item.End, _ = period["end"].(string)
		}
		if f := j.Registry.Folder(item.ID); f != nil {
			if index, err := values(j, path.Join(f.Dir, "index.md"), "index"); err == nil {
				item.Title, _ = index["title"].(string)
				item.Category, _ = index["category"].(string)
				code, _ := index["implementingUnit"].(string)
				item.Unit = units[code].Short
			}
			if d, err := values(j, path.Join(f.Dir, "declaration.md"), "declaration"); err == nil && item.Content == "" {
				item.Content, _ = d["content"].(string)
			}
		}
		out = append(out, item)
	}
	slices.SortStableFunc(out, func(a, b worksheet.PlanItem) int { return a.Number - b.Number })
	return out
}
