# Every target makes what it needs: `make run` works on a fresh Debian or Ubuntu with python3, python3-venv and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A plain path instead of an import hook, which would cost the console 20 ms at each start.
EDITABLE := --config-settings editable_mode=compat

.DEFAULT_GOAL := help
.PHONY: help run demo test test-all lint bench bench-compare bench-picture pictures words clean

help:  ## say what the targets do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1  \2/p' $(MAKEFILE_LIST)

run: $(VENV)/.installed  ## open the console on your own workspace
	@$(BIN)/omnidesk $(ARGS)

demo: $(VENV)/.installed  ## open the console on a throw-away workspace with lively samples
	@$(BIN)/omnidesk demo $(ARGS)

test: $(VENV)/.installed-dev  ## lint, type check and the tests, in under ten minutes
	@tools/servers $(VENV)/.left-out
	@$(MAKE) --no-print-directory lint
	@tools/tests "not slow" $(VENV)/.left-out $(ARGS)

test-all: $(VENV)/.installed-dev  ## the same with the slow tests, all on PostgreSQL too, and a minute of fuzzing
	@tools/servers $(VENV)/.left-out all
	@$(MAKE) --no-print-directory lint
	@tools/tests "" $(VENV)/.left-out $(ARGS)
	@tools/tests "not slow and not tmux" $(VENV)/.left-out --database postgresql tests/store tests/desk tests/cli tests/sync tests/console
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt $(EDITABLE) -e '.[fuzz]' 2>/dev/null \
		|| echo "What looks for mails that break the reader cannot be installed here."
	@$(BIN)/python -m tests.fuzz.mails 60

lint: $(VENV)/.installed-dev  ## ruff, mypy and the walls between the modules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev  ## measure beside the peers that are installed, up to a million messages; ARGS="--tenth"
	@$(BIN)/python -m bench.run $(ARGS)

bench-compare: $(VENV)/.installed-dev  ## two runs of the bench side by side: A=before.json B=after.json
	@$(BIN)/python -m bench.compare $(A) $(B)

bench-picture: $(VENV)/.installed-dev  ## draw docs/pictures/growth.svg from the last run of the bench
	@$(BIN)/python -m bench.growth $(ARGS)

pictures: $(VENV)/.installed-dev  ## make the pictures of the docs from the running program
	@$(BIN)/python docs/pictures.py

words: $(VENV)/.installed-dev  ## bring the translations and docs/keys.md up to date
	@$(BIN)/python tools/words
	@$(BIN)/python docs/keys.py

clean:  ## remove everything that the other targets made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache bench/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@tools/venv $(PYTHON) $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing OmniDesk into $(VENV) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt $(EDITABLE) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing OmniDesk and its development tools into $(VENV) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt $(EDITABLE) -e '.[dev]'
	@touch $@ $(VENV)/.installed
