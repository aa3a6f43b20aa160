# make serve   set up and serve the graph at http://127.0.0.1:5000
# make test    set up and run all tests
# Both rest on make setup and do only what isn't done yet.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PORT   ?= 5000

.DEFAULT_GOAL := help
.PHONY: help setup serve test test-long mutants check bench bench-large soak browser engines format clean

help:
	@echo "make serve      set up and serve the plan at http://127.0.0.1:$(PORT)"
	@echo "make test       set up and run linters, type checks and tests"
	@echo "make test-long  the slow suites as well (pySHACL over all data)"
	@echo "make mutants    every constraint of the shapes, the faults that break it, and whether both engines catch them"
	@echo "make bench      measure speed, as ratios against peers; bench-large: 1,000 districts"
	@echo "make soak       30 minutes of mixed load on a real server, every answer checked"
	@echo "make format     format the code"
	@echo "make clean      remove what the set-up made"

setup: $(STAMPS)/package

$(BIN)/python:
	@echo "== making the virtual environment $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; set PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

ASSETS := $(shell find src/plangraph/web/assets -type f 2>/dev/null)

$(STAMPS)/package: $(BIN)/python pyproject.toml hatch_build.py build.mjs package.json package-lock.json $(ASSETS)
	@echo "== installing plangraph, what it needs, and the web bundles"
	@mkdir -p $(STAMPS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

serve: setup
	@$(BIN)/plangraph serve --port $(PORT)

# The browser for tests, and a font with Chinese; found on the machine, else installed where apt-get is allowed.
browser:
	@if ! command -v chromium >/dev/null; then \
	  echo "== installing Chromium and a Chinese font for the browser tests"; \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; \
	  else \
	    echo "Install the packages chromium and fonts-noto-cjk, then run make test again."; exit 1; \
	  fi; \
	fi

# The engine that tests of remote stores need besides Oxigraph's server, which comes from PyPI.
engines:
	@if ! command -v virtuoso-t >/dev/null; then \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    echo "== installing Virtuoso for the tests of remote engines"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq virtuoso-opensource >/dev/null; \
	  else \
	    echo "== Virtuoso isn't here (package virtuoso-opensource): its tests are skipped"; \
	  fi; \
	fi

# Suites whose tests hold a server to limits of time run by themselves; the others side by side, since many wait.
ALONE  := tests/browser tests/hostile
BESIDE := tests/durability tests/protocol tests/queries tests/remote tests/shapes tests/unit tests/web \
          tests/test_layers.py

check: setup
	@echo "== ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "== mypy --strict"
	@$(BIN)/mypy

test: setup browser engines check
	@echo "== tests"
	@$(BIN)/pytest -m 'not long' -n 3 --dist loadfile $(BESIDE)
	@$(BIN)/pytest -m 'not long' $(ALONE)

test-long: setup browser engines check
	@echo "== all tests"
	@$(BIN)/pytest

mutants: setup
	@$(BIN)/python tests/shapes/mutant_table.py --pyshacl

bench: setup
	@$(BIN)/python -m benchmarks

# Hundreds of megabytes of data; rdflib-endpoint alone takes some 17 GB of memory: it is left out where that isn't free.
bench-large: setup
	@$(BIN)/python -m benchmarks service --districts 1000

soak: setup
	@$(BIN)/python -m benchmarks.soak

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) node_modules src/plangraph/web/static/dist build dist
