#!/usr/bin/env bash
# The end-to-end tests, against the program in DRAGOMAN_BIN (build/release/dragoman unless set):
#   tests/e2e/run.sh [native|sdk|claude|all|peers]
# Installs the pinned clients first if they are not there; afterwards nothing but loopback is needed, and where
# the machine allows it nothing else can be reached.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
group=${1:-all}
export DRAGOMAN_BIN=${DRAGOMAN_BIN:-$here/../../build/release/dragoman}
[[ -x $DRAGOMAN_BIN ]] || { echo "no program at $DRAGOMAN_BIN; build it, or set DRAGOMAN_BIN" >&2; exit 2; }

# npm writes what it installed into a lock file of its own; when that is older than ours, install again.
if [[ $group != native && ! $here/../node_modules/.package-lock.json -nt $here/../package-lock.json ]]; then
    # Through a link it would empty what others use.
    [[ ! -L $here/../node_modules ]] || { echo "tests/node_modules is a link to an older installation" >&2; exit 2; }
    npm --prefix "$here/.." ci --no-audit --no-fund --loglevel=error
    touch "$here/../node_modules/.package-lock.json"
fi

# A network of its own with nothing but a loopback interface in it. Root needs no other user's names for that.
isolated=(unshare --net)
[[ $(id -u) -eq 0 ]] || isolated=(unshare --map-root-user --net)
if "${isolated[@]}" python3 "$here/loopback_up.py" 2> /dev/null; then
    exec "${isolated[@]}" bash -c 'python3 "$0/loopback_up.py" && exec node "$0/run.mjs" "$1"' "$here" "$group"
fi
exec node "$here/run.mjs" "$group"
