#!/bin/sh
# Measures whole processes on one generated registry in one run: the floor
# (reading the files), taizhang check, and a Node script that does far less of
# the same (baseline.mjs; left out without npm). Wall and processor time are the
# best of the runs, memory the worst.
#   tools/internal/bench/run.sh [PROJECTS] [RUNS]
set -eu
projects=${1:-10000}
runs=${2:-3}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

cd "$root"
go build -o "$tmp/taizhang" ./tools/taizhang
go build -o "$tmp/floor" ./tools/internal/bench/floor
"$tmp/taizhang" synth --projects "$projects" --seed 1 "$tmp/registry"
"$tmp/floor" "$tmp/registry" >/dev/null # fills the page cache

# best runs a command that prints "wall W cpu C rss M …" and joins its runs.
best() {
	i=0
	while [ "$i" -lt "$runs" ]; do
		"$@"
		i=$((i + 1))
	done | awk 'NR == 1 || $2 < wall {wall = $2} NR == 1 || $4 < cpu {cpu = $4} $6 > rss {rss = $6}
		END {printf "%.3f %.3f %d\n", wall, cpu, rss}'
}
show() { echo "$2" | awk -v name="$1" '{printf "%-8s wall %7.3f s  cpu %7.3f s  peak %4d MB\n", name, $1, $2, $3}'; }

floor=$(best "$tmp/floor" "$tmp/registry")
check=$(best "$tmp/floor" -run "$tmp/taizhang" check --root "$tmp/registry" --quiet)
one=$(best "$tmp/floor" -run "$tmp/taizhang" check --root "$root" --quiet "$(ls -d "$root"/content/projects/*/*/* | head -n 1)")
echo "$projects projects"
show floor "$floor"
show check "$check"
show one "$one" # one project of the real registry
echo "$floor $check" | awk '{printf "check / floor  %.1f × cpu\n", $5 / $2}'

if command -v npm >/dev/null 2>&1; then
	mkdir "$tmp/node"
	cp "$here/baseline.mjs" "$tmp/node/"
	(cd "$tmp/node" && npm install --silent --no-audit --no-fund --no-save js-yaml@4 ajv@8 >/dev/null)
	node=$(best node "$tmp/node/baseline.mjs" "$tmp/registry")
	show node "$node"
	echo "$node $check" | awk '{printf "check / node   %.2f × wall, %.2f × cpu\n", $4 / $1, $5 / $2}'
fi
