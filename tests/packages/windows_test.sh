#!/usr/bin/env bash
# Runs the command files for Windows in Wine's cmd, with stand-ins for wsl.exe and claude.exe. The cmd of Wine
# before 9 is too simple, so that this happens in a root of Debian 13: minutes, root, and Debian's archive.
#   tests/packages/windows_test.sh [KEEP]       KEEP: a folder for a root that the next run may use again
# Exit codes: 0 passed, 1 failed, 77 not run.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/packages/debian_root.sh

not_run() { echo "not run: $1" >&2; exit 77; }
[[ $(id -u) -eq 0 ]] || not_run "needs root to change into another root"
for tool in mmdebstrap unshare; do
    command -v "$tool" > /dev/null || not_run "$tool is not installed (apt install mmdebstrap)"
done

work=$(mktemp -d /var/tmp/dragoman-windows.XXXXXX)
trap 'rm -rf "$work"' EXIT
root=${1:-$work}/wine
mkdir -p "$(dirname "$root")"
[[ -d $root ]] || debian_root trixie "$root" wine,wine64,gcc-mingw-w64-x86-64-win32 \
    || { rm -rf "$root"; not_run "Debian's archive cannot be reached"; }

rm -rf "$root/tmp/windows"
mkdir -p "$root/tmp/windows/bin"
cp windows/* tests/packages/windows/* "$root/tmp/windows/"
unshare --net --mount --pid --fork --kill-child bash -c '
    mount -t proc proc "$1/proc"
    exec chroot "$1" env -i PATH=/usr/bin:/bin HOME=/tmp/windows WINEDEBUG=-all bash -c "
        cd /tmp/windows
        for name in wsl claude; do x86_64-w64-mingw32-gcc -o bin/\$name.exe \$name.c || exit 1; done
        wine cmd /c try.cmd > said.txt 2> errors.txt"
' windows "$root" || true
tr -d '\r' < "$root/tmp/windows/said.txt" | sed '/^$/d; /^\(hold\|run\).txt$/d' > "$work/said.txt"
# What cmd writes to its standard error stands between the lines, wherever it comes out.
grep -h '^dragoman-claude:' "$root/tmp/windows/errors.txt" | tr -d '\r' >> "$work/said.txt" || true
diff <(sort tests/packages/windows/expected.txt) <(sort "$work/said.txt") \
    || { echo "FAILED: the command files do something else"; cat "$root/tmp/windows/errors.txt"; exit 1; }
echo "passed"
