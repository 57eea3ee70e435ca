#!/usr/bin/env bash
# Tier T1: style, types, the import contract, migrations and every test. Warnings are errors.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/browser.sh

step() { printf '\n== %s\n' "$1"; }
step "ruff";              ruff check src tests && ruff format --check src tests
step "mypy --strict";     mypy
step "import contract";   lint-imports
step "tests";             python -m pytest -m "not t2 and not t3" "$@"
