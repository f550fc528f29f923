#!/usr/bin/env bash
# Builds the Dockerfile with buildah and runs what came out as compose.yaml would: another user, a root file
# system that cannot be written, no capabilities, a network of its own. Takes minutes, root, and Debian's archive
# (for debian:12 itself, made by mmdebstrap from this machine's own sources, and for the packages).
#   tests/packages/image_test.sh [KEEP]       KEEP: a folder for images that the next run may use again
# Exit codes: 0 passed, 1 failed, 77 not run.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/tests/packages
. "$here/debian_root.sh"

not_run() { echo "not run: $1" >&2; exit 77; }
[[ $(id -u) -eq 0 ]] || not_run "needs root for its namespaces"
for tool in buildah mmdebstrap unshare setpriv python3; do
    command -v "$tool" > /dev/null || not_run "$tool is not installed (apt install buildah mmdebstrap)"
done

work=$(mktemp -d /var/tmp/dragoman-image.XXXXXX)
keep=${1:-$work}
mkdir -p "$keep"
buildah=(buildah --storage-driver vfs --root "$keep/storage" --runroot "$keep/run")
cleanup() {
    "${buildah[@]}" rm --all > /dev/null 2>&1 || true
    rm -rf "$work"
}
trap cleanup EXIT

base_image() { # NAME
    "${buildah[@]}" inspect --type image "docker.io/library/$1" > /dev/null 2>&1 && return
    [[ -s $keep/base.tar ]] || debian_root bookworm "$keep/base.tar" \
        || not_run "Debian's archive cannot be reached"
    local container
    container=$("${buildah[@]}" from scratch)
    "${buildah[@]}" add -q "$container" "$keep/base.tar" / > /dev/null
    "${buildah[@]}" commit -q "$container" "docker.io/library/$1" > /dev/null
    "${buildah[@]}" rm "$container" > /dev/null
}

for name in debian:12 debian:12-slim; do base_image "$name"; done
echo "== docker build"
"${buildah[@]}" bud --format docker --isolation chroot --pull-never -q -t dragoman . > "$work/build.log" 2>&1 \
    || { tail -40 "$work/build.log"; exit 1; }

container=$("${buildah[@]}" from --pull-never localhost/dragoman)
root=$("${buildah[@]}" mount "$container")
base=$("${buildah[@]}" mount "$("${buildah[@]}" from --pull-never docker.io/library/debian:12-slim)")
added=$((($(du -s --block-size=1K "$root" | cut -f1) - $(du -s --block-size=1K "$base" | cut -f1)) / 1024))
echo "adds $added MiB to its base"
[[ $added -le 57 ]] || { echo "more than 60 MB"; exit 1; }
"${buildah[@]}" inspect --type image localhost/dragoman > "$work/image.json"

echo "== docker run --read-only --cap-drop ALL"
unshare --net python3 "$here/run_image.py" "$work/image.json" "$root"
