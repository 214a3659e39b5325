# Everything is set up on the way: `make run` and `make test` need only Python >= 3.11 and make.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench reproduce clean
.DEFAULT_GOAL := run

run: $(VENV)/.serving
	$(BIN)/questrag serve --port $(PORT)

test: $(VENV)/.testing check
	$(BIN)/pytest

# What needs no running: formatting, rules, types, import contracts.
check: $(VENV)/.testing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.testing
	$(BIN)/python -m benchmarks

# The four-way table of arXiv 2401.06800, from training to figures; a quarter of an hour.
reproduce: $(VENV)/.testing
	$(BIN)/questrag train reproduce

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

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
