# make run      read the sample reports into out/ and print a summary
# make test     style, types and tests
# make install  the set-up alone; .venv/bin/gipr is there afterwards

# The first Python that is new enough; another one: make PYTHON=/path/to/python3.12
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: run test install

run: $(READY)
	@$(BIN)/gipr process gipr_ml/samples --out out --format xlsx || [ $$? -eq 4 ]
	@echo "out/ holds a result (.json) and a workbook (.xlsx) of each report."
	@echo "Next: $(BIN)/gipr process YOUR_REPORTS --out out --format xlsx"

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

install: $(READY)
	@echo "$(BIN)/gipr is ready; try: $(BIN)/gipr doctor"

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "gipr-ml needs Python 3.11 or later. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up .venv; the first time this takes a few minutes."
	@$(PYTHON) -m venv .venv || { echo "Making .venv failed. On Debian or Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
