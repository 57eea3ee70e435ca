# Two commands do all set-up: `make demo` shows Voltward, `make test` proves it.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TIER ?= 2
export VOLTWARD_DATA ?= $(CURDIR)/.voltward

.PHONY: demo demo-clean test soak lock help

help: ## what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.ready: requirements.lock pyproject.toml
	@bash scripts/environment.sh $(PYTHON) $(VENV) requirements.lock
	@touch $@

# holds everything that .ready holds
$(VENV)/.ready-test: requirements-test.lock pyproject.toml
	@bash scripts/environment.sh $(PYTHON) $(VENV) requirements-test.lock
	@touch $(VENV)/.ready $@

demo: $(VENV)/.ready ## start everything with a running fleet and open pages; Ctrl-C stops
	@VOLTWARD_DEMO=1 $(BIN)/voltward up

demo-clean: ## forget the demo's data
	rm -rf "$(VOLTWARD_DATA)"

test: $(VENV)/.ready-test ## everything that every change must pass (tier T1)
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/test.sh

soak: $(VENV)/.ready-test ## the long tiers with their figures: TIER=2 nightly, TIER=3 before a release
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/soak.sh $(TIER)

lock: ## renew both lock files (needs the tool uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra build pyproject.toml -q -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra build --extra test pyproject.toml -q -o requirements-test.lock
