#!/usr/bin/env bash
# What `make demo` shows: one input, what each gateway is given and will do, and
# every other case written out. Status 1 says that a policy has an error for a
# gateway, which is a result here as well.
set -euo pipefail
cd "$(dirname "$0")/.."
shown=$1

title() { printf '\n=== %s\n\n' "$*"; }

# The first lines of a case may hold flags; without a target among them it is every one.
flags() {
	local line
	line=$(sed -n '/^#/!q; s/^# args: *//p' "$1")
	case $line in *--to*) ;; *) line="--to all $line" ;; esac
	printf '%s\n' "$line"
}

title "The input: $shown"
cat "$shown"

title "What each gateway is given: retryctl translate -f $shown $(flags "$shown") --output-dir bin/shown"
rm -rf bin/shown
bin/retryctl translate -f "$shown" $(flags "$shown") --keep-going --output-dir bin/shown 2>bin/findings.txt || [ $? = 1 ]
find bin/shown -name '*.yaml' | sort | while read -r file; do
	printf '\n# %s\n' "$file"
	cat "$file"
done

title "What differs from what was asked: the same command's standard error"
cat bin/findings.txt

title "What each gateway will do: retryctl explain -f $shown"
bin/retryctl explain -f "$shown" $(flags "$shown") 2>bin/findings.txt || [ $? = 1 ]

title 'Every case, written to bin/demo'
rm -rf bin/demo
for input in golden/cases/*/in.yaml; do
	name=$(basename "$(dirname "$input")")
	status=0
	bin/retryctl translate -f "$input" $(flags "$input") --keep-going --output-dir "bin/demo/$name" 2>bin/findings.txt || status=$?
	[ "$status" -le 1 ] || { cat bin/findings.txt; exit "$status"; }
	printf '%-28s %2d objects  %2d errors  %2d warnings\n' "$name" "$(find "bin/demo/$name" -type f -name '*.yaml' | wc -l)" \
		"$(grep -c '^[^ ].* error RT' bin/findings.txt || true)" "$(grep -c '^[^ ].* warning RT' bin/findings.txt || true)"
done
