#!/usr/bin/env bash
# Everything that must pass: unit, golden and corpus tests in the release build and under the sanitizers, the
# program from end to end, and the real clients. Prints one summary; the exit code is its verdict.
set -uo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc 2> /dev/null || sysctl -n hw.ncpu)}
results=()
failed=0

step() { # NAME COMMAND…
    local name=$1 began=$SECONDS
    shift
    echo "== $name"
    if "$@"; then
        results+=("passed  $((SECONDS - began)) s  $name")
    else
        results+=("FAILED  $((SECONDS - began)) s  $name")
        failed=1
    fi
}

build() { # PRESET [WORD…], words that stand before the command
    local preset=$1
    shift
    cmake --preset "$preset" -DDRAGOMAN_TESTS=ON > "build/$preset.log" 2>&1 || { cat "build/$preset.log"; return 1; }
    "$@" cmake --build "build/$preset" -j "$jobs" > "build/$preset.log" 2>&1 \
        || { grep -v '^\[' "build/$preset.log" | head -100; return 1; }
}

mkdir -p build
step "build, release" build release
step "unit, golden and corpus tests" ctest --preset release -j "$jobs" --quiet
# The tests that follow wait now and then; meanwhile the sanitizers' build has the cores.
build asan nice -n 19 &
sanitizers=$!
step "the program from end to end" env DRAGOMAN_BIN="$PWD/build/release/dragoman" tests/e2e/run.sh native
step "Anthropic's SDK" env DRAGOMAN_BIN="$PWD/build/release/dragoman" tests/e2e/run.sh sdk
step "packages" env DRAGOMAN_BIN="$PWD/build/release/dragoman" tests/packages/run.sh
step "Claude Code" env DRAGOMAN_BIN="$PWD/build/release/dragoman" tests/e2e/run.sh claude
step "build, ASan and UBSan, to its end" wait "$sanitizers"
step "unit, golden and corpus tests, ASan and UBSan" ctest --preset asan -j "$jobs" --quiet
step "the program from end to end, ASan and UBSan" env DRAGOMAN_BIN="$PWD/build/asan/dragoman" tests/e2e/run.sh native

echo
echo "== summary"
printf '%s\n' "${results[@]}"
[[ $failed -eq 0 ]] && echo "all passed" || echo "some failed"
exit $failed
