#!/usr/bin/env bash
# Tier T1: style, types, the import contract, migrations and every test. Warnings are errors.
# usage: test.sh [pytest's arguments]; without any, both halves of the tests run side by side.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/browser.sh

step() { printf '\n== %s\n' "$1"; }
tests() { python -m pytest -m "not t2 and not t3" "$@"; }

step "ruff";              ruff check src tests && ruff format --check src tests
step "mypy --strict";     mypy
step "import contract";   lint-imports
if (($#)); then
  step "tests"
  tests "$@"
  exit
fi

# each half has a database and ports of its own; the office's is shown when the other is through
office=(tests/records tests/monitoring tests/entry/office)
report=$(mktemp)
half=
trap 'kill $half 2>/dev/null || true; rm -f "$report"' EXIT
step "tests of the office, in the background, and all others"
tests "${office[@]}" >"$report" 2>&1 &
half=$!
failed=0
tests "${office[@]/#/--ignore=}" || failed=$?
step "tests of the office"
wait "$half" || failed=$?
half=
cat "$report"
exit "$failed"
