package check_test

import (
	"slices"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registrytest"
)

func TestAProjectInAnEndedStateIsNobodysNamesake(t *testing.T) {
	registrytest.NeedSample(t)
	for state, named := range map[string]bool{"S20": true, "S910": false} {
		files := registrytest.Sample(t)
		const index = "content/projects/2027/wjw/01/index.md"
		files.Replace(index, "title: 区人民医院检查检验结果互认系统", "title: 中小学课后服务管理系统")
		files.Replace(index, "state: S20", "state: "+state)
		res, err := check.All(files, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		of := func(project string) bool {
			return slices.ContainsFunc(res.Findings, func(f finding.Finding) bool { return f.Rule == "R-038" && f.Project == project })
		}
		if of("2027-jyj-01") != named || of("2027-wjw-01") != named {
			t.Errorf("in state %s: %v, %v", state, of("2027-jyj-01"), of("2027-wjw-01"))
		}
	}
}
