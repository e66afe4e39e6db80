# `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help

SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: setup
setup: ## Install the system libraries (liblz4, libxxhash) where they are missing
	@if ! { pkg-config --exists liblz4 libxxhash 2>/dev/null || \
	  [ -e /usr/include/lz4.h -a -e /usr/include/xxhash.h ]; }; then \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) apt-get install -y -qq --no-install-recommends liblz4-dev libxxhash-dev pkg-config; \
	fi

.PHONY: build
build: setup ## Build .build/release/strata
	$(SWIFT) build -c release --product strata

.PHONY: test
test: setup ## Run the whole test suite
	$(SWIFT) test

.PHONY: format
format: ## Format the sources in place
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Package.swift

.PHONY: check
check: setup ## Format lint, warnings as errors, tests
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift
	$(SWIFT) test
