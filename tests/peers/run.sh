#!/usr/bin/env bash
# The program in front of a server that is not ours: LiteLLM, in each of its dialects, with the tests' scripted
# provider behind it. It is installed from PyPI into build/peers, once, as tests/peers/requirements.txt pins
# it; nothing else but loopback is needed. Exit code 3: it could not be installed, and nothing was tested.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build/peers
requirements=$here/requirements.txt
version=$(sed -n 's/^litellm==\([0-9.]*\).*/\1/p' "$requirements")
folder=$build/litellm-$version-$(cksum < "$requirements" | cut -d ' ' -f 1)

install() {
    echo "Installing LiteLLM $version into ${folder#"$PWD"/}" >&2
    rm -rf "$folder"
    mkdir -p "$build"
    python3 -m venv "$folder" \
        && "$folder/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: \
            --require-hashes -r "$requirements" \
        && touch "$folder/installed"
}

if [[ ! -e $folder/installed ]] && ! said=$(install 2>&1); then
    {
        echo "$said" | tail -n 5
        echo "LiteLLM $version could not be installed: nothing was tested."
        echo 'It needs Python 3.11 or later with venv, and PyPI (or an index that pip is configured to use).'
    } >&2
    exit 3
fi
export LITELLM=$folder/bin/litellm
exec "$here/../e2e/run.sh" peers
