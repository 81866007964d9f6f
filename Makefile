# Everything the project does, by name. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# uv is used where it is; otherwise it comes into a venv of its own.
UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
PATHS := settings.py models tasks flows reports deployments tests benchmarks

.PHONY: help setup demo up down test lint format lock clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup: $(VENV)/.ready ## make .venv with the command at .venv/bin/zhiyong

$(UV):
	$(PYTHON) -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv

$(VENV)/.ready: requirements-dev.lock pyproject.toml | $(UV)
	test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements-dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q settings.py models tasks flows reports deployments
	touch $@

demo: setup ## the whole path on the sample: workbooks and a summary in out/
	$(BIN)/zhiyong demo

up: setup ## start database, Prefect server and UI, worker, schedules; Ctrl-C stops them
	$(BIN)/zhiyong up

down: setup ## stop what `make up` started
	$(BIN)/zhiyong down

test: setup lint ## lint, types, layers and every test
	$(BIN)/pytest -n 3 --dist loadfile

lint: setup
	$(BIN)/ruff check $(PATHS)
	$(BIN)/ruff format --check $(PATHS)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## put the code into its form
	$(BIN)/ruff check --fix $(PATHS)
	$(BIN)/ruff format $(PATHS)

lock: $(UV) ## write both locks anew from pyproject.toml, with the newest versions
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group dev -o requirements-dev.lock

clean: ## remove the venv and what was made; never the ledger in .zhiyong/
	rm -rf $(VENV) .uv out .pytest_cache .mypy_cache .ruff_cache
