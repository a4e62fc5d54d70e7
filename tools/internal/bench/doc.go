// Package bench measures what judging a registry costs, on synthetic
// registries of several sizes, against the floor: reading the same files and
// nothing else; and what searching the public site finds and costs, against
// plain searching of all public texts; and what reviewing a change and auditing
// a history cost, against what git takes to list them; and what building the
// site costs, against Hugo alone on the same pages. It holds no code of the
// product.
//
//	go test -run '^$' -bench . ./tools/internal/bench
//	TAIZHANG_BENCH_PROJECTS=100000 go test -run '^$' -bench Check -benchtime 1x ./tools/internal/bench
//	TAIZHANG_BENCH_PROJECTS=16000 go test -run '^$' -bench Search -benchtime 1x ./tools/internal/bench
//	TAIZHANG_BENCH_PROJECTS=10000 TAIZHANG_BENCH_MERGES=10000 TAIZHANG_BENCH_KEEP=/var/tmp go test -run '^$' -bench 'Review|Audit' -benchtime 1x ./tools/internal/bench
//	TAIZHANG_BENCH_PROJECTS=10000 go test -run '^$' -bench Build -benchtime 1x ./tools/internal/bench
//	tools/internal/bench/run.sh 10000
//
// run.sh measures whole processes and compares them with baseline.mjs, which
// reads and validates the same front matter with js-yaml and ajv on Node.
package bench
