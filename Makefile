# Nothing but Python (>= 3.11), make and git is needed; everything else is installed into .venv from the lock files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOURCES := assessor collectors evaluators tools tests
DEMO_OUTPUT ?= demo-output
DIST ?= dist

.PHONY: help demo test losses browser-test lambda deploy-test deploy-check check format lint types imports docs docs-fresh bench lock control clean

help:
	@echo "make demo      assess the invented company: prints the assessment, writes $(DEMO_OUTPUT)/"
	@echo "make test      run the tests"
	@echo "make losses    every answer that a control rests on lost in turn (make test: a third of them)"
	@echo "make browser-test   run report.html in Chromium: axe, keyboard, print, injection"
	@echo "make lambda    build the Lambda package for both processors into $(DIST)/, with its bill of materials"
	@echo "make deploy-test    run the package under the real Lambda runtime client"
	@echo "make deploy-check   lint the templates and the state machine: cfn-lint, sam validate, checkov and others"
	@echo "make check     what CI runs: format, lint, types, import contracts, generated docs, tests"
	@echo "make bench     measure: wall against ideal, CPU per call, memory, growth"
	@echo "make docs      write the generated pages again"
	@echo "make control ID=GAI-4.10 SLUG=what-it-judges ITEM=4   scaffold a control with its cases"

$(VENV)/.demo: requirements/demo.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/demo.lock
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements/dev.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/dev.lock
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	$(BIN)/assessor scan --demo --fail-on none --min-coverage 0 --output-dir $(DEMO_OUTPUT)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n auto tests

# Every answer that a control rests on lost in turn; `make test` tries a third of them.
losses: $(VENV)/.dev
	ALL_LOSSES=1 $(BIN)/python -m pytest -q -n auto tests/evaluators

# A real browser and a real spreadsheet: Debian's Chromium, driven by Playwright, and LibreOffice. Not part of
# `make test`: it installs packages. Whatever is missing and cannot be installed is skipped, and said to be.
SLOW_PACKAGES := chromium libreoffice-calc-nogui
browser-test: $(VENV)/.dev
	command -v chromium soffice >/dev/null || test "$$(id -u)" != 0 || (apt-get -qq update && apt-get -qq install -y --no-install-recommends $(SLOW_PACKAGES)) || true
	command -v chromium soffice || echo "not everything is installed, and no right to install it: tests will be skipped (apt-get install $(SLOW_PACKAGES))"
	$(PIP) -e '.[dev,browser]'
	BROWSER_TESTS=1 $(BIN)/python -m pytest -q -rs tests/browser

lambda: $(VENV)/.dev
	$(BIN)/assessor deploy package --output-dir $(DIST)

# Builds the package and runs it in processes of its own; not part of `make test`, which it would double.
deploy-test: $(VENV)/.dev
	$(BIN)/python -m pytest -q tests/deploy/slow_package.py

# sam, checkov and cloudformation-validate pin libraries of their own: uv keeps each in an environment of its own.
# The state machine's definition is validated where Node.js is there. Nothing is asked of AWS.
TEMPLATES := single organization member-role
define VALIDATE
import sys
from cloudformation_validate import CompositeEngine
engine = CompositeEngine()
found = [f"{path}: {one.rule_id} {one.message}" for path in sys.argv[1:]
         for one in engine.validate_template(path).diagnostics if one.severity.name != "INFO"]
sys.exit("\n".join(found) or 0)
endef
define DEFINITION
from assessor.deploy import machine
known = {"AWS::Partition": "aws", "Bucket": "results", "MaxConcurrency": "200"}
print(machine.filled(lambda name: known.get(name, "arn:aws:lambda:us-east-1:111122223333:function:f")))
endef
export VALIDATE DEFINITION
deploy-check: $(VENV)/.dev
	mkdir -p $(DIST)/templates
	for name in $(TEMPLATES); do $(BIN)/assessor deploy print $$name > $(DIST)/templates/$$name.yaml || exit 1; done
	$(BIN)/cfn-lint $(TEMPLATES:%=$(DIST)/templates/%.yaml)
	for name in $(TEMPLATES); do SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(BIN)/uv tool run --quiet --from aws-sam-cli \
	  sam validate --lint -t $(DIST)/templates/$$name.yaml || exit 1; done
	$(BIN)/uv tool run --quiet --from checkov checkov --skip-download --framework cloudformation --compact --quiet -d $(DIST)/templates
	$(BIN)/uv tool run --quiet --from cloudformation-validate python -c "$$VALIDATE" $(TEMPLATES:%=$(DIST)/templates/%.yaml)
	$(BIN)/python -c "$$DEFINITION" > $(DIST)/templates/definition.json
	if command -v npx >/dev/null; then npx --yes asl-validator@4.0.0 --json-path $(DIST)/templates/definition.json; \
	  else echo "no npx: the state machine's definition was not validated"; fi

format: $(VENV)/.dev
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)

lint: $(VENV)/.dev
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)

types: $(VENV)/.dev
	$(BIN)/mypy $(SOURCES)

imports: $(VENV)/.dev
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/.dev
	$(BIN)/python -m tools.docs

docs-fresh: $(VENV)/.dev
	$(BIN)/python -m tools.docs --check

check: lint types imports docs-fresh test

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

control: $(VENV)/.dev
	$(BIN)/python -m tools.new_control $(ID) $(SLUG) $(ITEM)

# Fresh pins for the whole tree; run it, look at the difference, commit it.
lock: $(VENV)/.dev
	$(PIP) uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --extra demo requirements/build.in pyproject.toml -o requirements/demo.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --extra dev requirements/build.in pyproject.toml -o requirements/dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  requirements/lambda.in -o assessor/deploy/data/requirements.lock

clean:
	rm -rf $(VENV) $(DEMO_OUTPUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
