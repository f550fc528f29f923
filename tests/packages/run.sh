#!/usr/bin/env bash
# The tests of everything that dragoman is handed over in: container, Debian package, Nix, Windows.
#   tests/packages/run.sh           what needs neither root nor a network; part of `make test`
#   tests/packages/run.sh all [KEEP]   also builds a .deb and an image and runs both in clean Debian 12 roots, and
#                                   the command files for Windows in Wine: minutes, root, and Debian's archive.
#                                   KEEP: a folder for what the next run may use again
# A check that cannot be made here says so and why: it has not passed.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export DRAGOMAN_BIN=${DRAGOMAN_BIN:-$here/../../build/release/dragoman}
[[ -x $DRAGOMAN_BIN ]] || { echo "no program at $DRAGOMAN_BIN; build it, or set DRAGOMAN_BIN" >&2; exit 2; }
failed=0
for test in "$here"/*_test.py; do
    echo "-- $(basename "$test")"
    PYTHONDONTWRITEBYTECODE=1 python3 "$test" || failed=1
done
if [[ ${1:-} == all ]]; then
    for test in "$here"/*_test.sh; do
        echo "-- $(basename "$test")"
        "$test" "${@:2}"
        case $? in 0) ;; 77) ;; *) failed=1 ;; esac
    done
fi
[[ $failed -eq 0 ]] && echo "the packages are as they should be" || echo "the packages are not as they should be"
exit $failed
