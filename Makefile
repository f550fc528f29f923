# The commands of this repository. `make` alone says what there is.

SHELL := /bin/bash
PREFIX ?= /usr/local
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
export CTEST_OUTPUT_ON_FAILURE = 1

.PHONY: help run build test test-peers unit asan e2e bench fuzz lint format install package clean

help:
	@echo 'make run      install what is missing, build, and start dragoman (without a key: a demonstration)'
	@echo 'make test     build and pass all tests'
	@echo 'make test-peers  the program in front of a real LiteLLM, which comes from PyPI'
	@echo 'make build    leave build/release/dragoman'
	@echo 'make bench    measure; prints a table'
	@echo 'make fuzz     run every fuzz target for FUZZ_SECONDS (60)'
	@echo 'make lint     clang-tidy, format and layer checks'
	@echo 'make format   let clang-format lay out the sources'
	@echo 'make install  into DESTDIR and PREFIX (/usr/local)'
	@echo 'make package  a .deb in build/package'

build:
	@tools/install-packages.sh build
	@cmake --preset release -DDRAGOMAN_TESTS=OFF -DCMAKE_INSTALL_PREFIX=$(PREFIX) > build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@cmake --build build/release -j $(JOBS) --target dragoman

run: build
	@tools/run.sh

test:
	@tools/install-packages.sh build test
	@tools/test.sh

test-peers: build
	@tools/install-packages.sh test peers
	@DRAGOMAN_BIN=$(CURDIR)/build/release/dragoman tests/peers/run.sh

bench:
	@tools/install-packages.sh build bench $(if $(PEERS),peers)
	@bench/run.sh

fuzz:
	@tools/install-packages.sh build fuzz
	@tools/fuzz.sh

lint:
	@tools/install-packages.sh build test lint
	@tools/lint.sh

format:
	@tools/install-packages.sh lint
	@git ls-files '*.h' '*.cpp' | xargs clang-format-19 -i

install: build
	@cmake --install build/release --prefix $(PREFIX)

package: build
	@tools/install-packages.sh package
	@cmake --build build/release --target package

clean:
	rm -rf build
