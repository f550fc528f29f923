#!/usr/bin/env bash
# Measures, prints, and writes bench/results.md. QUICK=1: fewer repetitions.
set -euo pipefail
cd "$(dirname "$0")/.."
log=build/bench.log
cmake --preset release -DDRAGOMAN_BENCH=ON > "$log" 2>&1 || { cat "$log"; exit 1; }
cmake --build build/release -j "${JOBS:-$(nproc)}" --target dragoman translate_bench > "$log" 2>&1 \
    || { tail -50 "$log"; exit 1; }
repetitions=5 rounds=500
[[ -z ${QUICK:-} ]] || repetitions=2 rounds=50
{
    echo '# Results'
    echo
    echo "Commit $(git rev-parse --short HEAD), $(c++ --version | head -1), $(date -u +%Y-%m-%d),"
    echo "$(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)."
    echo
    echo "## The core, without a network (medians of $repetitions)"
    echo
    echo '```'
    build/release/bench/translate_bench --benchmark_repetitions="$repetitions" --benchmark_min_time=0.2 \
        --benchmark_report_aggregates_only=true 2> /dev/null | grep -E '^Benchmark|median'
    echo '```'
    echo
    echo "## From a client that leaves to its upstream's close ($rounds rounds)"
    echo
    node bench/cancel.mjs "$rounds"
} | tee bench/results.md
