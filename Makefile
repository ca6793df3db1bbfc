# make run    all countries under their default policy, with data and figures in out/
# make test   the tests of every commit, about ten minutes;  make test-all  all tests, some thirty
# make check  lint, format and types
# make dashboard   the dashboard, in the browser
# make bench, make bench-batches, make bench-dashboard   how long and how large: benchmarks/*.md
# make screenshots   the dashboard's pages as pictures, in docs/screenshots;  make samples  briefings, in docs/samples
# make audit   known holes in the packages of requirements.lock;  make licences   their licences, in docs/licences.md
# make hostile    500 scenarios at the ends of what may be said through every command and page, about half an hour
# make reality   schemes that ran beside what they published, in docs/held_against_reality.md
# make validate   the model's report about itself, in docs/validation.md
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COUNTRIES = $(shell $(BIN)/python -c "from fundsim.scenario.files import countries; print(*countries())")

DAY := 2026-11-22

.PHONY: run test test-rest test-all check bench bench-batches bench-dashboard hostile dashboard screenshots samples docs reality validate messages notebooks wheel lock licences audit setup clean
.DEFAULT_GOAL := run

run: $(READY)
	$(BIN)/fundsim run $(COUNTRIES) --out out

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"

# what `make test` leaves out: browser, LibreOffice, killed batches, clusters, notebooks, planted faults, statistics
test-rest: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m slow

test-all: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/fundsim check

dashboard: $(READY)
	$(BIN)/fundsim dashboard

# needs Chromium (or CHROMIUM=path)
screenshots: $(READY)
	$(BIN)/python -m tests.browser

bench: $(READY)
	$(BIN)/python -m benchmarks.run

# two thousand scenarios: a free machine and about a quarter of an hour
bench-batches: $(READY)
	$(BIN)/python -m benchmarks.batches

# needs Chromium (or CHROMIUM=path), a free machine and about ten minutes
bench-dashboard: $(READY)
	$(BIN)/python -m benchmarks.dashboard

# HOSTILE="--scenarios 100 --seed 2" for others; what is wrong is printed so that it can be repeated
hostile: $(READY)
	$(BIN)/python -m tests.hostile $(HOSTILE)

# the data dictionary, the page on the law, the JSON Schema and the record of what this version's scenario files say
# are written from the code and the files; tests fail when they are old
docs: $(READY)
	$(BIN)/python -c "from fundsim.report.run.files import dictionary; print(dictionary(), end='')" > docs/data_dictionary.md
	$(BIN)/python -c "from fundsim.report.law import page; print(page(), end='')" > docs/law.md
	$(BIN)/fundsim schema > scenarios/scenario.schema.json
	@mkdir -p scenarios/released
	$(BIN)/python -c "from fundsim.scenario.released import record; print(record(), end='')" \
	  > scenarios/released/$$($(BIN)/python -c "from fundsim import __version__; print(__version__)").json

# sample briefings, and the picture of the README; a test fails when a scenario of theirs has changed since
samples: $(READY)
	@mkdir -p docs/samples
	for country in serbia montenegro albania; do \
	  for lang in en $$(test $$country = serbia && echo sr-Latn); do \
	    for kind in docx pdf; do \
	      $(BIN)/fundsim brief $$country+tariff $$country+status_fixed $$country+judgment_advance \
	        --lang $$lang --date $(DAY) --out docs/samples/$${country}_$$lang.$$kind || exit 1; \
	    done; \
	  done; \
	done
	$(BIN)/fundsim run serbia+tariff --quiet --out out/readme
	cp out/readme/figures/pathway.png docs/images/serbia_pathway.png

# the model's report about itself; a test fails when the model has changed since
reality: $(READY)
	$(BIN)/python -m fundsim.report.backtest.page

validate: $(READY)
	$(BIN)/fundsim validate --markdown docs/validation.md

# every catalogue of a language gets the texts that are said now; tells how many are to translate
messages: $(READY)
	$(BIN)/python -m fundsim.report.catalogue

wheel: $(READY)
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

# the notebooks, executed and stored with what they print; a test fails when that is old
notebooks: $(READY)
	$(BIN)/python -m notebooks.execute

# versions and the hash of every file that may be installed, never a registry's address; with UPGRADE=--upgrade newer ones
lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --quiet \
	  $(UPGRADE) -o requirements.lock

# the licence of each package in the lock; a test fails when the list is old
licences: $(READY)
	$(BIN)/python -m supply.licences

# known holes in what is locked; needs the network
audit: $(READY)
	@$(BIN)/python -m supply.audit

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "fundsim needs Python 3.11 or newer; set PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { echo "cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up .venv (once; about a minute) ..."
	@sed -n '/^uv==/,/[^\]$$/p' requirements.lock > .venv/uv.txt
	@$(PIP) --require-hashes -r .venv/uv.txt 2>/dev/null || true
	@if test -x $(BIN)/uv; \
	  then $(UV) --require-hashes -r requirements.lock && $(UV) --no-deps --no-build-isolation -e .; \
	  else $(PIP) --require-hashes -r requirements.lock && $(PIP) --no-deps --no-build-isolation -e .; fi
	@touch $@

clean:
	rm -rf .venv out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
