# make demo | test | check | chaos | bench | screenshots | lock     (ARGS="--once" goes to the demo)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=

.PHONY: demo test check chaos bench screenshots lock clean

demo: $(READY)
	$(BIN)/isegoria demo $(ARGS)

test: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The crash tests at full length: 200,000 events, three kills, against an undisturbed run; 50,000
# with the broker away and the publisher killed.
chaos: $(READY)
	ISEGORIA_CHAOS_EVENTS=200000 ISEGORIA_OUTBOX_EVENTS=50000 \
	  $(BIN)/pytest tests/system/test_crashes.py tests/system/test_outbox.py --timeout 900 $(ARGS)

bench: $(READY)
	$(BIN)/python -m bench.throughput $(ARGS)
	$(BIN)/python -m bench.intake
	$(BIN)/python -m bench.dashboard

# A picture of every page of the dashboard, wide and narrow; needs Debian's chromium.
screenshots: $(READY)
	$(BIN)/python -m tests.dashboard.screenshots docs/screenshots

# What is installed is what the lock file says, to the byte.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Isegoria needs Python 3.11 or newer; choose one with PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

lock: $(READY)
	$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --extra dev \
	  --no-emit-index-url --no-emit-find-links --no-header --upgrade \
	  --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .isegoria build *.egg-info
