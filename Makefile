# `make` lists what there is. Everything runs from .venv, which is made here from the locked, hashed wheels.

VENV := .venv
PYTHON ?= python3
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --only-binary :all: --require-hashes
DATA ?= var
WORKERS ?= 3

# Every process that starts would otherwise compile eight hundred files again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench docs lock
.DELETE_ON_ERROR:

help: ## this list
	@echo "Hearth. make TARGET:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 10

demo: $(VENV)/runs ## a made-up city in one box: opens on the address in its last line, READY http://…
	@$(VENV)/bin/hearth up --demo --data $(DATA)

test: $(VENV)/tests ## the whole suite on a real NATS server and a real PostgreSQL
	@$(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: $(VENV)/tests ## format, style, types, and which room may import which
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

bench: $(VENV)/tests ## the figures, each beside its peer or limit in the same run
	@$(VENV)/bin/hearth bench $(ARGS)

docs: $(VENV)/tests ## checks the documents: links, picture, the worked example
	@$(VENV)/bin/python -m pytest -q tests/architecture/test_docs.py tests/architecture/test_worked_example.py

lock: $(VENV)/tests ## pins and hashes what requirements*.in ask for
	@$(PIP) install --quiet pip-tools
	@for name in requirements requirements-dev; do \
	  $(VENV)/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	    --no-emit-index-url --no-emit-find-links --output-file $$name.lock $$name.in; \
	done

# The stamps are files whose age tells whether a lock is newer than what is installed.
$(VENV)/runs: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Hearth needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(VENV)/bin/python && $(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) \
	  || { echo "python3 -m venv failed: on Debian and Ubuntu install python3-venv" >&2; exit 1; }
	@echo "Installing what Hearth runs on into $(VENV) (once, about a minute) …"
	@$(INSTALL) -r requirements.lock
	@$(VENV)/bin/python deploy/link.py
	@touch $@

$(VENV)/tests: requirements-dev.lock $(VENV)/runs
	@echo "Installing what the tests need into $(VENV) …"
	@$(INSTALL) -r requirements.lock -r requirements-dev.lock
	@touch $@
