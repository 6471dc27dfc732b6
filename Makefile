# What a person types. `make demo` and `make test` need nothing but make and Python 3.11 or newer.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.installed
# Many tests wait for servers, so two run at a time, each worker with servers of its own; WORKERS=0 runs all in turn.
WORKERS ?= 2
# Where Python may not keep what it compiled, each of the hundreds of programs that tests start compiles all of it again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test unit torture bench profile test-programs lint types contracts check lock sbom wheel clean

help: ## show these lines
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

.venv: $(READY)

$(READY): pyproject.toml requirements.lock
	@sh tests/servers/install.sh python "$(PYTHON)"
	test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## watch mailbot work on a mail server of its own; KEEP=1 leaves the server open
	@$(BIN)/python -m mailbot demo $(if $(KEEP),--keep)

test: $(READY) test-programs ## run all tests against real servers (installs them with apt when root)
	@$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal $(ARGS)

unit: $(READY) ## run the tests of the rules alone, which need no server (some ten seconds)
	@$(BIN)/python -m pytest --quiet --numprocesses=$(WORKERS) tests/domain $(ARGS)

torture: $(READY) test-programs ## the campaigns that take longer than a test suite may (an hour or more)
	@$(BIN)/python -m pytest -o python_files='campaign_*.py' tests/torture $(ARGS)
	@$(BIN)/python -m tests.fuzz.forge --seed 2611

bench: $(READY) test-programs ## measure against a bare floor (an hour or more; ARGS="plain --rounds 1 --mails 100" for a minute)
	@$(BIN)/python -m bench.run $(ARGS)

profile: $(READY) test-programs ## where the time goes: a profile of each thread in bench/results
	@$(BIN)/python -m bench.profile $(ARGS)

test-programs:
	@sh tests/servers/install.sh servers

lint: $(READY) ## style and common mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## static types
	$(BIN)/mypy

contracts: $(READY) ## who may import whom
	$(BIN)/lint-imports

check: lint types contracts test ## all of the above

# What the project needs to run, to be tested, and to be built; hatchling asks for editables when it installs in place.
define NEEDED
import tomllib
project = tomllib.load(open("pyproject.toml", "rb"))
print(*project["build-system"]["requires"], *project["dependency-groups"]["dev"], "editables", sep="\n")
endef
export NEEDED

lock: $(READY) ## pin every package with the hashes of all its files, without any address
	@$(BIN)/python -c "$$NEEDED" | CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet $(ARGS) pyproject.toml - \
		--extra postgres --extra demo --extra guide --extra s3 --extra web --allow-unsafe --strip-extras --generate-hashes --no-emit-options --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --output-file requirements.lock
	@if grep -nE '://|file:/|--[a-z-]*(index|links|host)| @ |(^|[ =])/' requirements.lock; then \
		echo "requirements.lock names an address or a path; see the lines above."; exit 1; fi

sbom: $(READY) ## write dist/mailbot-sbom.cdx.json, the list of parts with their licences (CycloneDX)
	@mkdir -p dist
	$(BIN)/python packaging/sbom.py > dist/mailbot-sbom.cdx.json

wheel: $(READY) ## build dist/mailbot-*.whl
	$(BIN)/python -m build --wheel --no-isolation

clean: ## remove everything that these commands made
	rm -rf .venv dist build demo-data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
