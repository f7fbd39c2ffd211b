# Every command that a person or a build server needs; `make` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
PYTEST_WORKERS ?= 2
# What Python has compiled is kept, whatever a build server says: two workers and dozens of programs that the
# tests start would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
TEMPLATES = $(shell find templates -name '*.html' | sort)

.DEFAULT_GOAL := help

.PHONY: help
help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# The environment is redone only when the content of a lock file changes. The development lock holds
# the run-time lock too, so whoever has installed it needs nothing more for `make run`.
define install
	@test -x $(BIN)/python || { echo "Creating $(VENV) ..." && $(PYTHON) -m venv $(VENV); } || { rm -rf $(VENV); \
	  echo "Python cannot create virtual environments here: apt install python3-venv, then try again." >&2; exit 1; }
	@sum=$$(sha256sum < $(1) | cut -d' ' -f1); \
	if [ "$$(cat $(VENV)/$(1).stamp 2>/dev/null)" != "$$sum" ]; then \
	  echo "Installing what $(1) names (a minute or two, once) ..." && \
	  $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: -r $(1) && \
	  echo "$$sum" > $(VENV)/$(1).stamp; \
	fi
endef

.PHONY: run
run: .installed-run $(TRANSLATIONS)  ## Run the portal here (SHAREDICT_PORT=8000); Ctrl-C stops it
	@$(MANAGE) run

.PHONY: test
test: venv chromium pgbouncer $(TRANSLATIONS)  ## Run all tests, those in the browser too
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal $(TESTS)

CHECKS := check-style check-types check-imports check-templates check-compose check-django check-api
.PHONY: check $(CHECKS)
check: $(CHECKS)  ## Run every check that needs no browser (make -k check: all of them, past the first fault)

check-style: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types: venv
	$(BIN)/mypy

check-imports: venv
	$(BIN)/lint-imports

check-templates: venv
	$(if $(TEMPLATES),$(BIN)/djade --check --target-version 5.2 $(TEMPLATES))
	$(if $(TEMPLATES),$(BIN)/djlint --quiet --lint $(TEMPLATES))

check-compose: venv
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

check-django: venv
	$(MANAGE) check --fail-level WARNING
	$(MANAGE) makemigrations --check

check-api: venv
	@mkdir -p var
	$(MANAGE) spectacular --validate --fail-on-warn --file var/openapi.yaml
	@diff -u tests/openapi.yaml var/openapi.yaml || { echo "The API has changed: run make openapi." >&2; exit 1; }

.PHONY: openapi
openapi: venv  ## Write the API's description, after a change that is meant
	$(MANAGE) spectacular --validate --fail-on-warn --file tests/openapi.yaml

.PHONY: bench
bench: .installed-run  ## Measure speed and memory: one table (ONLY=house, pages, search, turns, guards, imports, papers, falling or statements: a part)
	$(call install,requirements-bench.lock)
	$(BIN)/python -m tests.bench $(ONLY)

.PHONY: mutate
mutate: venv  ## Change the engines in every small way: does a test notice? (ONLY=billing/engine/split.py)
	PYTHONHASHSEED=0 $(BIN)/python -m tests.mutate $(ONLY)

.PHONY: messages
messages: venv  ## Bring the Swedish catalogue up to date with the texts in the code
	$(MANAGE) messages

.PHONY: vendor
vendor:  ## Build static/vendor from npm (needs node)
	npm ci --ignore-scripts
	npm run vendor

.PHONY: venv
venv:  ## Create .venv with the locked run-time, test and quality tools
	$(call install,requirements-dev.lock)
	@sha256sum < requirements.lock | cut -d' ' -f1 > $(VENV)/requirements.lock.stamp

.PHONY: .installed-run
.installed-run:
	$(call install,requirements.lock)

.PHONY: lock
lock: venv  ## Renew the lock files from pyproject.toml (UPGRADE=--upgrade for newer releases)
	$(COMPILE) $(UPGRADE) -o requirements.lock
	$(COMPILE) $(UPGRADE) -c requirements.lock --group test --group quality -o requirements-dev.lock
	$(COMPILE) $(UPGRADE) -c requirements-dev.lock --group bench -o requirements-bench.lock

COMPILE := $(BIN)/uv pip compile --quiet pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

# What tests need of the system, and how else to say where it is.
define install_from_debian
	@PATH="$$PATH:/usr/sbin"; command -v "$${$(2):-$(1)}" > /dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "Installing $(1) for $(3) ..." && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) > /dev/null && \
	  exit 0; \
	fi; \
	echo "What is missing for $(3) is $(1): apt install $(1), or set $(2) to its path." >&2; exit 1
endef

.PHONY: chromium pgbouncer
chromium:
	$(call install_from_debian,chromium,CHROMIUM,the browser tests)

pgbouncer:
	$(call install_from_debian,pgbouncer,PGBOUNCER,the tests behind a pooler)

%.mo: %.po | .installed-run
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
