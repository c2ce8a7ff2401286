# A thin wrapper over CMake: every target installs what is missing, builds what is stale and runs.

JOBS     ?= $(shell nproc 2>/dev/null || echo 2)
PROGRAMS := countersignd countersign
INSTALL  := packaging/install-dependencies

# Seconds that `make fuzz` gives each target.
FUZZ_SECONDS ?= 60

# A second clone finds the first one's objects.
export CCACHE_BASEDIR   := $(CURDIR)
export CCACHE_NOHASHDIR := 1

# The tests run one step at a time; each step uses JOBS cores itself.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help setup build demo test sanitizers sanitized asan tsan fuzz bench soak package package-check format tidy clean

# $(call compile,<preset>[,<targets>]): configures once, then builds; the build reconfigures itself when it must.
define compile
	@test build/$(1)/build.ninja -nt CMakePresets.json || cmake --preset $(1)
	@cmake --build --preset $(1) --parallel $(JOBS) $(if $(2),--target $(2))
endef

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the Debian packages that building, testing and the demo need
	@$(INSTALL) build demo test lint fuzz package

build: ## Build both programs as they are packaged (preset release)
	@$(INSTALL) build
	$(call compile,release,$(PROGRAMS))

# With the programs that the tests are run with, so that who does both compiles once.
demo: ## Watch provider events enter a ledger, and verify the bundle that comes out
	@$(INSTALL) build demo
	$(call compile,dev,$(PROGRAMS))
	@PATH="$(CURDIR)/build/dev/apps:$$PATH" apps/demo.sh

test: ## Run the tests, and the tree and format checks; ends with "N passed, N failed"
	@$(INSTALL) build demo test
	$(call compile,dev)
	@tests/run dev

sanitizers: sanitized ## Run the tests under the address, undefined-behaviour and thread sanitizers
	@tests/run asan tsan

sanitized:
	@$(INSTALL) build demo test
	$(call compile,asan)
	$(call compile,tsan,concurrency_tests)

asan: ## Run the tests under the address and undefined-behaviour sanitizers
	@$(INSTALL) build demo test
	$(call compile,asan)
	@tests/run asan

tsan: ## Run the concurrency tests under the thread sanitizer
	@$(INSTALL) build demo test
	$(call compile,tsan,concurrency_tests)
	@tests/run tsan

fuzz: ## Compile with clang, replay the corpus, and fuzz each target for FUZZ_SECONDS (60)
	@$(INSTALL) build fuzz
	$(call compile,fuzz,tests/fuzz/all)
	@tests/run fuzz
	@set -e; for program in build/fuzz/tests/fuzz/*_fuzz; do \
	  name=$$(basename $$program _fuzz); found=build/fuzz/tests/fuzz/found/$$name; mkdir -p $$found; \
	  echo "== $$name"; $$program -max_total_time=$(FUZZ_SECONDS) $$found tests/fuzz/corpus/$$name; \
	done

bench: ## Measure, and print the figures beside the physical limits
	@$(INSTALL) build test
	$(call compile,release,bench)

soak: ## Run the long tests
	@$(INSTALL) build demo test
	$(call compile,dev)
	@tests/run soak

format: ## Lay out every C++ file with clang-format
	@$(INSTALL) lint
	@python3 tests/tidy/check_format.py --fix

# In the tree that precompiles no headers: clang cannot read those of GCC. The sources that are generated have to be there.
tidy: ## Run clang-tidy over every source
	@$(INSTALL) build test lint
	$(call compile,release,collector_protocols)
	@run-clang-tidy-14 -quiet -j $(JOBS) -p build/release '/(ledger|collector|exporters|reports|web|apps|tests)/.*\.cpp$$'

# From the release preset, in build/package. What the checks of the packages say is read by people; anything found is a failure.
package: ## Make the Debian and the RPM package in build/package
	@$(INSTALL) build package
	$(call compile,release,$(PROGRAMS))
	@packaging/make-packages --build build/release --out build/package
	@packaging/check-packages build/package

package-check: ## Build everything twice, elsewhere, without a cache, and compare the packages byte for byte
	@$(INSTALL) build package
	@packaging/check-reproducible

clean: ## Remove everything that was built
	@rm -rf build
