# Everything that a newcomer types. Needs Python 3.11 or newer and a network for the first run; nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
RECORDS ?= 20000
PORT ?= 8484
NAME ?=
PYTEST_ARGS ?=
PYTEST_WORKERS ?= 2

# Always our own environment, whatever the caller's shell has activated; patient with slow networks.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_DEFAULT_TIMEOUT ?= 180
export UV_HTTP_TIMEOUT ?= 180
export UV_LINK_MODE ?= copy
export GX_ANALYTICS_ENABLED := false

UV := $(BIN)/uv
UV_INSTALL = $(UV) pip install --quiet --python $(BIN)/python --no-build-isolation
UV_COMPILE = $(UV) --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock'

.PHONY: help setup setup-dev demo test test-long lint format bench lock migration clean

help: ## List what can be made
	@echo 'Enishi: make TARGET'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.run ## Install what the product needs into .venv

setup-dev: $(VENV)/.dev ## Install what development needs too

demo: $(VENV)/.run ## Invent six companies, run their files through the pipeline, serve the page (RECORDS=20000 PORT=8484)
	$(BIN)/cdp demo --records $(RECORDS) --port $(PORT)

test: lint ## Check format, lint, types and borders, then run the tests (PYTEST_ARGS=… PYTEST_WORKERS=2)
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile -m 'not long' $(PYTEST_ARGS)

test-long: $(VENV)/.dev ## Run the slow attacks and the fuzzing
	$(BIN)/python -m pytest -m long $(PYTEST_ARGS)

lint: $(VENV)/.dev ## Check format, lint, types and the one arrow
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## Format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## Measure ingest by stage and the profile read, as ratios
	$(BIN)/python -m benchmarks

lock: $(VENV)/.uv ## Resolve pyproject.toml into requirements/*.txt, with hashes and without addresses
	$(UV_COMPILE) --upgrade --group bootstrap --output-file requirements/uv.txt
	$(UV_COMPILE) --upgrade --extra all --group build --output-file requirements/run.txt pyproject.toml
	$(UV_COMPILE) --upgrade --extra all --group build --group dev --constraint requirements/run.txt \
		--no-annotate --output-file requirements/dev.txt pyproject.toml

migration: $(VENV)/.dev ## Write the migration from the last one to the tables as they are (NAME=what-changes)
	@test -n '$(NAME)' || { echo 'name the change: make migration NAME=add-the-quota' >&2; exit 2; }
	$(BIN)/python -m cdp.migrations '$(NAME)'
	$(BIN)/ruff check --quiet --fix cdp/migrations/versions
	$(BIN)/ruff format --quiet cdp/migrations/versions

clean: ## Remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# The stamps: each says "done for these very requirements", so that nothing is installed twice.
$(VENV)/.made:
	@set -eu; found=''; \
	for candidate in $(if $(PYTHON),'$(PYTHON)',python3 python3.13 python3.12 python3.11 python3.14); do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo 'Enishi needs Python 3.11 or newer, and none was found as $(or $(PYTHON),python3 or python3.11 to python3.14).' >&2; \
		echo 'Install one, or name it: make PYTHON=/path/to/python3.12 …' >&2; exit 1; fi; \
	echo "· making .venv with $$("$$found" -V)"; \
	if ! "$$found" -m venv --clear $(VENV); then \
		echo "$$found cannot make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; fi; \
	touch $@

$(VENV)/.uv: requirements/uv.txt | $(VENV)/.made
	@echo '· installing uv, pinned by hash, into .venv'
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement requirements/uv.txt
	@touch $@

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/.uv
	@echo '· installing what the product needs, pinned by hash, into .venv (the first time: about a minute, 1 GB)'
	@$(UV_INSTALL) --require-hashes --compile-bytecode --requirement requirements/run.txt
	@$(UV_INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo '· installing what development needs, pinned by hash, into .venv'
	@$(UV_INSTALL) --require-hashes --compile-bytecode --requirement requirements/dev.txt
	@touch $@
