# One room for every command a contributor needs: setup, run, test, partners.
PYTHON ?= $(shell command -v python3.13 >/dev/null 2>&1 && python3.13 -c 'import sys' >/dev/null 2>&1 && echo python3.13 || echo python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup run test lint audit partners sbom deb clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo "Making the environment in $(VENV) (about half a minute; longer when packages must be downloaded) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

run: setup
	@$(BIN)/assistant run

test: setup
	@$(BIN)/python -m tests.system_parts
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m tests.suite

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

audit: setup
	@$(BIN)/python -m release.advisories

partners: setup
	@$(BIN)/python -m tests.system_parts
	@$(BIN)/python -m pytest -m partner tests/partners

sbom: setup
	@mkdir -p dist
	@$(BIN)/python -m release.sbom dist/assistant.cdx.json

deb: setup
	@$(BIN)/python -m release.deb dist

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
