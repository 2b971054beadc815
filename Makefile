# Two commands are all a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK   := requirements.lock
NEWEST := .venv-newest
FUZZED  = $(shell grep -rl "^@given" tests/unit)
FREEZE  = $(NEWEST)/bin/python -m pip freeze --all --exclude-editable --exclude setuptools

.DEFAULT_GOAL := help
.PHONY: help demo demo-archive test faults fuzz truth truth-full pollock alarms coverage mutants check lint types fmt bench golden scale newest lock clean

help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What is locked is installed; with LOCK= (as `make newest` says) the newest versions that pyproject.toml allows.
$(READY): pyproject.toml $(LOCK)
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(if $(LOCK),--constraint $(LOCK)) --upgrade "pip>=25.3"
	$(PIP) $(if $(LOCK),--constraint $(LOCK) --build-constraint $(LOCK)) --editable . --group dev
	@touch $(READY)

demo: $(READY) ## write a folder of exports and run the main job on it
	rm -rf demo
	$(BIN)/journeyminer demo demo/exports
	$(BIN)/journeyminer discover demo/exports -o demo/out

# Four processes at most: each wants up to a gigabyte, and a container may be told of cores that it may not use.
test: $(READY) ## run the tests, on every core
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

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

demo-archive: $(READY) ## write the files that `journeyminer demo` unpacks, after a change of their generator
	PYTHONPATH=bench $(BIN)/python -m demo src/journeyminer/demo.zip

truth: $(READY) ## score what the product says of worlds whose truth is known (20 seeds of each family, 10 minutes)
	PYTHONPATH=bench $(BIN)/python -m journeybench run

truth-full: $(READY) ## the same with 100 seeds of each family; goes on where it was stopped
	PYTHONPATH=bench $(BIN)/python -m journeybench run --seeds 100

pollock: $(READY) ## read 150 polluted tables and compare with their clean twins (JOURNEYMINER_DATA is the folder of real logs)
	$(BIN)/python bench/pollock.py

alarms: $(READY) ## measure how often the decision of alarms is false, and how soon it is right (some minutes)
	PYTHONPATH=src $(BIN)/python bench/alarms.py

bench: $(READY) ## time the core job against pm4py and a bare scan (EVENTS="100000 1000000")
	$(BIN)/python bench/run.py $(EVENTS)

faults: $(READY) ## kill and fail the commands that write at every step on the disk (a few minutes)
	JOURNEYMINER_FAULTS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 tests/faults

fuzz: $(READY) ## run the tests whose inputs are made up, with new ones (a failure prints how to repeat it)
	JOURNEYMINER_FUZZ=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 -m "not scale" tests/property $(FUZZED)

scale: $(READY) ## run the tests that need ten million events
	$(BIN)/python -m pytest -m scale

coverage: $(READY) ## run the tests and list the lines and branches that none of them runs (less than 95 % fails)
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage report

# A change is noticed when a test fails, hangs or crashes. Every change of one function asks only the tests that run it.
mutants: $(READY) ## change log/, prepare/ and mining/ one thing at a time; list what no test notices (an hour)
	$(PIP) --constraint $(LOCK) --group mutants
	$(BIN)/mutmut run $(MUTANTS) > mutants.log 2>&1 || { tail -n 30 mutants.log; exit 1; }
	@$(BIN)/mutmut results --all true | awk -F': ' '/not checked/ {next} /: (survived|no tests)$$/ {print; left++} {n++} \
		END {printf "%d of %d changes noticed (%.3f)\n", n - left, n, (n - left) / n; exit (n - left) / n < 0.8}'

newest: ## run the checks with the newest versions; say which are new and what fails
	rm -rf $(NEWEST)
	@$(MAKE) --keep-going check VENV=$(NEWEST) LOCK=; status=$$?; \
	echo "Other than in $(LOCK):"; $(FREEZE) | awk -F== 'NR == FNR {locked[$$1] = $$2; next} \
		locked[$$1] != $$2 {print "  " $$1, locked[$$1] ? locked[$$1] : "(new)", "->", $$2; n++} \
		END {if (!n) print "  nothing"}' $(LOCK) -; \
	exit $$status

# To be run with the oldest Python that pyproject.toml allows: its versions serve the later ones too.
lock: newest ## lock the newest versions, if every check passes with them
	@{ echo "# The versions that the checks pass with, written by \`make lock\`; not to be edited by hand."; \
	echo "# They are limits for pip (--constraint): what a system does not need is not installed there."; \
	$(FREEZE); } > $(LOCK)

clean: ## remove what make made
	rm -rf $(VENV) $(NEWEST) mutants mutants.log demo out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
