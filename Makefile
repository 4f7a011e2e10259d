# The commands people type. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo page test check format bench chaos setup setup-dev lock clean

help:            ## this list
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: setup      ## the real bot on a local Slack with three sample clients; no account needed
	@$(BIN)/reportops demo $(ARGS)

test: setup-dev page ## every test, on loopback only
	@$(BIN)/python -m bot.cli.page tools
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

check: setup-dev ## format, lint, types, import contracts, size budgets, manifest and scopes
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -q tests/gates
	@$(BIN)/python -m bot.cli.page check

page: setup      ## build the demo's web page, as `make demo` does in the background
	@$(BIN)/python -m bot.cli.page

format: setup-dev ## let the formatter decide
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup-dev ## speed and memory, as ratios in one run
	@$(BIN)/python -m bench

chaos: setup-dev ## kill the bot N times (300) and count what Slack was told; SEED= repeats one
	@$(BIN)/python -m bench.chaos $(or $(N),300) $(if $(SEED),--seed $(SEED))

setup: $(VENV)/.runtime ## .venv with the reportops command; seconds when nothing changed

setup-dev: $(VENV)/.dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "reportops needs Python 3.11 or newer: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo "setting up .venv (once)"
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: tests/requirements.txt $(VENV)/.runtime
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement tests/requirements.txt
	@touch $@

lock:            ## resolve the pins again (needs uv; one week of cooldown; no addresses are written)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --exclude-newer "$$(date -u -d '7 days ago' +%F)" --custom-compile-command "make lock" \
	  pyproject.toml --all-extras --group build --output-file requirements.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --exclude-newer "$$(date -u -d '7 days ago' +%F)" --custom-compile-command "make lock" \
	  --constraint requirements.txt --group dev --output-file tests/requirements.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --exclude-newer "$$(date -u -d '7 days ago' +%F)" --custom-compile-command "make lock" \
	  --constraint tests/requirements.txt --group node --output-file bot/demo/web/requirements.txt

clean:           ## remove what setup and the demo made
	@rm -rf $(VENV) var build *.egg-info
