# Everything that is done with this repository. `make` alone prints the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# The folder that `make run` plays on (a copy of it); it may hold spaces.
BOOK ?= docs/sample-book
export BOOK

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
# One worker per file of tests: a language server is shared by the tests of its file.
PYTEST := $(PY) -m pytest -n 2 --dist loadfile

.PHONY: help setup check lint test run bench docs clean

help: ## print these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv with the package and all tools (done by the others when needed)

check: lint ## the inner loop, under a minute: lint, types, fast tests
	$(PYTEST) -q -m "not slow"

lint: $(READY) ## style, layout and types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

test: lint ## everything: lint, types, all tests, coverage of the core
	$(PYTEST) --hypothesis-profile=ci --cov --cov-report=term-missing

run: $(READY) ## play a session's whole life on the sample book, or on BOOK=<folder>
	@$(PY) -m redraft.faces.cli.tour --book "$$BOOK"

bench: $(READY) ## measure the figures against their floors and print the table
	@$(PY) tests/bench/run.py

docs: $(READY) ## write the commands' page and the extension's types again from the table
	$(PY) docs/generate.py

clean: ## remove all that make made: the environment, caches, coverage, builds
	rm -rf $(VENV) .coverage .coverage.* htmlcov build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find server tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

# Done once, and again when pyproject.toml changes. A half-made environment has no stamp.
$(READY): pyproject.toml
	@rm -f $(READY)
	@$(find_python); \
	if ! $(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Making $(VENV) with $$python ($$("$$python" --version))"; \
		"$$python" -m venv --clear $(VENV); \
	fi
	@echo "Installing redraft and its tools into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

# Sets $python to a Python of 3.11 or later that can make virtual environments, or says what is missing.
# Set PYTHON=/path/to/python3 to choose one.
define find_python
python=""; bare=""; seen=""; \
look() { \
	for candidate in $${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3}; do \
		version="$$("$$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" || continue; \
		seen="$$seen $$candidate ($$version)"; \
		"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || continue; \
		if "$$candidate" -c 'import ensurepip, venv' 2>/dev/null; then python="$$candidate"; return; fi; \
		bare="$${bare:-$$candidate}"; \
	done; \
}; \
look; \
if [ -z "$$python" ] && [ -n "$$bare" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	echo "$$bare cannot make virtual environments yet: installing python3-venv"; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
	look; \
fi; \
if [ -z "$$python" ] && [ -n "$$bare" ]; then \
	echo "error: $$bare has no venv or ensurepip. On Debian: sudo apt-get install python3-venv" >&2; exit 1; \
elif [ -z "$$python" ]; then \
	echo "error: Redraft needs Python 3.11 or later; found:$${seen:- none}. Set PYTHON=/path/to/python3 to name one." >&2; exit 1; \
fi
endef
