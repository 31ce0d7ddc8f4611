# make run    start Upbeat (the first time it installs what it needs into .venv)
# make test   every check there is, the same as in CI
# Also: make prove, make lint, make format, make bench, make clean. Another Python: make run PYTHON=python3.12

PYTHON ?= python3
# For a part of the tests: make test TESTS=tests/test_environment.py
TESTS ?=

# Every process that a test starts would compile Upbeat anew where this is set.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
# The two variables pin what builds Upbeat itself, in older and in newer versions of pip.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	$(BIN)/python -m pip -qq --disable-pip-version-check

.PHONY: run test lint format bench prove clean rebuild

run: .venv/.runtime
	@$(BIN)/upbeat run

# One check needs but one core for long: beside it the tests are compiled, which every worker would do for itself.
test: BESIDE := $(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1 &
test: lint
	@$(BIN)/python -m tests.browser --ensure >/dev/null
	$(BIN)/python -m pytest -n auto --dist loadgroup $(TESTS)

lint: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BESIDE) $(BIN)/mypy; code=$$?; wait; exit $$code
	$(BIN)/lint-imports
	$(BIN)/upbeat refresh --check

format: .venv/.tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.tests
	$(BIN)/python -m benchmarks

# The promise of the README, shortly; all of it (hours): make prove PROVE=--long
PROVE ?= --short
prove: .venv/.tests
	$(BIN)/python -m prove $(PROVE)

# Your data stays: databases, keys and .env are not touched.
clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.tests: .venv/.runtime
	@echo "Installing what the tests need into .venv ..."
	@$(BIN)/python -c 'import tomllib; groups = tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]; \
	print(*groups["test"], *groups["lint"], sep="\n")' > .venv/groups.txt
	@$(PIP) install -c constraints.txt -r .venv/groups.txt
	@touch $@

.venv/.runtime: pyproject.toml constraints.txt .venv/.made
	@echo "Installing what Upbeat needs into .venv (about a minute, and only when it has changed) ..."
	@$(PIP) install -c constraints.txt -e '.[postgres]'
	@$(BIN)/python -m compileall -q bot handlers storage schedules
	@touch $@

# An environment works only where it was made: after a move, or when its Python is gone, it is made again.
ifneq ($(shell test -x $(BIN)/python && cat .venv/.made 2>/dev/null),$(CURDIR))
.venv/.made: rebuild
endif

# Debian's Python can lack ensurepip (package python3-venv); a pip beside it will do as well.
.venv/.made:
	@for python in "$(PYTHON)" python3.13 python3.12 python3.11; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Upbeat needs Python 3.11 or newer, and '$(PYTHON)' is not that. Install one (Debian, Ubuntu:" >&2; \
		echo "apt install python3 python3-venv), or name it: make run PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	if ! said=$$("$$python" -m venv --clear .venv 2>&1) && ! { \
		"$$python" -m venv --clear --without-pip .venv && \
		"$$python" -m pip --python $(BIN)/python install -q pip; } >/dev/null 2>&1; \
	then \
		rm -rf .venv; \
		echo "$$said" >&2; \
		echo "'$$python' cannot make a virtual environment. On Debian or Ubuntu install the package python3-venv" >&2; \
		echo "(apt install python3-venv), then try again." >&2; \
		exit 1; \
	fi
	@printf %s '$(CURDIR)' > $@
