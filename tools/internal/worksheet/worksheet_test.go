package worksheet

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
)

const repo = "../../../"

func definitionSet(t testing.TB) *schema.Set {
	t.Helper()
	return registrytest.Sample(t).Schemas(t)
}

func definition(t testing.TB) *Definition {
	t.Helper()
	data, err := os.ReadFile(repo + File)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Load(data, definitionSet(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func someUnits() []Unit {
	return []Unit{{Code: "jyj", Name: "清江浦区教育局", Short: "区教育局", Aliases: []string{"教育局"}}, {Code: "mzj", Name: "清江浦区民政局", Short: "区民政局"},
		{Code: "qjpsx", Name: "清江浦实验小学（示例）", Short: "清江浦实验小学示例"}}
}

// filled is a project that uses every column of the sheet.
func filled() Project {
	return Project{Forms: map[string]map[string]any{
		"index": {"title": "课后服务管理系统", "implementingUnit": "qjpsx", "filingUnit": "jyj", "category": "新建", "systemKind": []any{"业务系统", "数据系统"}, "scopeBasis": "直接适用", "origin": "年度计划", "state": "S10"},
		"declaration": {"planYear": json.Number("2027"), "submittedOn": "2026-08-28", "proposedBy": "jyj", "unitHead": "示例甲", "officePhone": "0517-00000001", "estimate": json.Number("1280.000001"),
			"fundingNature": "区级财政投资", "funding": []any{map[string]any{"kind": "区级财政投资", "amount": json.Number("1000")}, map[string]any{"kind": "自筹资金", "amount": json.Number("280.000001")}},
			"basis":   []any{map[string]any{"kind": "上级文件", "text": "《意见》", "docNo": "国办发〔2019〕57号"}, map[string]any{"kind": "应用需求", "text": "数据不通，群众不便"}},
			"content": "第一段：建设三个模块。\n第二段：与平台对接，=不是公式。", "expectedOutcome": "一天办结", "plannedSchedule": []any{map[string]any{"name": "完成采购，签合同", "due": "2027-03-31"}, map[string]any{"name": "建成", "due": "2027-06-30"}},
			"remark": "@备注", "attestation": map[string]any{"unit": "jyj", "on": "2026-08-29"}},
	}}
}

func sheet(t testing.TB, d *Definition, q Declaration) []byte {
	t.Helper()
	q.Title, q.Day, q.Units = "申报表", "2000-01-01", someUnits()
	data, err := d.Write(q)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestASheetIsReadBackAsItWasWritten(t *testing.T) {
	d := definition(t)
	p := filled()
	data := sheet(t, d, Declaration{Year: 2027, Unit: someUnits()[0], Projects: []Project{p}, Blank: 3})
	if again := sheet(t, d, Declaration{Year: 2027, Unit: someUnits()[0], Projects: []Project{p}, Blank: 3}); !bytes.Equal(data, again) {
		t.Error("two sheets of the same content have different bytes")
	}
	b, err := grid.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := d.Read(b, Options{Units: someUnits()})
	if err != nil || len(tables) != 1 || len(tables[0].Rows) != 1 {
		t.Fatalf("%+v, %v", tables, err)
	}
	r := tables[0].Rows[0]
	if len(r.Notes)+len(tables[0].Notes) > 0 {
		t.Errorf("notes %+v %+v", r.Notes, tables[0].Notes)
	}
	if !reflect.DeepEqual(r.Forms, p.Forms) {
		got, _ := json.MarshalIndent(r.Forms, "", " ")
		want, _ := json.MarshalIndent(p.Forms, "", " ")
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestTheSheetOffersChoicesGuardsCellsAndPrints(t *testing.T) {
	d := definition(t)
	f, err := excelize.OpenReader(bytes.NewReader(sheet(t, d, Declaration{Year: 2027, Blank: 2})))
	if err != nil {
		t.Fatal(err)
	}
	dvs, err := f.GetDataValidations(declarationSheet)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, dv := range dvs {
		kinds[dv.Type]++
		if dv.Type == "list" {
			cells, err := f.GetCols(keySheet)
			if err != nil || !strings.HasPrefix(dv.Formula1, keySheet+"!") {
				t.Errorf("list %q of %d columns, %v", dv.Formula1, len(cells), err)
			}
		}
		if dv.Prompt == nil || *dv.Prompt == "" {
			t.Errorf("%s says nothing of what to write", dv.Sqref)
		}
	}
	if kinds["list"] < 6 || kinds["decimal"] != 1 || kinds["date"] != 2 {
		t.Errorf("validations %v", kinds)
	}
	layout, err := f.GetPageLayout(declarationSheet)
	if err != nil || *layout.Orientation != "landscape" || *layout.Size != 9 {
		t.Errorf("layout %+v, %v", layout, err)
	}
	if panes, err := f.GetPanes(declarationSheet); err != nil || !panes.Freeze || panes.YSplit != headRow {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if visible, err := f.GetSheetVisible(keySheet); err != nil || visible {
		t.Errorf("the key sheet is visible, %v", err)
	}
	names := map[string]bool{}
	for _, n := range f.GetDefinedName() {
		names[n.Name] = true
	}
	if !names["_xlnm.Print_Titles"] || !names["_xlnm.Print_Area"] {
		t.Errorf("names %v", names)
	}
}

// Columns may be moved and renamed in part, rows added above: labels count.
func TestASheetOfOtherFormsIsReadByItsLabels(t *testing.T) {
	d := definition(t)
	f, err := excelize.OpenReader(bytes.NewReader(sheet(t, d, Declaration{Year: 2027, Unit: someUnits()[0], Projects: []Project{filled()}})))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{f.SetCellStr(keySheet, "B4", "another"), f.InsertCols(declarationSheet, "D", 2), f.InsertRows(declarationSheet, 1, 1)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var raw bytes.Buffer
	if err := f.Write(&raw); err != nil {
		t.Fatal(err)
	}
	b, err := grid.Read(raw.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	tables, err := d.Read(b, Options{Units: someUnits()})
	if err != nil {
		t.Fatal(err)
	}
	if r := tables[0].Rows[0]; !reflect.DeepEqual(r.Forms, filled().Forms) || len(tables[0].Notes) != 1 || tables[0].Notes[0].Kind != Doubt {
		t.Errorf("%+v, %+v", r.Forms, tables[0].Notes)
	}
}

func TestThePlanHasItsTotalsAndIsNoDeclaration(t *testing.T) {
	data, err := Plan{Title: "计划", Year: 2027, Day: "2000-01-01", Status: "草案", Parts: []PlanPart{
		{Items: []PlanItem{{Number: 1, ID: "2027-jyj-01", Title: "甲", Total: 1_500_000, Annual: 500_000}}},
		{Head: "增补第 1 批", Items: []PlanItem{{Number: 2, ID: "2027-jyj-02", Title: "乙", Total: 2_250_000, Annual: 1}}}}}.Write()
	if err != nil {
		t.Fatal(err)
	}
	b, err := grid.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	s := &b.Sheets[0]
	if c := s.At(7, 8); c == nil || c.Text != "3.75" || s.At(7, 9).Text != "0.500001" || !strings.Contains(s.At(7, 1).Text, "2个") {
		t.Errorf("totals %+v", s.Row(7))
	}
	if _, err := definition(t).Read(b, Options{}); err == nil {
		t.Error("a plan is read as a declaration sheet")
	}
}

func TestTheDefinitionRefusesWhatTheFormsDoNotHave(t *testing.T) {
	data, err := os.ReadFile(repo + File)
	if err != nil {
		t.Fatal(err)
	}
	set := definitionSet(t)
	for name, edit := range map[string][2]string{
		"field":     {"field: index.title", "field: index.titel"},
		"twice":     {"field: declaration.remark", "field: index.title"},
		"choice":    {"value: 新建", "value: 新办"},
		"as":        {"as: [declaration.submittedOn]", "as: [declaration.submitted]"},
		"structure": {"field: declaration.attestation.on", "field: declaration.attestation"},
		"key":       {"guess: true", "guessing: true"},
	} {
		bad := strings.Replace(string(data), edit[0], edit[1], 1)
		if bad == string(data) {
			t.Fatalf("%s: nothing to edit", name)
		}
		if _, err := Load([]byte(bad), set); err == nil || !strings.Contains(err.Error(), File) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzRead reads tables of any content: whatever a cell holds is read, doubted
// or refused, and never ends the program.
func FuzzRead(f *testing.F) {
	d := definition(f)
	f.Add("项目名称,投资（万元）,建设内容,实施进度\n甲系统,约1亿,内容,3月-5月 建成；验收\n合计,2,,")
	f.Add("附件1\n单位：元\n序号,项目名称,资金来源,建设依据,填报日期\n1,（一）乙,财政20万，自筹,国办发[2019]57号,46262")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := grid.Read([]byte(text))
		if err != nil {
			return
		}
		tables, err := d.Read(b, Options{Units: someUnits(), Unit: "jyj", Today: "2026-08-30"})
		if err != nil {
			return
		}
		for _, table := range tables {
			for _, r := range table.Rows {
				for _, n := range r.Notes {
					if n.Kind != Said && n.Text.Zh == "" {
						t.Errorf("a note without words: %+v", n)
					}
				}
			}
		}
	})
}
