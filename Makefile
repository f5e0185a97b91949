# Everything starts here: `make demo` to look, `make test` to trust. Both set up what a fresh Debian 12 lacks.
PYTHON ?= python3.11
BIN := .venv/bin
SOURCES := portal policies applications review bench tests manage.py
SETUP := $(PYTHON) portal/devtools/setup.py

.DEFAULT_GOAL := help
.PHONY: help demo test nightly papers check format bench fonts crawl first-render screenshots requirements sbom clean
export PORT HOST YEAR PYTEST

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

demo: ## run the portal with made-up data (PORT=8000; YEAR=1 adds a whole year's); Ctrl-C stops it
	@$(SETUP) demo
	@exec $(BIN)/python -u -m portal.devtools.demo

test: ## run every test (PYTEST="tests/portal -k money" for some)
	@$(SETUP) test
	@exec $(BIN)/python -m portal.devtools.run_tests

nightly: ## run what chance decides alone: properties (10,000 examples each), hostile input, faults (takes hours)
	@$(SETUP) test
	@HYPOTHESIS_PROFILE=nightly PYTEST="-n 2 --dist=worksteal $$(grep -rlwE 'hypothesis|by_depth' tests --include='test_*.py' | xargs)" \
	  $(BIN)/python -m portal.devtools.run_tests

papers: ## print every kind of paper with few and many lines, short and long names and reasons; measure and picture each
	@$(SETUP) test
	@HYPOTHESIS_PROFILE=nightly PYTEST="-n 2 --dist=worksteal tests/review/notices/test_paper.py tests/review/documents/test_official.py \
	  tests/review/documents/test_sheets.py" \
	  $(BIN)/python -m portal.devtools.run_tests

check: ## style, types, layers, templates, deployment settings, migrations
	@$(SETUP) check
	@exec $(BIN)/python -m portal.devtools.run_checks

format: ## bring Python and templates into their one form
	@$(SETUP) check
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: ## measure, print the ratios, write var/bench.json (BENCH="engine" for one)
	@$(SETUP) bench
	@exec $(BIN)/python -m bench $(BENCH)

fonts: ## make the fonts of the printed notices, once
	@$(SETUP) fonts

crawl: ## look at every page as every person in every look: axe, width, weight (CRAWL="--quick qiye" for less)
	@$(SETUP) test
	@exec $(BIN)/python -m portal.devtools.crawl $(CRAWL)

first-render: ## how soon pages are first drawn on a slow phone
	@$(SETUP) test
	@exec $(BIN)/python -m portal.devtools.first_render

screenshots: ## make the pictures of the README anew
	@$(SETUP) test
	@exec $(BIN)/python -m portal.devtools.screenshots

requirements: ## pin anew what requirements/*.in ask for (UPGRADE=--upgrade for newer versions)
	@$(SETUP) check
	for name in build base dev bench; do \
	  CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile $(UPGRADE) \
	    --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

sbom: ## write what the portal is built from as CycloneDX, to var/sbom.json
	@$(SETUP) check
	@exec $(BIN)/python -m portal.devtools.sbom

clean: ## remove the environments and caches (the demo's data, in var, stays)
	rm -rf .venv .venv-bench .cache
