package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/publish"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// schemaFormats are the forms in which schema describes a form.
var schemaFormats = []string{"text", "json", "csv"}

func (a *app) schemaCommand() *cobra.Command {
	format := "text"
	c := &cobra.Command{
		Use:   "schema [FORM]",
		Short: "表单的字段，或它的 JSON Schema · the fields of a form, or its JSON Schema",
		Long: `列出一张表单的字段：名称、类型、单位、可选值、是否公开。不带名称时列出有哪些表单。
Lists the fields of a form: name, type, unit, choices, visibility. Lists the forms without a name.

  taizhang schema contract                 合同的字段 · the fields of a contract
  taizhang schema contract --format json   合同的 JSON Schema，独立成篇 · its JSON Schema, standing alone
  taizhang schema project --format json    公开的项目文件 · the published document of a project
  taizhang schema findings --format json   check --format json 的输出 · the output of check --format json`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			j, _, err := a.registry()
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return schemaNames(j), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.knownFormat(format, schemaFormats); err != nil {
				return err
			}
			j, _, err := a.registry()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if format != "text" {
					return errors.New(a.say("写明哪一张表单", "name a form"))
				}
				return a.listForms(j)
			}
			return a.describe(j, args[0], format)
		},
	}
	c.Flags().StringVarP(&format, "format", "f", format, strings.Join(schemaFormats, ", "))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(schemaFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// Schemas of what the tool itself writes.
const (
	findingsSchema = "findings"
	projectSchema  = "project"
)

func schemaNames(j *check.Judge) []string {
	var out []string
	for _, f := range opendata.Described(j.Registry.Schemas) {
		out = append(out, f.Name)
	}
	return append(out, projectSchema, findingsSchema)
}

func (a *app) listForms(j *check.Judge) error {
	row := func(name, title, annex string) error {
		_, err := fmt.Fprintf(a.io.Out, "%-16s %s\n", name, strings.TrimSpace(title+"  "+annex))
		return err
	}
	for _, f := range opendata.Described(j.Registry.Schemas) {
		if err := row(f.Name, f.Title.In(a.lang), f.Annex); err != nil {
			return cannot(err, "")
		}
	}
	return errors.Join(row(projectSchema, a.say("公开的项目文件（JSON）", "Published document of a project (JSON)"), ""),
		row(findingsSchema, a.say("检查结果（check --format json）", "Findings (check --format json)"), ""))
}

func (a *app) describe(j *check.Judge, name, format string) error {
	switch name {
	case findingsSchema, projectSchema:
		if format == "csv" {
			return fmt.Errorf("%s: %s", name, a.say("只有 JSON Schema", "there is a JSON Schema only"))
		}
		if name == findingsSchema {
			_, err := io.WriteString(a.io.Out, report.JSONSchema())
			return err
		}
		data, err := opendata.ProjectSchema(&opendata.Source{Forms: j.Registry.Schemas, States: publish.States(j.Lifecycle)}).Pretty()
		return a.print(data, err)
	}
	forms := opendata.Described(j.Registry.Schemas)
	i := slices.IndexFunc(forms, func(f *schema.Form) bool { return f.Name == name })
	if i < 0 {
		return misused(fmt.Errorf("%s: %s", name, a.say("没有这张表单", "no such form")), a.nearest(name, schemaNames(j)))
	}
	switch format {
	case "json":
		data, err := forms[i].JSONSchema()
		if errors.Is(err, schema.ErrShared) {
			return fmt.Errorf("%s: %s", name, a.say("没有单独的 JSON Schema，包含在各表单的里面", "has no JSON Schema of its own, those of the forms hold it"))
		}
		return a.print(data, err)
	case "csv":
		return opendata.WriteFields(a.io.Out, forms[i])
	}
	return a.fieldTable(forms[i])
}

// fieldTable prints the fields of a form in columns.
func (a *app) fieldTable(f *schema.Form) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s\n", f.Name, f.Title.In(a.lang))
	for _, s := range []string{f.Annex, f.Clause} {
		if s != "" {
			fmt.Fprintln(&b, s)
		}
	}
	b.WriteByte('\n')
	visible := map[string]string{"public": "", "review": a.say("审查后公开", "after review"), "internal": a.say("不公开", "not public")}
	for _, e := range opendata.Fields(f) {
		var more []string
		if e.Required {
			more = append(more, a.say("必填", "required"))
		}
		if v := visible[string(e.Visibility)]; v != "" {
			more = append(more, v)
		}
		var choices []string
		for _, c := range e.Choices {
			choices = append(choices, c.Value)
		}
		if len(choices) > 0 {
			more = append(more, strings.Join(choices, "|"))
		}
		kind := e.Type.In(a.lang)
		if e.Unit != "" {
			kind += " " + e.Unit
		}
		line := pad(e.Path, 34) + "  " + pad(e.Label.In(a.lang), 26) + "  " + pad(kind, 16) + "  " + strings.Join(more, " ")
		fmt.Fprintln(&b, strings.TrimRight(line, " "))
	}
	return a.print([]byte(b.String()), nil)
}

func pad(s string, width int) string { return s + strings.Repeat(" ", max(0, width-value.Width(s))) }
