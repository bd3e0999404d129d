# Alur. `make help` lists what can be done.
PYTHON ?= python3
BIN := .venv/bin

# Files whole, in the order of their folders: else those of few tests come last, the longest among them, on one core.
SPREAD := --dist loadfile --no-loadscope-reorder
# Where the tests for a browser are: to collect all others once more takes each worker ten seconds.
BROWSER = tests/journeys $(shell grep -rl --include='test_*.py' 'mark\.browser' tests)

.DEFAULT_GOAL := help
.PHONY: help install install-dev run lint check test nightly chaos bench house mutants mutants-record format

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: ## set up: environment, pinned requirements, browser modules
	@$(PYTHON) bootstrap.py

install-dev: ## the same, with the tools for checks and tests
	@$(PYTHON) bootstrap.py --dev

# Who the demo's public pages say runs them, from the SOP and the calendar; another office sets its own. No telephone: the
# SOP names none.
ifndef ALUR_OFFICE
run: export ALUR_OFFICE := Pemerintah Kabupaten Wonogiri
run: export ALUR_OFFICE_ADDRESS := Bagian Organisasi, Sekretariat Daerah Kabupaten Wonogiri
run: export ALUR_OFFICE_HOURS := Senin–Kamis 07.30–16.00, Jumat 07.30–14.30 WIB
endif

run: install ## run it: web and timer worker on http://127.0.0.1:8000
	@ALUR_WATCH=$${ALUR_WATCH:-1} exec $(BIN)/python -m app run

lint: install-dev ## ruff, mypy, import-linter, djlint
	$(BIN)/ruff format --check app tests frontend bootstrap.py
	$(BIN)/ruff check app tests frontend bootstrap.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint app/web/templates --lint --quiet

check: lint ## lint, and the fast tests
	$(BIN)/python -m pytest -q -n 2 $(SPREAD) -m "not slow and not browser"

test: lint ## everything, on both databases, browser journeys in Chromium included
	@$(PYTHON) bootstrap.py --dev --browser
	$(BIN)/python frontend/build.py --test
	$(BIN)/python -m pytest -q -n 2 $(SPREAD) -m "not browser"
	$(BIN)/python -m pytest -q -n 3 $(SPREAD) -m browser $(BROWSER)  # apart: a browser's event loop keeps V8 from its time limits

# Each night other seeds, the same for a whole day; ALUR_SEED plays a night again.
NIGHT := $(shell echo $$(( $$(date +%s) / 86400 * 1000 )))
FUZZED := reader timer drawn_time feel table form submission request

nightly: install-dev ## all twins on PostgreSQL, 20,000 random models and changes, 5,000 forms beside form-js, 100,000 hostile inputs for each reader; some hours
	ALUR_TWINS=all $(BIN)/python -m pytest -q -n 2 $(SPREAD) tests/services
	ALUR_MODELS=20000 ALUR_SEED=$$(( $${ALUR_SEED:-$(NIGHT)} * 20 )) $(BIN)/python -m pytest -n 2 tests/engine/running/test_invented_models.py tests/engine/state_space
	ALUR_CHANGES=20000 ALUR_SEED=$$(( $${ALUR_SEED:-$(NIGHT)} * 20 )) $(BIN)/python -m pytest -n 2 tests/services/comparison
	$(BIN)/python frontend/build.py --test
	FORMS_RUNS=5000 FORMS_SEED=$${ALUR_SEED:-$(NIGHT)} $(BIN)/python -m pytest -n 2 -k like_formjs tests/forms
	ALUR_ROUNDS=1000 $(BIN)/python -m pytest -n 2 tests/races/test_one_winner.py
	ALUR_INPUTS=100000 ALUR_SEED=$${ALUR_SEED:-$(NIGHT)} $(BIN)/python -m pytest -n 2 tests/attack
	@$(BIN)/python -c "import atheris" 2>/dev/null || echo "Not fuzzed by coverage: $(BIN)/pip install -r requirements-fuzz.txt"
	@! $(BIN)/python -c "import atheris" 2>/dev/null || for target in $(FUZZED); do \
	  $(BIN)/python -m tests.attack.fuzz $$target || exit 1; done

# KILLS are halved between the databases; SEED plays a run again; RECORD (a file) lets one that was stopped go on.
KILLS ?= 10000
SEED ?= 1
CHAOS = $(BIN)/python -m tests.chaos --kills $$(( $(KILLS) / 2 )) --seed $(SEED) $(if $(RECORD),--record $(RECORD))

chaos: install-dev ## kill it 10,000 times, stop its databases, fill its disks; about an hour
	$(CHAOS) --database sqlite
	$(CHAOS) --database postgresql
	ALUR_CHAOS=1 $(BIN)/python -m pytest -q tests/chaos

# Words after `bench` name what to measure: `make bench walk`.
ifeq (bench,$(firstword $(MAKECMDGOALS)))
MEASURED := $(wordlist 2,99,$(MAKECMDGOALS))
$(MEASURED): bench ; @:
endif

bench: install-dev ## measure, and print each figure beside the figure asked; `make bench walk` measures that alone
	$(BIN)/python -m tests.bench $(MEASURED)

house: install-dev ## draw up how the house is built, in docs/house.md; JUNIT (a report of pytest) adds the suite's seconds
	$(BIN)/python -m tests.house $(if $(JUNIT),--junit $(JUNIT))

# What was tried stands in .mutants: run again, it goes on. MINUTES bound one sitting.
MUTANTS ?= 100
MINUTES ?= 600

mutants-record: install-dev ## note which tests pass which function, for `make mutants`: the suite once, twice as long
	$(BIN)/python -m pytest -q -n 2 $(SPREAD) -m "not browser" -p tests.mutants.recording

mutants: install-dev ## break 100 lines of app at random, one at a time, and list those that no test finds; some hours
	$(BIN)/python -m tests.mutants --count $(MUTANTS) --seed $(SEED) --minutes $(MINUTES)

format: install-dev ## put code and templates into shape
	$(BIN)/ruff check --fix app tests frontend bootstrap.py
	$(BIN)/ruff format app tests frontend bootstrap.py
