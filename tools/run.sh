#!/usr/bin/env bash
# Starts the program that was built: against the real upstream if there is a key, else as a demonstration.
set -euo pipefail
cd "$(dirname "$0")/.."
dragoman=build/release/dragoman
if "$dragoman" check-config 2> /dev/null | grep -q '^key *none: set '; then
    exec "$dragoman" serve --demo "$@"
fi
exec "$dragoman" serve "$@"
