PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: test check format

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

test: $(VENV)/.ready
	$(BIN)/python -m pytest -q tests

format: $(VENV)/.ready
	$(BIN)/ruff format assessor/model tests/model

check: $(VENV)/.ready
	$(BIN)/ruff format --check assessor/model tests/model
	$(BIN)/ruff check assessor/model tests/model
	$(BIN)/mypy assessor/model
	$(MAKE) test
