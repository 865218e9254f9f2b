# `make run` and `make test` are all the set-up there is.
SHELL := /bin/bash
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
# What libraries deprecate among themselves is no news for whoever runs a service desk.
run rehearse train: export PYTHONWARNINGS := ignore
PYTHON ?= python3.11
UV := .tools/bin/uv
BIN := .venv/bin

.PHONY: run rehearse train test check bench format clean

run: .venv/.synced  ## Set everything up and serve the chat page, Telegram when a token is set.
	$(BIN)/xinqiao run

rehearse: .venv/.synced  ## The same on a scratch database with a clock that can be moved.
	$(BIN)/xinqiao run --rehearse

train: .venv/.synced  ## Train a model anew.
	$(BIN)/xinqiao train

test: .venv/.synced  ## Set up what the tests need and run them all.
	bash tests/setup.sh
	$(BIN)/python -m pytest

check: .venv/.synced  ## Format, lint, types, and who may import whom.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.synced  ## Ours against the stock Rasa stack, one conversation set, one run.
	$(BIN)/python -m benchmarks

format: .venv/.synced
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.tools/bin/uv:
	$(PYTHON) -m venv .tools || python3 -m venv .tools
	.tools/bin/pip install --quiet uv

.venv/.synced: .tools/bin/uv pyproject.toml uv.lock
	$(UV) sync --locked --quiet
	touch $@

clean:
	rm -rf .venv .tools var .mypy_cache .ruff_cache .pytest_cache
