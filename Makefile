# Builds, tests and installs Strata. `make help` lists the targets; everything needs only Swift and apt.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

SWIFT ?= swift
PREFIX ?= /usr/local
DEMO ?= out/demo
PYTHON ?= python3
PEERS_VENV ?= $(HOME)/.cache/strata-peers
# A Python with pymc-marketing, which takes an environment of its own; without one it is left out.
PYMC ?=
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# The Swift runtime is linked into the program: it starts faster, and a target machine needs no Swift.
RELEASE := -c release --static-swift-stdlib
STRATA := .build/release/strata

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

.PHONY: setup
setup: ## Install liblz4, libxxhash and libyaml where they are missing
	@if ! [ -e /usr/include/lz4frame.h -a -e /usr/include/xxhash.h -a -e /usr/include/yaml.h ]; then \
	  echo "installing liblz4-dev, libxxhash-dev and libyaml-dev"; \
	  $(SUDO) apt-get update -qq; \
	  $(SUDO) apt-get install -y -qq --no-install-recommends liblz4-dev libxxhash-dev libyaml-dev \
	    pkg-config >/dev/null; \
	fi

.PHONY: build
build: setup ## Build .build/release/strata
	@$(SWIFT) build $(RELEASE) --product strata 2>&1 | grep -v "mktemp' is dangerous"

.PHONY: demo
demo: build ## Score and segment a real customer base (CDNOW, 23,570 customers)
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	@$(STRATA) run $(DEMO)/store data/cdnow_master.csv -o $(DEMO)/scores.csv
	@echo
	@echo "The scores of every customer are in $(DEMO)/scores.csv, the store is $(DEMO)/store."
	@echo "Next:  $(STRATA) query $(DEMO)/store \"SELECT segment, count(*), sum(monetary_total) FROM customers GROUP BY segment\""

.PHONY: test
test: setup ## Run the whole test suite
	@$(SWIFT) build --build-tests
	@$(SWIFT) test --skip-build --skip QueryServerTests --skip EndToEndTests
	@$(SWIFT) test --skip-build --no-parallel --filter 'QueryServerTests|EndToEndTests'

.PHONY: format
format: ## Format the sources in place
	@$(SWIFT) format --in-place --recursive --parallel Sources Tests Package.swift

.PHONY: lint
lint: ## Check the format
	@$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift

.PHONY: check
check: lint test ## Format lint, warnings as errors, tests

.PHONY: transcripts
transcripts: build ## Play Documentation/Protocol.md's transcripts again, with what the server replies now
	@$(PYTHON) Documentation/transcripts.py $(STRATA)

.PHONY: install
install: build ## Install the program, its man page and its shell completions under PREFIX
	@install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	@install -m 755 $(STRATA) $(DESTDIR)$(PREFIX)/bin/strata
	@$(STRATA) --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/strata
	@$(STRATA) --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_strata
	@$(STRATA) --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/strata.fish
	@$(SWIFT) build $(RELEASE) --product generate-manual
	@rm -rf .build/manual && mkdir -p .build/manual
	@.build/release/generate-manual $(STRATA) --output-directory .build/manual --multi-page
	@install -m 644 .build/manual/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	@echo "installed under $(DESTDIR)$(PREFIX)"

.PHONY: bench
bench: setup ## Measure the kernels
	@cd Benchmarks && $(SWIFT) package -c release benchmark

.PHONY: peers
peers: # The peers, pinned, in an environment outside the tree
	@[ -x $(PEERS_VENV)/bin/python ] || $(PYTHON) -m venv $(PEERS_VENV)
	@$(PEERS_VENV)/bin/pip install -q -r Benchmarks/peers/requirements.txt

.PHONY: bench-peers
bench-peers: build peers ## Measure side by side with DuckDB, Polars, chDB, pandas and the others
	@$(PEERS_VENV)/bin/python Benchmarks/peers/scoring.py --strata $(STRATA)
	@$(SWIFT) build $(RELEASE) --product strata-bench
	@$(PEERS_VENV)/bin/python Benchmarks/peers/kmeans.py --bench .build/release/strata-bench
	@$(PEERS_VENV)/bin/python Benchmarks/peers/kmeans.py --bench .build/release/strata-bench --converge
	@$(PEERS_VENV)/bin/python Benchmarks/peers/lifetime.py --bench .build/release/strata-bench --strata $(STRATA) \
	  $(if $(PYMC),--pymc $(PYMC))
	@$(PEERS_VENV)/bin/python Benchmarks/peers/decode.py --bench .build/release/strata-bench
	@$(PEERS_VENV)/bin/python Benchmarks/peers/strategies.py --strata $(STRATA)
	@$(PEERS_VENV)/bin/python Benchmarks/peers/serving.py --strata $(STRATA)
	@$(PEERS_VENV)/bin/python Benchmarks/peers/queries.py --strata $(STRATA)
	@$(PEERS_VENV)/bin/python Tests/ExpressionsTests/Fixtures/make_queries.py --seed $$RANDOM --out out/oracle
	@STRATA_ORACLE=$(CURDIR)/out/oracle STRATA_TESTS=ExpressionsTests $(SWIFT) test --filter OracleTests

FUZZ_SECONDS ?= 60

.PHONY: fuzz
fuzz: setup ## Fuzz the parsers of queries, lines, RESP, JSON, CSV, column files and strata.yaml, 60 s each
	@for target in query line resp json csv columns configuration; do \
	  Fuzz/fuzz.sh $$target $(FUZZ_SECONDS) || exit 1; \
	done

.PHONY: clean
clean: ## Remove what was built
	@rm -rf .build out Benchmarks/.build
