#!/usr/bin/env bash
# clang-format, the layers, every header alone, and clang-tidy over the whole of src/.
set -uo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc 2> /dev/null || sysctl -n hw.ncpu)}
failed=0

echo "== layout"
git ls-files 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' 'bench/*.h' 'bench/*.cpp' | xargs clang-format-19 --dry-run --Werror || failed=1
echo "== layers"
python3 tools/check_layers.py src || failed=1
echo "== every header compiles alone"
headers_alone() { echo "#include \"${1#src/}\"" | clang++-19 -std=c++23 -fsyntax-only -Wall -Isrc -x c++ - || { echo "not alone: $1"; return 1; }; }
export -f headers_alone
git ls-files 'src/*.h' | xargs -P "$jobs" -I{} bash -c 'headers_alone {}' || failed=1
echo "== clang-tidy"
cmake --preset lint > build/lint.log 2>&1 || { cat build/lint.log; exit 1; }
cmake --build build/lint -j "$jobs" --target generated > /dev/null 2>&1 || true
git ls-files 'src/*.cpp' | xargs -P "$jobs" -n 4 clang-tidy-19 -p build/lint --quiet 2> /dev/null || failed=1
[[ $failed -eq 0 ]] && echo "lint is clean"
exit $failed
