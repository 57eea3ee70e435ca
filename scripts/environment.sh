#!/usr/bin/env bash
# Makes the environment from a lock file with hashes, installs Voltward into it and compiles its kernels.
# usage: environment.sh PYTHON VENV LOCKFILE
set -euo pipefail
python="$1" venv="$2" lock="$3"

"$python" - <<'PY' || { echo "voltward needs Python 3.11 or newer: set PYTHON=/path/to/python3.11" >&2; exit 2; }
import sys
sys.exit(sys.version_info < (3, 11))
PY

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "[1/3] installing what $lock pins, hashes checked: one to three minutes, about 2 GB the first time"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
echo "[2/3] installing voltward"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
echo "[3/3] compiling kernels, preparing the database: one to two minutes the first time"
"$venv/bin/voltward" warm
