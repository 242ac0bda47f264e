BIN := .venv/bin
INSTALLED := .venv/requirements.lock
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

help: ## Show these lines
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

run: $(INSTALLED) ## Start everything and print demo logins (heeds ASN_PORT, ASN_DATABASE_URL)
	@exec $(BIN)/python -m asn_api up

test: $(INSTALLED) ## Run the tests on a PostgreSQL of their own (args="-k sync" narrows them)
	@$(BIN)/python -m pytest -n auto $(args)

fault: $(INSTALLED) ## Play 10,000 random schedules of broken networks (ASN_FAULT_SCHEDULES, ASN_FAULT_SEED)
	@ASN_FAULT_SCHEDULES=$${ASN_FAULT_SCHEDULES:-10000} $(BIN)/python -m pytest tests/fault -n auto $(args)

check: $(INSTALLED) ## Format, lint, strict types, import contracts, dependencies, OpenAPI up to date
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports && $(BIN)/deptry .
	$(BIN)/python -m asn_api openapi --check

fix: $(INSTALLED) ## Format, and repair what the linter can
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(INSTALLED) ## Measure the hot paths beside their baselines
	@$(BIN)/python -m benchmarks $(args)

tour: $(INSTALLED) ## Walk through the main job against a running `make run`
	@$(BIN)/python -m examples.tour

demo-year: $(INSTALLED) ## Play a year of an agency of 200 people through the API, twice, and compare
	@$(BIN)/python -m examples.demo_year

openapi: $(INSTALLED) ## Write openapi/openapi.json
	@$(BIN)/python -m asn_api openapi

migration: $(INSTALLED) ## Write a migration from the tables: m="what changes"
	@$(BIN)/python -m asn_api db revision "$(m)"

lock: ## Resolve the dependencies of pyproject.toml anew (needs uv)
	uv pip compile --quiet --universal --all-extras --group dev --generate-hashes pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --extra docs --generate-hashes pyproject.toml -o requirements-runtime.lock

image: ## Build the container image
	docker build --tag asn-api .

venv: ## Make .venv anew from requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Installing into .venv ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@echo ../../../../src > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/asn_api.pth"
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m asn_api "$$@"\n' > $(BIN)/asn-api && chmod +x $(BIN)/asn-api
	@cp requirements.lock $(INSTALLED)

$(INSTALLED): requirements.lock
	@if cmp -s $< $@; then touch $@; else $(MAKE) --no-print-directory venv; fi

.PHONY: help run test fault check fix bench tour demo-year openapi migration lock image venv
