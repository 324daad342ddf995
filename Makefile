# What a person needs: run, test, bench. Everything else is called by these or by .ci/run.
SHELL := /bin/bash
CARGO ?= cargo
PYTHON ?= python3
# The build that `run` starts: optimised without link-time optimisation. `make build PROFILE=release` is what users get.
PROFILE ?= quick
BINARY := target/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/atest-ext-ai
VENV ?= target/venv
LLM_VENV ?= target/venv-llm
# Time for each fuzz target.
FUZZ_SECONDS ?= 60
DEMO := target/demo/shop.sqlite

.PHONY: help build run test test-llm test-aarch64 peers fuzz lint docs monitoring bench clean

help: ## This list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

build: ## Build the plugin
	$(CARGO) build --locked --profile $(PROFILE)

$(DEMO): config/demo/shop.sql config/demo/run.py
	$(PYTHON) config/demo/run.py --database $@ --sql $< --only-database

run: build $(DEMO) ## Build, start on the embedded defaults with a demo shop, ask one question, serve until Ctrl-C
	@$(PYTHON) config/demo/run.py --binary $(BINARY) --database $(DEMO) --sql config/demo/shop.sql

peers: ## Install the programs that the tests talk to (as root or with sudo; else it says what to type)
	@packaging/peers.sh $(VENV)

test: peers ## All tests
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  ATEST_VENV="$(abspath $(VENV))" $(CARGO) nextest run --workspace --locked --no-fail-fast && \
	  $(CARGO) test --workspace --locked --doc; \
	else \
	  ATEST_VENV="$(abspath $(VENV))" $(CARGO) test --workspace --locked --no-fail-fast; \
	fi

test-llm: build ## Ask real model servers of others, one for each wire (installs and compiles them first: slow)
	@packaging/test-llm.sh $(BINARY) $(LLM_VENV)

test-aarch64: ## Unit tests of the profiler for the other machine, under qemu (it says what to install)
	@packaging/test-aarch64.sh

fuzz: ## Throw mutated bytes at what reads configs, requests, tokens and SQL, FUZZ_SECONDS each (60)
	fuzz/run.sh $(FUZZ_SECONDS)

lint: ## Format and lints, warnings are errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

docs: ## Write the generated pages in docs/ anew
	ATEST_UPDATE_DOCS=1 $(CARGO) test --locked --lib -- the_metrics_page the_configuration_docs

monitoring: build ## Write alerts/, dashboards/, monitoring/, k8s/ and deploy/ anew, for production
	$(BINARY) --config config/production.yaml generate-monitoring --out . --env production \
	  --values config/monitoring.values.production.yaml --format operator,kustomize,helm

bench: ## CPU and throughput beside a bare gRPC echo, as ratios from one run
	$(CARGO) bench --locked --bench echo

clean: ## Remove everything built
	$(CARGO) clean
