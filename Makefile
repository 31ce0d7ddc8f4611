# make run    start Upbeat (the first time it installs what it needs into .venv)
# make test   every check there is, the same as in CI
# Also: make prove, make lint, make format, make bench, make clean. Another Python: make run PYTHON=python3.12

# The system's own comes first: distributions compile it with all optimizations. One that was compiled where it stands,
# as version managers do, often has few of them, and everything takes half as long again.
PYTHON ?= /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11
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

# The first that is new enough, whole (one that was compiled here may lack a module), and can make an environment.
# Debian's can lack ensurepip (package python3-venv); a pip beside it will do as well.
.venv/.made:
	@for python in $(PYTHON); do \
		"$$python" -c 'import ctypes, sqlite3, ssl, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		said=$$("$$python" -m venv --clear .venv 2>&1) && exit; \
		{ "$$python" -m venv --clear --without-pip .venv && \
			"$$python" -m pip --python $(BIN)/python install -q pip; } >/dev/null 2>&1 && exit; \
		rm -rf .venv; \
		without=$$python; \
	done; \
	if [ "$$without" ]; then \
		echo "$$said" >&2; \
		echo "'$$without' cannot make a virtual environment. On Debian or Ubuntu install the package python3-venv" >&2; \
		echo "(apt install python3-venv), then try again." >&2; \
	else \
		echo "Upbeat needs Python 3.11 or newer, with sqlite3 and ssl, and found none as $(PYTHON). Install one (Debian," >&2; \
		echo "Ubuntu: apt install python3 python3-venv), or name it: make run PYTHON=/path/to/python3" >&2; \
	fi; \
	exit 1
	@printf %s '$(CURDIR)' > $@
