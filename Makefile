# Alur. `make help` lists what can be done.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install install-dev run check test bench format clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1|/' | column -t -s '|'

install: ## set up: environment, pinned requirements, browser modules
	@$(PYTHON) bootstrap.py

install-dev: ## the same, with everything that tests need
	@$(PYTHON) bootstrap.py --dev

run: install ## run it: web and timer worker on http://127.0.0.1:8000
	@ALUR_WATCH=$${ALUR_WATCH:-1} $(BIN)/python -m app run

check: install-dev ## ruff, mypy, import-linter, djlint, fast tests
	$(BIN)/ruff format --check app tests frontend bootstrap.py
	$(BIN)/ruff check app tests frontend bootstrap.py
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint app/web/templates --check --lint --quiet
	$(BIN)/python -m pytest -q -n 2 -m "not slow"

test: install-dev ## everything, browser journeys included
	$(BIN)/python frontend/build.py --test
	$(BIN)/python -m pytest -q -n 2

bench: install-dev ## measure, and print each figure beside the figure asked
	$(BIN)/python -m tests.bench

format: install-dev ## put code and templates into shape
	$(BIN)/ruff format app tests frontend bootstrap.py
	$(BIN)/ruff check --fix app tests frontend bootstrap.py
