# make demo    build a lake from the sample logs, print its answer, serve the dashboard
# make test    everything that CI runs: all of `make check`, then every test
# make check   format, lint, types, imports, docs
# make screenshots
#              take pictures of each page of the dashboard, into build/screenshots
# make tables  write docs/tables.md anew, after columns or their comments have changed
# make samples write the sample logs anew, the same ones each time
# make format  set the format and what the linter can mend by itself

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILED := hatch_build.py $(wildcard ingest/*.pyx ingest/*.pxd)
# One more than there are cores, since many tests wait for a server or a browser.
TEST_PROCESSES := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	--constraint constraints.txt

.DELETE_ON_ERROR:
.PHONY: demo test check format-check lint types imports docs browser screenshots samples tables format constraints clean

demo: $(VENV)/installed
	$(BIN)/roletrail demo

test: format-check lint types imports browser
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist worksteal

check: format-check lint types imports docs

format-check: $(VENV)/installed-dev
	$(BIN)/ruff format --check

lint: $(VENV)/installed-dev
	$(BIN)/ruff check

types: $(VENV)/installed-dev
	$(BIN)/mypy

imports: $(VENV)/installed-dev
	$(BIN)/lint-imports

docs: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/test_docs.py

browser:
	.ci/install-browser

screenshots: $(VENV)/installed-dev
	$(BIN)/python -m tests.dashboard.screenshots build/screenshots

tables: $(VENV)/installed-dev
	$(BIN)/python -m tests.tables_page docs/tables.md

samples: $(VENV)/installed-dev
	$(BIN)/python -m tests.estate sample_logs

format: $(VENV)/installed-dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# The oldest Python that is supported, so that every version found exists for the newer ones too.
constraints:
	rm -rf build/constraints
	$(PYTHON) -m venv build/constraints
	build/constraints/bin/pip install --quiet --upgrade --editable '.[bench,dev]' 'duckdb<2'
	sed '/^[^#]/d' constraints.txt > build/constraints.txt
	build/constraints/bin/pip freeze --exclude-editable >> build/constraints.txt
	mv build/constraints.txt constraints.txt

clean:
	rm -rf $(VENV) build dist

# Stamps: installing again happens only when the packages asked for, or what is compiled, have
# changed.
$(VENV)/installed: $(VENV)/created pyproject.toml constraints.txt $(COMPILED)
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/created pyproject.toml constraints.txt $(COMPILED)
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"error: roletrail needs Python 3.11 or newer, for example: make PYTHON=python3.13")'
	$(PYTHON) -m venv $(VENV)
	@touch $@
