# Everything runs in an environment of its own, made at the first call and kept until setup.cfg changes.
VENV := .venv
PY := $(VENV)/bin/python
INSTALL := -m pip install --disable-pip-version-check

# The suite starts hundreds of processes; without byte code each would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

# A worker for each processor, of four at most, takes a file at a time, in their order, which has the long ones
# first. Networks run in one thread each, or the workers would wait for one another.
TOGETHER := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# The core's tests have one apart: the newest Python and the newest numpy, which MXNet can't have, and mxspec as its
# wheel has it. tests/alone keeps autoencoder, which stands beside it in a clone, from being imported.
CORE := build/core
CORE_TESTS := mxspec tests/mxspec tests/conformance

# The first of some commands that runs: a version manager's may be on the path and not run.
first = $(shell for python in $(1); do $$python -c "import ensurepip" 2>/dev/null && echo $$python && break; done)
version = $(shell $(1) -c "import sys; print('%d.%d' % sys.version_info[:2])")

ifneq ($(and $(PYTHON),$(wildcard $(PY))),)
ifneq ($(call version,$(PYTHON)),$(call version,$(PY)))
$(error $(VENV) is of Python $(call version,$(PY)), not of $(PYTHON); try "make clean" first)
endif
endif
PYTHON ?= $(call first,python3.11 python3.12 python3)

# The numpy that MXNet asks for has no wheel after 3.12, and MXNet none for Macs with chips of Apple's.
ASKED := $(firstword $(wildcard $(PY)) $(PYTHON))
MXNET := $(shell $(ASKED) -c "import platform as p, sys; print('' if sys.version_info >= (3, 13) or p.machine() == 'arm64' else 'yes')")
NO_MXNET := No MXNet on Python $(call version,$(ASKED)) here: the networks that ship run on ONNX Runtime, none are trained.
EXTRAS := $(if $(MXNET),all,onnx,pydantic)

.PHONY: run test test-core test-slow test-stress test-all test-web screenshots quality bench fuzz fuzz-clojure fuzz-pydantic fuzz-classes lint docs dist release clean

ifneq ($(MXNET),)
run: $(VENV)/.run  ## train the three networks on MNIST, run the post, write the pictures to results/
	$(PY) -m autoencoder train all --model-dir model --output results
	$(PY) -m autoencoder post --model-dir model --output results
else
run: $(VENV)/.run
	@echo "$(NO_MXNET)"
	$(PY) -m autoencoder post --output results
endif

test: $(VENV)/.dev  ## the suite without the slow tests
	$(if $(MXNET),,@echo "$(NO_MXNET)")
	OMP_NUM_THREADS=1 $(PY) -m pytest $(TOGETHER)

test-core: $(CORE)/.test  ## the tests of mxspec, with nothing but what it needs, without autoencoder
	PYTHONPATH=$(CURDIR)/tests/alone $(CORE)/bin/python -m pytest $(TOGETHER) $(CORE_TESTS)

test-slow: $(VENV)/.dev  ## the tests that train for minutes or run whole processes
	OMP_NUM_THREADS=1 $(PY) -m pytest -m slow $(TOGETHER)

test-stress: $(VENV)/.dev  ## the tests that kill, fork, fill disks, ask by the million or take minutes, for two hours or so
	$(PY) -m pytest -m stress

test-all: $(VENV)/.dev  ## every Python that is there, the oldest packages and the newest
	$(PY) -m nox

bench: $(VENV)/.bench  ## mxspec and the networks beside their peers, and how time grows with size
	mkdir -p build && rm -f build/bench.json
	@# A benchmark that fails loses its own row, not the tables of the others.
	$(PY) -m pytest tests/benchmarks -q --benchmark-quiet --benchmark-json=build/bench.json; failed=$$?; \
	$(PY) -m tests.benchmarks.growth results/growth.png || failed=1; \
	$(PY) -m tests.benchmarks.boundaries || failed=1; \
	$(PY) -m tests.benchmarks.report build/bench.json && exit $$failed

test-web: $(VENV)/.web  ## the page where you draw and the reference, in a Chromium that is there
	$(PY) -m pytest -m web tests/autoencoder/web tests/test_reference.py

screenshots: $(VENV)/.web  ## pictures of the page, for README
	$(PY) -m tests.measurements.pictures.screenshot results
	$(PY) -m tests.measurements.pictures.report_picture results/report.png

