# Everything a newcomer needs, from a bare checkout: python3 (3.11 or later) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Which store the suite runs on: sqlite, or postgresql (one of the project's own is started where none answers).
STORE ?= sqlite
# `quick` for the directed schedules alone.
CHAOS ?= full

.PHONY: demo test setup check lint bench chaos postgres format clean

demo: setup
	@$(BIN)/deskbell demo

test: setup
ifeq ($(STORE),postgresql)
	@$(BIN)/python -m tests.postgres
endif
	@DESKBELL_TEST_STORE=$(STORE) $(BIN)/python -m tests.run

# A PostgreSQL on this machine, left running: the one that answers already, else one of the project's own.
postgres: setup
	@$(BIN)/python -m tests.postgres

chaos: setup
	@$(BIN)/python -m evals.chaos $(if $(filter quick,$(CHAOS)),--quick)

setup: $(READY)

# What the source alone must hold: format, lint, types, who imports whom.
lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench: setup
	$(BIN)/python -m evals.bench

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) var build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Installed from the hash-locked file alone; installed again when the lock or the project file has changed.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Deskbell needs Python 3.11 or later; set PYTHON=python3.x")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "No virtual environment could be made. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing into $(VENV) (once; one to two minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
