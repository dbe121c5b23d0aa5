# Two commands do all the set-up from a clean checkout: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# Processes share the tests by files: a file's fixtures (a database, a service, a browser) are made once. With the one
# that drives browsers beside them, they are more than the cores, as many tests wait for what they started.
SHARED := -n 2 --dist loadfile --no-loadscope-reorder

# Tests start the command some hundred times: what it imports is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo up test suite pages pages-meanwhile quick check fmt types imports ui docs clean

help: ## Show what can be made
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  \033[1mmake %-9s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml hatch_build.py ui/package-lock.json
	$(PYTHON) -c 'import sys; sys.exit("Groundswell needs Python 3.11 or later; try: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

install: $(STAMP) ## Create .venv and install Groundswell with everything that development needs

demo: $(STAMP) ## From real raw data to a trained model, with a report (the main job)
	$(BIN)/groundswell demo

up: $(STAMP) ## Start the database, the service and the web UI
	$(BIN)/groundswell up

test: $(STAMP) ## Run every check and every test; installs a browser if there is none
	@bash scripts/browser.sh
	$(MAKE) --no-print-directory -j 2 --output-sync=target check
	$(MAKE) --no-print-directory -j 2 suite pages-meanwhile

suite: $(STAMP) ## Run every test but those in a browser
	$(BIN)/python -m pytest $(SHARED)

pages: $(STAMP) ## Run the tests in a browser
	$(BIN)/python -m pytest tests/browser

pages-meanwhile: # what they say comes in one piece, at their end
	@$(MAKE) --no-print-directory --output-sync=target pages

quick: $(STAMP) ## What to run all day: unit and contract tests but the slow ones, under 60 seconds
	$(BIN)/python -m pytest tests/unit tests/contract -q -m "not slow"

check: fmt types imports ui ## Format, lint, types, import contract, web UI

fmt: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP) ## Check that imports point upstream (ARCHITECTURE.md)
	$(BIN)/lint-imports

ui: $(STAMP) ## Type-check and test the web UI
	cd ui && { test -d node_modules || npm ci --silent; } && npm run --silent check && npm run --silent test

docs: $(STAMP) ## Write the generated parts of docs/reference anew
	$(BIN)/python -m tests.docs.generate

clean: ## Remove what builds and tests leave (never your data)
	rm -rf dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache test-results
