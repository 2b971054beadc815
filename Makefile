# Two commands are all a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types fmt bench golden scale clean

help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $(READY)

demo: $(READY) ## write a folder of exports and run the main job on it
	rm -rf demo
	$(BIN)/journeyminer demo demo/exports
	$(BIN)/journeyminer discover demo/exports -o demo/out

test: $(READY) ## run the tests
	$(BIN)/python -m pytest

lint: $(READY) ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## check types
	$(BIN)/mypy

check: lint types test ## everything CI runs

fmt: $(READY) ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(READY) ## rewrite golden files and the reference; review the diff as code
	JOURNEYMINER_BLESS=1 $(BIN)/python -m pytest tests/golden tests/test_docs.py

bench: $(READY) ## time the core job against pm4py and a bare scan (EVENTS="100000 1000000")
	$(BIN)/python bench/run.py $(EVENTS)

scale: $(READY) ## run the tests that need ten million events
	$(BIN)/python -m pytest -m scale

clean: ## remove what make made
	rm -rf $(VENV) demo out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
