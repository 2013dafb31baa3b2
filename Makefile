# opvangsim: `make run` for the baseline, `make test` for the whole test suite, `make verify` for
# the long checks: mutants of the model, and both models at full size.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYAM := .venv-pyam
QUIETLY := -m pip install --quiet --disable-pip-version-check
PIP := $(BIN)/python $(QUIETLY) --require-hashes
SELF := $(BIN)/python $(QUIETLY) --no-deps --no-build-isolation --editable .

.PHONY: run answers test test-long test-pyam test-pythons test-office office test-ui browser fuzz check coverage lint suite same verify format bench docs locks clean

# locks/runtime.txt is what a run needs, locks/test.txt adds the tests, locks/dev.txt the rest (docs,
# browser tests, mutants, benchmark); each holds the pins of the one before.
# A stamp newer than the lock file means: installed, no network needed.
$(VENV)/run.stamp: locks/runtime.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "opvangsim needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r locks/runtime.txt
	$(SELF)
	$(BIN)/python -m sim.model.precompile
	touch $@

$(VENV)/test.stamp: locks/test.txt $(VENV)/run.stamp
	$(PIP) -r locks/test.txt
	touch $@

$(VENV)/dev.stamp: locks/dev.txt $(VENV)/test.stamp
	$(PIP) -r locks/dev.txt
	touch $@

# Resolve the lock files anew, keeping the pins that still fit (needs uv). pyam asks for an older
# matplotlib than a run has and so can't share a lock with it.
LOCK := uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url
locks:
	printf 'hatchling\neditables\n' | $(LOCK) pyproject.toml - -o locks/runtime.txt
	printf 'hatchling\neditables\n' | $(LOCK) pyproject.toml - -c locks/runtime.txt --extra test -o locks/test.txt
	printf 'hatchling\neditables\n' | $(LOCK) pyproject.toml - -c locks/test.txt --extra test --extra ui \
	  --extra verify --extra docs --extra bench -o locks/dev.txt
	printf 'pyam-iamc>=4\npytest>=8.3\n' | $(LOCK) --no-strip-extras - -o locks/pyam.txt

run: $(VENV)/run.stamp
	$(BIN)/opvangsim run baseline

# Some eight minutes on two cores; a few seconds where the runs are kept (outputs/answers/kept).
answers: $(VENV)/run.stamp
	$(BIN)/opvangsim answer all --lang en
	$(BIN)/opvangsim answer all --lang nl

test: $(VENV)/test.stamp
	$(MAKE) --no-print-directory suite SUITE='-m "not long"'

# Every number matters, both models agree, all laws hold: seven minutes on two cores.
test-long: $(VENV)/test.stamp
	$(MAKE) --no-print-directory suite SUITE='-m long'

# pyam alone brings some hundred packages, so it has an environment of its own, and a cache of its
# own: its units library caches paths of the environment in which it was loaded first.
$(PYAM)/pyam.stamp: locks/pyam.txt
	test -x $(PYAM)/bin/python || $(PYTHON) -m venv $(PYAM)
	$(PYAM)/bin/python $(QUIETLY) --require-hashes -r locks/pyam.txt
	touch $@

test-pyam: $(VENV)/run.stamp $(PYAM)/pyam.stamp
	XDG_CACHE_HOME=$(abspath $(PYAM))/cache OPVANGSIM=$(abspath $(BIN))/opvangsim \
	  $(PYAM)/bin/python -m pytest -c /dev/null --rootdir . \
	  --noconftest -q --disable-warnings -p no:cacheprovider tests/pyam_reads.py

# Golden hashes, laws and each kind of command on other Pythons, where this machine has them; each
# has an environment of its own, from the same locks. One core each, under three minutes when idle.
PYTHONS := 3.12 3.13
EACH_KIND := tests/test_systems.py::test_each_kind_of_command_ends_well

test-pythons: $(PYTHONS:%=test-python-%)

$(PYTHONS:%=test-python-%): test-python-%:
	@for python in python$* "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$*.*/bin/python$*; do \
	  if "$$python" -c "" 2> /dev/null; then \
	    exec $(MAKE) --no-print-directory PYTHON="$$python" on-python-$*; fi; done; \
	echo "skipped: Python $* is not on this machine"

