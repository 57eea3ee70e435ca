#!/usr/bin/env bash
# The long tiers of the fault catalogue, with their figures printed. usage: soak.sh 2|3
set -euo pipefail
cd "$(dirname "$0")/.."
tier="${1:-2}"
case "$tier" in
  2) marks="t2" ;;
  3) marks="t2 or t3" ;;
  *) echo "soak.sh: TIER is 2 or 3, not '$tier'" >&2; exit 2 ;;
esac
python -m pytest -m "$marks" -s --durations=20 "${@:2}"
