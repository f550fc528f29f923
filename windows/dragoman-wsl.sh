#!/usr/bin/env bash
# The part of dragoman-claude that runs in WSL. DRAGOMAN_HOLD is a file of Windows that is there while Claude Code
# runs.
#   hold            keeps WSL from being shut down as idle, and serves unless something serves already
#   env SHELL [MODEL]   waits until it serves, then prints the environment for Claude Code
set -u
cd || exit 1
PATH=$PATH:$HOME/.local/bin
command -v dragoman > /dev/null || { echo "dragoman is not installed in WSL, see docs/windows.md" >&2; exit 1; }
serves() { dragoman status > /dev/null 2>&1; }

server=
end_server() { [[ -z $server ]] || { kill "$server"; wait "$server"; } 2> /dev/null; server=; }

hold() {
    if ! serves; then
        dragoman serve > /dev/null 2>&1 < /dev/null &
        server=$!
        trap end_server EXIT        # also when the console of Windows is closed
    fi
    while [[ -e $DRAGOMAN_HOLD ]]; do sleep 1; done
    end_server
}

case ${1:-} in
    hold) hold ;;
    env)
        for _ in {1..100}; do serves && break; sleep 0.1; done
        serves || { dragoman check-config > /dev/null; echo "dragoman does not serve in WSL" >&2; exit 1; }
        shell=$2
        shift 2
        exec dragoman env --shell "$shell" "$@"
        ;;
    *) echo "dragoman-wsl.sh hold|env SHELL [MODEL]" >&2; exit 2 ;;
esac
