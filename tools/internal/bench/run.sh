#!/bin/sh
# Measures whole processes on one generated registry in one run: the floor
# (reading the files), taizhang check, and the Node script. Node and npm are
# optional.
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

# measured prints "wall W cpu C rss M" of a command, best of the runs by CPU.
measured() {
	i=0
	while [ "$i" -lt "$runs" ]; do
		"$tmp/floor" -run "$@"
		i=$((i + 1))
	done | sort -t ' ' -k 4,4n | head -n 1
}
field() { echo "$1" | awk -v name="$2" '{for (i = 1; i < NF; i++) if ($i == name) print $(i + 1)}'; }

"$tmp/floor" "$tmp/registry" >/dev/null # fills the page cache
floor=$(i=0; while [ "$i" -lt "$runs" ]; do "$tmp/floor" "$tmp/registry"; i=$((i + 1)); done | sort -t ' ' -k 4,4n | head -n 1)
check=$(measured "$tmp/taizhang" check --root "$tmp/registry" --quiet)
one=$(measured "$tmp/taizhang" check --root "$root" --quiet "$(ls -d "$root"/content/projects/*/*/* | head -n 1)")
echo "projects  $projects"
echo "floor     $floor"
echo "check     $check"
echo "one       $one   (one project of the sample registry)"
awk -v c="$(field "$check" cpu)" -v f="$(field "$floor" cpu)" 'BEGIN {printf "check/floor  %.1f × CPU\n", c / f}'

if command -v npm >/dev/null 2>&1; then
	mkdir "$tmp/node"
	cp "$here/baseline.mjs" "$tmp/node/"
	(cd "$tmp/node" && npm install --silent --no-audit --no-fund --no-save js-yaml@4 ajv@8 >/dev/null)
	node=$(i=0; while [ "$i" -lt "$runs" ]; do node "$tmp/node/baseline.mjs" "$tmp/registry"; i=$((i + 1)); done | sort -t ' ' -k 2,2n | head -n 1)
	echo "node      $node"
	awk -v c="$(field "$check" wall)" -v n="$(field "$node" wall)" -v cc="$(field "$check" cpu)" -v nc="$(field "$node" cpu)" \
		'BEGIN {printf "check/node   %.2f × wall, %.2f × CPU\n", c / n, cc / nc}'
else
	echo "node      (no npm)"
fi