quality: $(VENV)/.quality  ## networks and promises beside their goals, and README's pictures; OTHER="--other NAME=FOLDER"
	$(PY) -m tests.measurements.promises.years
	OMP_NUM_THREADS=1 $(PY) -m tests.measurements.networks results $(OTHER)
	$(PY) -m tests.measurements.contracts.periods
	$(PY) -m tests.measurements.guards.near_misses guards faults
	$(PY) -m tests.measurements.guards.near_misses parts --specs 100
	$(PY) -m tests.measurements.changes.class_releases

fuzz: $(VENV)/.fuzz  ## specs and the readers of files under a fuzzer, half a minute each, and the laws on other specs
	$(PY) -m tests.fuzz.fuzz 30
	RANDOM=1 $(PY) -m pytest -q -n 0 tests/mxspec/test_laws.py tests/mxspec/test_hostile.py tests/mxspec/questions/test_compiled.py \
		tests/mxspec/changes/test_proofs.py tests/mxspec/changes/test_sets.py tests/mxspec/transform/schemas tests/mxspec/transform/test_*.py \
		tests/mxspec/changes/documents/test_hostile_documents.py

fuzz-pydantic: $(VENV)/.dev  ## random models of pydantic, asked beside model_validate: make fuzz-pydantic SEED=7 MODELS=2000
	$(PY) -m tests.mxspec.transform.annotations.models_beside_pydantic $(or $(SEED),1) $(or $(MODELS),500)

fuzz-classes: $(VENV)/.dev  ## 375 models of pydantic, and classes of attrs, msgspec and dataclasses each, asked beside their owners
	$(PY) -m tests.mxspec.transform.annotations.models_beside_pydantic $(or $(SEED),1) $(or $(MODELS),375)
	$(PY) -m tests.mxspec.transform.annotations.random_classes $(or $(SEED),1) $(or $(MODELS),375)
	$(PY) -m tests.mxspec.transform.annotations.edited_classes $(or $(SEED),1) $(or $(MODELS),100)

fuzz-clojure: $(VENV)/.dev  ## random cases of mxspec and of the real clojure.spec: make fuzz-clojure SEED=7 CASES=3000
	$(PY) -m tests.conformance.fuzz --cases $(or $(CASES),1000) $(if $(SEED),--seed $(SEED))

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

docs: $(VENV)/.dev  ## the reference, from the docstrings, in build/docs
	$(PY) -m docs.reference.write build/docs

dist: $(VENV)/.dev  ## the sdist and the wheels of mxspec and mxspec-digits, in dist/
	$(PY) -m nox --session dist

release: $(VENV)/.dev  ## tag this commit, after its sdist and its wheels were built, checked, installed and used
	$(PY) -m tests.release check
	$(PY) -m nox --session dist installed
	$(PY) -m tests.release measure
	$(PY) -m tests.release tag

clean:
	rm -rf $(VENV) model build dist *.egg-info

$(PY):
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: setup.cfg pyproject.toml | $(PY)
	$(PY) $(INSTALL) --editable ".[$(EXTRAS)]"
	touch $@

$(VENV)/.bench: setup.cfg pyproject.toml | $(PY)
	$(PY) $(INSTALL) --editable ".[bench,test,$(EXTRAS)]"
	touch $@

$(VENV)/.fuzz: setup.cfg pyproject.toml | $(PY)
	$(PY) $(INSTALL) --editable ".[fuzz,test,$(EXTRAS)]"
	touch $@

$(VENV)/.dev: setup.cfg pyproject.toml | $(PY)
	$(PY) $(INSTALL) --editable ".[dev,$(EXTRAS)]"
	touch $@ $(VENV)/.run

$(VENV)/.quality: setup.cfg pyproject.toml | $(PY)
	$(PY) $(INSTALL) --editable ".[dev,quality,$(EXTRAS)]"
	touch $@

$(VENV)/.web: setup.cfg pyproject.toml | $(PY)
	$(PY) $(INSTALL) --editable ".[test-web,$(EXTRAS)]"
	touch $@

$(CORE)/.test: setup.cfg pyproject.toml
	$(call first,python3.14 python3.13 python3.12 python3.11 python3) -m venv --clear $(CORE)
	MXSPEC_WHEEL=mxspec $(CORE)/bin/python $(INSTALL) --editable ".[test]"
	@# It says that mxspec stands alone, also to the other environment, whose programs run in this folder.
	rm -rf mxspec.egg-info
	touch $@
