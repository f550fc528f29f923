#!/usr/bin/env bash
# Starts the program that was built: against the real upstream if there is a key, else as a demonstration.
set -euo pipefail
cd "$(dirname "$0")/.."
if build/release/dragoman check-config --has-key > /dev/null 2>&1; then
    exec build/release/dragoman serve "$@"
fi
exec build/release/dragoman serve --demo "$@"
