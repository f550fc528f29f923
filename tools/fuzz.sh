#!/usr/bin/env bash
# Every fuzz target for FUZZ_SECONDS, from its committed corpus; new inputs stay in build/, crashes end the run.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
cmake --preset fuzz > build/fuzz.log 2>&1 || { cat build/fuzz.log; exit 1; }
cmake --build build/fuzz -j "${JOBS:-$(nproc)}" > build/fuzz.log 2>&1 || { tail -50 build/fuzz.log; exit 1; }
for corpus in tests/fuzz/corpus/*/; do
    target=$(basename "$corpus")
    echo "== $target, $seconds s"
    mkdir -p "build/fuzz/found/$target"
    "build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/found/$target-" "build/fuzz/found/$target" "$corpus" 2>&1 | grep -E 'stat::|SUMMARY|ERROR' || true
    [[ ${PIPESTATUS[0]} -eq 0 ]]
done
