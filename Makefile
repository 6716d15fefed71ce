# Every target does its own set-up. What is needed: Python 3.11-3.13, make, a network for the first install.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help venv demo run test check format build lock locales bench bench-quick bench-search bench-sending bench-moving scaling chaos replicas soak docs clean
help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	  || { echo "Matinee needs Python 3.11 to 3.13; '$(PYTHON)' is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv

# The stamps are newer than what they were made from, so a second call installs nothing.
.venv/installed: .venv/pyvenv.cfg requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# The bots to compare with want other versions than ours does.
build/rivals/installed: .venv/pyvenv.cfg tests/benchmarks/rivals/requirements.lock
	$(BIN)/python -m venv build/rivals
	build/rivals/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/benchmarks/rivals/requirements.lock
	@touch $@

venv: .venv/installed  ## install Matinee into .venv, from the lock file

demo: .venv/installed  ## a local Telegram with a page to try everything in; needs no token
	@$(BIN)/matinee demo

run: .venv/installed  ## the bot, against Telegram; needs MATINEE_TOKEN
	@$(BIN)/matinee run

test: .venv/installed-dev  ## every test: storage on SQLite and PostgreSQL, conversations, the page in a browser
	@tests/chromium.sh
	@tests/tools.sh
	@tests/newman.sh
	@$(BIN)/pytest

check: .venv/installed-dev  ## lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/installed-dev  ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

build: .venv/installed  ## a wheel of the program and its sources, in dist/
	@rm -rf build/lib build/bdist.*  # setuptools would pack what was deleted since
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@$(BIN)/python -c 'from setuptools import build_meta; build_meta.build_sdist("dist")' >build/sdist.log

locales: .venv/installed  ## gather the texts for translators, and bring them into every language
	$(BIN)/pybabel --quiet extract -k N_ -c Translators: --no-location --omit-header --sort-output -o handlers/locales/matinee.pot handlers
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	  -D matinee -i handlers/locales/matinee.pot -d handlers/locales

bench: .venv/installed-dev build/rivals/installed  ## presses, writing, lists, digests, search, sending, start and memory beside what others do; takes about ten minutes
	@$(BIN)/python -m tests.benchmarks $(if $(PUBLISH),--publish)

bench-quick: .venv/installed-dev build/rivals/installed  ## the same, rougher and less of it, in one or two minutes
	@$(BIN)/python -m tests.benchmarks --quick

bench-search: .venv/installed-dev  ## search quality and speed beside FTS5, brute force and an oracle; takes 3 minutes
	@$(BIN)/python -m tests.benchmarks.search $(if $(FILMS),--films $(FILMS) --sample 40)

bench-sending: .venv/installed-dev  ## 5,000 digests through a server that enforces Telegram's limits; takes 3 minutes
	@$(BIN)/python -m tests.benchmarks.sending

bench-moving: .venv/installed-dev  ## a million ratings to PostgreSQL and back; takes 6 minutes
	@$(BIN)/python -m tests.benchmarks.moving

scaling: .venv/installed-dev  ## the arithmetic of growth in docs/scaling.md, anew
	@$(BIN)/python -m tests.benchmarks.scaling --write

chaos: .venv/installed-dev  ## kill the bot at random under a faulty server, seed after seed; SECONDS=600 for longer
	@$(BIN)/python -m tests.faults.chaos --seeds $(or $(SEED),1) --seconds $(or $(SECONDS),60)

replicas: .venv/installed-dev  ## 10,000 presses on three replicas behind nginx, one killed twice; takes 3 minutes
	@tests/tools.sh
	@$(BIN)/python -m tests.faults.replicas

soak: .venv/installed-dev  ## 200,000 updates through one process, and whether its memory stays flat; takes 12 minutes
	@$(BIN)/python -m tests.faults.soak

# Universal locks: one file for Python 3.11 to 3.13 and every system. No index address is written.
lock: .venv/pyvenv.cfg  ## renew the lock files from pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" --extra dev -c requirements.lock pyproject.toml requirements-build.in -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" tests/benchmarks/rivals/requirements.in -o tests/benchmarks/rivals/requirements.lock

docs: .venv/installed  ## write the commands, settings and metrics in docs/ anew, from the program
	@$(BIN)/python -m bot.reference

clean:  ## remove the virtual environment and caches; never your data
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
