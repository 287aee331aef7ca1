# Everything that is done with the tool, one target each; `make` alone lists them.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# The app and gunicorn.conf.py read these from the environment, and DATABASE_URL when it is set.
HOST ?= 127.0.0.1
PORT ?= 5000
INSTANCE ?= instance
export HOST PORT INSTANCE

# DEMO=0 leaves out the demo data.
DEMO ?= 1

# More arguments for the program behind a target, as in make test ARGS="-k status".
ARGS ?=

CATALOGUES := $(wildcard translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)

# The folder that static files are served from: with compressed copies, which sources are free of.
STATIC_ROOT := build/static
STATIC_FILES := $(shell find static -type f)
run bench screenshots: export STATIC_ROOT := $(STATIC_ROOT)

##@ Use

.PHONY: run
run: $(VENV)/run-installed $(COMPILED) build/static-made build/lemmas-made ## Start the tool (HOST, PORT, INSTANCE, DATABASE_URL; DEMO=0: no demo data)
	@$(BIN)/flask --app wsgi start-up $(if $(filter 0 no false,$(DEMO)),--no-demo,--demo)
	@exec $(BIN)/gunicorn wsgi:app

##@ Check

.PHONY: test
test: lint $(COMPILED) build/lemmas-made ## Install what tests need and run all checks and tests (ARGS for pytest)
	@$(BIN)/python -m tests.tools.browser
	@$(BIN)/python -m tests.tools.spelling
	@$(BIN)/python -m tests.tools.postgres
	@$(BIN)/pytest --numprocesses auto --dist worksteal $(ARGS)

.PHONY: lint
lint: $(VENV)/tests-installed ## Run the linters: ruff, mypy, import-linter, djlint
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --check --lint templates

.PHONY: bench
bench: $(VENV)/tests-installed $(COMPILED) build/static-made build/lemmas-made ## Measure the status page and the saves beside a bare page
	@$(BIN)/python -m tests.tools.bench $(ARGS)

##@ Change

.PHONY: format
format: $(VENV)/tests-installed ## Rewrite Python and templates in the project's format
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .
	$(BIN)/djlint --reformat --quiet templates

.PHONY: translations
translations: $(VENV)/tests-installed ## Bring the catalogues up to date with the sources and check them
	$(BIN)/python -m tests.tools.catalogues
	$(BIN)/pytest -q tests/quality/test_translations.py tests/quality/test_spelling.py

.PHONY: policy
policy: $(VENV)/run-installed ## Write docs/who-may-do-what.md anew from the rules in the code
	@$(BIN)/flask --app wsgi policy print > docs/who-may-do-what.md

.PHONY: screenshots
screenshots: $(VENV)/tests-installed $(COMPILED) build/static-made build/lemmas-made ## Take the pictures of the README and the documentation anew
	@$(BIN)/python -m tests.tools.browser
	@$(BIN)/python -m tests.tools.screenshots

.PHONY: vendor
vendor: $(VENV)/tests-installed ## Fetch the files that static/vendor/vendor.json pins, by npm (ARGS=lock: after a change of it)
	@$(BIN)/python -m tests.tools.vendor $(or $(ARGS),fetch)

.PHONY: lock
lock: $(VENV)/tests-installed ## Resolve pyproject.toml's dependencies anew (ARGS=--upgrade for newer versions)
	$(call compile,requirements.txt)
	$(call compile,requirements-extras.txt,--extra documents --extra oidc --extra optimisation --extra postgresql --constraint requirements.txt)
	$(call compile,requirements-dev.txt,--all-extras --constraint requirements-extras.txt)

.PHONY: clean
clean: ## Remove what the other targets made, except the data in instance/
	rm -rf $(VENV) build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results
	rm -f $(COMPILED)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# The lock holds versions and hashes alone: where packages come from is each machine's own matter.
define compile
$(BIN)/uv pip compile pyproject.toml $(2) --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header $(ARGS) --output-file $(1)
endef

# Debian's python3 lacks ensurepip until python3-venv is installed.
$(VENV)/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Python is missing. Install it: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; this is $$($(PYTHON) --version)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "Python's venv is missing. Install it: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

# A stamp is newer than its lock once everything in the lock is installed.
$(VENV)/run-installed: requirements.txt $(VENV)/pyvenv.cfg
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/tests-installed: requirements-dev.txt $(VENV)/pyvenv.cfg
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

build/static-made: $(STATIC_FILES) $(VENV)/run-installed
	@rm -rf $(STATIC_ROOT)
	@mkdir -p build
	@cp -R static $(STATIC_ROOT)
	@$(BIN)/python -m whitenoise.compress --quiet $(STATIC_ROOT)
	@touch $@

# The dictionaries that look-alikes are found with; a new version of simplemma has new ones.
build/lemmas-made: $(VENV)/run-installed
	@mkdir -p build
	@$(BIN)/flask --app wsgi look-alikes prepare >/dev/null
	@touch $@

%.mo: %.po
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
