# make run      read the sample reports into out/ and print a summary
# make test     style, types and tests
# make install  the set-up alone; .venv/bin/gipr is there afterwards
# For releases (docs/release.md):
# make lock     requirements.lock anew, from pyproject.toml and constraints.txt
# make dist     wheel and source archive, tried outside of this folder, and their bill of materials
# make audit    known weaknesses of the pinned packages

# The first Python that is new enough; another one: make PYTHON=/path/to/python3.12
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready

PIP := -m pip install --quiet --disable-pip-version-check
TOOLS := .tools/.ready

.PHONY: run test install lock dist audit

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

$(READY): pyproject.toml requirements.lock
	@test -n "$(PYTHON)" || { echo "gipr-ml needs Python 3.11 or later. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up .venv; the first time this takes a few minutes."
	@$(PYTHON) -m venv .venv || { echo "Making .venv failed. On Debian or Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }
	@$(BIN)/python $(PIP) --require-hashes -r requirements.lock
	@$(BIN)/python $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

lock: $(TOOLS)
	@.tools/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --all-extras \
		-c constraints.txt --no-header --no-annotate pyproject.toml -o requirements.lock

dist: $(TOOLS)
	@.ci/dist

audit: $(TOOLS)
	@.tools/bin/pip-audit --disable-pip --require-hashes -r requirements.lock

$(TOOLS): .ci/tools.txt
	@$(PYTHON) -m venv .tools
	@.tools/bin/python $(PIP) -r .ci/tools.txt
	@touch $@
