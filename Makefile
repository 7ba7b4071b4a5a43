# Needs only Python 3.11+, git and make: every target does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.ready
READY := $(VENV)/.ready-dev
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup demo test fuzz faults strict strict-slack pictures check lock bench clean
help:
	@echo "make demo   a fleet's month in under two minutes"
	@echo "make test   all tests"
	@echo "make fuzz   property tests, thirty times as long (20 minutes at most)"
	@echo "make check  types, style, layers"
	@echo "make bench  benchmarks (figures, no assertions)"
	@echo "make faults everything goes wrong, seeded (half an hour)"
	@echo "make strict SPEC=description.yaml  client and simulator against the API's OpenAPI description (needs node)"
	@echo "make strict-slack  messages and views against Slack's own types (needs node)"
	@echo "make pictures     the documentation's pictures, from the bot's own messages (needs Chromium)"
	@echo "make lock   renew the lock files"

setup: $(READY)

# Two steps, so that who only wants to see the bot does not wait for what only its tests need.
$(RUNS): requirements.lock requirements-build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --require-hashes -r requirements-build.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(READY): $(RUNS) requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(RUNS)
	$(BIN)/usagebot demo

test: setup
	$(BIN)/python -m pytest -n 2

fuzz: setup
	$(BIN)/python -m pytest -n 2 --hypothesis-profile=deep tests/fuzz

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/python -m tests.audit

strict: setup
	@test -f '$(SPEC)' || { echo "Name the API's OpenAPI description: make strict SPEC=path/to/description.yaml"; exit 1; }
	npm ci --prefix tests/strict --no-audit --no-fund
	$(BIN)/python -m pytest tests/strict/against_mock.py tests/strict/through_proxy.py --spec '$(SPEC)'

strict-slack: setup
	npm ci --prefix tests/strict --no-audit --no-fund
	cd tests/strict && npx ts-json-schema-generator --path slack.ts --type '*' --no-type-check -o node_modules/slack.schema.json
	SLACK_SCHEMA=tests/strict/node_modules/slack.schema.json $(BIN)/python -m pytest -n 2 tests/notify tests/slack

pictures: setup
	$(BIN)/python -m tests.pictures

bench: setup
	$(BIN)/python -m tests.benchmarks

faults: setup
	$(BIN)/python -m tests.faults --report docs/reliability.md
	$(BIN)/python -m tests.faults.telling --report docs/reliability.md

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --upgrade --quiet pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --upgrade --quiet pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	printf 'hatchling\neditables\n' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet - -c requirements-dev.lock -o requirements-build.lock

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
