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

build() { # PRESET
    cmake --preset "$1" -DDRAGOMAN_TESTS=ON > "build/$1.log" 2>&1 || { cat "build/$1.log"; return 1; }
    cmake --build "build/$1" -j "$jobs" > "build/$1.log" 2>&1 || { grep -v '^\[' "build/$1.log" | head -100; return 1; }
}

mkdir -p build
step "build, release" build release
step "unit, golden and corpus tests" ctest --preset release -j "$jobs" --quiet
step "build, ASan and UBSan" build asan
step "unit, golden and corpus tests, ASan and UBSan" ctest --preset asan -j "$jobs" --quiet
step "the program from end to end, ASan and UBSan" env DRAGOMAN_BIN="$PWD/build/asan/dragoman" tests/e2e/run.sh native
step "the program from end to end" env DRAGOMAN_BIN="$PWD/build/release/dragoman" tests/e2e/run.sh native
step "Anthropic's SDK" env DRAGOMAN_BIN="$PWD/build/release/dragoman" tests/e2e/run.sh sdk
step "packages" env DRAGOMAN_BIN="$PWD/build/release/dragoman" tests/packages/run.sh
step "Claude Code" env DRAGOMAN_BIN="$PWD/build/release/dragoman" tests/e2e/run.sh claude

echo
echo "== summary"
printf '%s\n' "${results[@]}"
[[ $failed -eq 0 ]] && echo "all passed" || echo "some failed"
exit $failed
