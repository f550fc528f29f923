#!/usr/bin/env bash
# Measures, prints, and writes bench/results.md. QUICK=1: fewer and shorter repetitions. PEERS=1: afterwards what a person could
# use instead, into bench/peers.md. Then the figures in the documents are made to be these.
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
written=$(mktemp)
trap 'rm -f "$written"' EXIT

run() { # what, on what, and when
    echo "Commit $(git rev-parse --short HEAD)$([[ -z $(git status --porcelain src) ]] || echo ', changed'), $(c++ --version | head -1), $(date -u +%Y-%m-%d),"
    echo "$(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r)."
    [[ -z ${QUICK:-} ]] || echo 'A quick run: few and short repetitions.'
}

results() {
    printf '# Results\n\n'
    run
    printf '\n## Beside nginx, which passes the same bytes through (medians)\n\n'
    python3 -m compare --build build/release "${quick[@]}" || [[ $? -eq 1 ]] # a row is missing: said below the table
    printf '\n## From a client that leaves to its upstream'"'"'s close (%s rounds)\n\n' "$rounds"
    node bench/cancel.mjs "$rounds"
    printf '\n## More\n\n'
    echo 'What was tried and did not help, and where the time goes in rows that are not within their bounds: [notes.md](notes.md).'
    echo 'What a person could use instead, on the same workload: [peers.md](peers.md).'
}

peers() {
    printf '# Beside what a person could use instead\n\n'
    run
    printf '\nTranslated from Messages to Chat Completions, medians; in brackets: of dragoman. CPU is that of all processes of a program.\n\n'
    python3 -m compare --build build/release "${quick[@]}" --peers build/peers
}

results | tee "$written"
cp "$written" bench/results.md
if [[ -n ${PEERS:-} ]]; then
    peers | tee "$written"
    cp "$written" bench/peers.md
fi
python3 bench/document.py
