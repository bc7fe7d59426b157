# Everything runs in an environment of its own, made at the first call and kept until setup.cfg changes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check

.PHONY: run test test-slow bench lint clean

run: $(VENV)/.run  ## train the three networks on MNIST, run the post, write the pictures to results/
	$(PY) -m autoencoder train all --model-dir model --output results
	$(PY) -m autoencoder post --model-dir model --output results

test: $(VENV)/.dev  ## the suite without the slow tests
	$(PY) -m pytest

test-slow: $(VENV)/.dev  ## the tests that train for minutes or run whole processes
	$(PY) -m pytest -m slow

bench: $(VENV)/.bench  ## mxspec and the networks beside their peers, and how time grows with size
	mkdir -p build
	$(PY) -m pytest tests/benchmarks -q --benchmark-quiet --benchmark-json=build/bench.json
	$(PY) -m tests.benchmarks.report build/bench.json
	$(PY) -m tests.benchmarks.growth results/growth.png

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

clean:
	rm -rf $(VENV) model build *.egg-info

$(PY):
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: setup.cfg pyproject.toml | $(PY)
	$(INSTALL) --editable .
	touch $@

$(VENV)/.bench: setup.cfg pyproject.toml | $(PY)
	$(INSTALL) --editable ".[bench,test]"
	touch $@

$(VENV)/.dev: setup.cfg pyproject.toml | $(PY)
	$(INSTALL) --editable ".[dev]"
	touch $@ $(VENV)/.run
