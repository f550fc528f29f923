#!/usr/bin/env bash
# Measures, prints, and writes bench/results.md. QUICK=1: fewer and shorter repetitions.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONPATH=bench PYTHONDONTWRITEBYTECODE=1
python3 -m compare --check
log=build/bench.log
cmake --preset release -DDRAGOMAN_TESTS=OFF -DDRAGOMAN_BENCH=ON > "$log" 2>&1 || { cat "$log"; exit 1; }
targets=(dragoman bench_upstream bench_load translate_bench)
cmake --build build/release -j "${JOBS:-$(nproc)}" --target "${targets[@]}" > "$log" 2>&1 || { tail -50 "$log"; exit 1; }
rounds=500 quick=()
[[ -z ${QUICK:-} ]] || rounds=50 quick=(--quick)
results=$(mktemp)
trap 'rm -f "$results"' EXIT
{
    echo '# Results'
    echo
    echo "Commit $(git rev-parse --short HEAD), $(c++ --version | head -1), $(date -u +%Y-%m-%d),"
    echo "$(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r)."
    [[ -z ${QUICK:-} ]] || printf '\nA quick run: few and short repetitions.\n'
    echo
    echo "## Beside nginx, which passes the same bytes through (medians)"
    echo
    python3 -m compare --build build/release "${quick[@]}"
    echo
    echo "## From a client that leaves to its upstream's close ($rounds rounds)"
    echo
    node bench/cancel.mjs "$rounds"
} | tee "$results"
mv "$results" bench/results.md
chmod 644 bench/results.md
trap - EXIT