$(PYTHONS:%=on-python-%): on-python-%: .venv-py%/test.stamp
	.venv-py$*/bin/python -m pytest -n 0 -m "not long" tests/test_golden.py
	.venv-py$*/bin/python -m pytest -n 0 tests/test_laws.py $(EACH_KIND)

.venv-py%/test.stamp: locks/test.txt pyproject.toml
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python $(QUIETLY) --require-hashes -r locks/test.txt
	$(@D)/bin/python $(QUIETLY) --no-deps --no-build-isolation --editable .
	touch $@

# Memos and a workbook as LibreOffice opens and prints them; under two minutes once it is there.
# The library is that of the word processor, which soffice may be there without.
office:
	@writer="$$(dirname "$$(readlink -f "$$(command -v soffice)")")/libswlo.so"; \
	if ! { command -v soffice && command -v pdftotext && command -v pdfimages && test -e "$$writer"; } \
	  > /dev/null; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends \
	    libreoffice-writer libreoffice-calc poppler-utils; fi

test-office: $(VENV)/test.stamp office
	$(BIN)/pytest -n 0 tests/office_reads.py

# Playwright steers the browser of the distribution and downloads none.
browser:
	@command -v chromium > /dev/null || { \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }

# The explorer page, the notebooks and the live what-if, in JupyterLab and a browser without a screen.
test-ui: $(VENV)/dev.stamp browser
	$(BIN)/pytest -n 0 tests/ui_*.py

# The documentation site, in site; any warning is an error.
docs: $(VENV)/dev.stamp
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# The gate before a commit. Types are checked beside the tests, which leave part of a core idle.
check: $(VENV)/test.stamp
	$(MAKE) --no-print-directory --jobs 2 lint suite SUITE='-m "not slow and not long"'

# All tests, and how much of `sim` they run, branches too: at least what pyproject.toml asks. Of
# compiled functions no line is seen, so cases worked by hand first run without compilation.
PLAIN := ledger plans responses results reception opening compiled theory draws means
COVERED := COVERAGE_FILE=$(CURDIR)/.coverage $(BIN)/pytest --cov

coverage: $(VENV)/test.stamp
	NUMBA_DISABLE_JIT=1 $(COVERED) --cov-report= --cov-fail-under=0 -m "not slow and not long" \
	  $(PLAIN:%=tests/test_%.py)
	$(COVERED) --cov-append --cov-report=term -k "not takes_less_than"

lint: $(VENV)/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

suite:
	$(BIN)/pytest $(SUITE)

# Every table of runs and studies against those kept, by hash: two minutes on two idle cores.
same: $(VENV)/test.stamp
	$(BIN)/python tests/same_results.py

# Some twenty minutes on two cores. SEED and COUNT choose other mutants.
SEED ?= 1
COUNT ?= 40

verify: $(VENV)/dev.stamp
	$(BIN)/opvangsim model check
	$(BIN)/python tests/full_size.py
	$(BIN)/python tests/nowcast_experiments.py
	$(BIN)/python tests/mutants.py --seed $(SEED) --count $(COUNT)

# Odd input for all that reads what others wrote, for TIME seconds; what breaks something is kept in
# tests/fuzz_found, where the tests try it again. SEED (printed) repeats what was tried.
TIME ?= 600

fuzz: $(VENV)/test.stamp
	$(BIN)/python tests/fuzz.py --time $(TIME) $(if $(filter command,$(origin SEED)),--seed $(SEED))

format: $(VENV)/test.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Growth with the size of a run, then speed and memory in pairs with an older commit: an hour when idle.
# ROWS and ROUNDS choose less: `make bench ROWS="run-500 help" ROUNDS=1`.
ROUNDS ?= 3

bench: $(VENV)/dev.stamp
	$(if $(ROWS),,$(BIN)/python tests/bench_growth.py)
	$(BIN)/python tests/bench.py --rounds $(ROUNDS) $(if $(ROWS),--only $(ROWS))

clean:
	rm -rf $(VENV) $(PYAM) $(PYTHONS:%=.venv-py%) .mypy_cache .ruff_cache .pytest_cache .hypothesis site
