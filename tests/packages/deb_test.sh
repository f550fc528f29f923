#!/usr/bin/env bash
# Installs the package into a clean Debian 12 (made from this machine's own sources), runs it, removes and purges
# it, and looks whether a person's files are as they were. Takes a minute, root, and Debian's archive.
#   tests/packages/deb_test.sh [KEEP]       KEEP: a folder for a root that the next run may use again
# Exit codes: 0 passed, 1 failed, 77 not run.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/packages/debian_root.sh

not_run() { echo "not run: $1" >&2; exit 77; }
fail() { echo "FAILED: $1" >&2; exit 1; }
[[ $(id -u) -eq 0 ]] || not_run "needs root to change into another root"
for tool in mmdebstrap cpack dpkg-shlibdeps unshare; do
    command -v "$tool" > /dev/null || not_run "$tool is not installed (apt install mmdebstrap dpkg-dev)"
done
[[ -x build/release/dragoman && -e build/release/CPackConfig.cmake ]] || not_run "nothing is built: make build"

work=$(mktemp -d /var/tmp/dragoman-deb.XXXXXX)
trap 'rm -rf "$work"' EXIT
keep=${1:-$work}
mkdir -p "$keep"
root=$work/root
said() { cat "$work/log"; fail "$1"; }
(cd build/release && cpack -G DEB -B "$work/deb" > "$work/log" 2>&1) || said cpack
[[ -s $keep/base.tar ]] || debian_root bookworm "$keep/base.tar" \
    || not_run "Debian's archive cannot be reached"
mkdir "$root"
tar -C "$root" -xf "$keep/base.tar"
cp "$work"/deb/*.deb "$root/dragoman.deb"
cp /etc/resolv.conf "$root/etc/resolv.conf"
# What apt needs to know about this machine's way to the archive; the root itself stays as Debian makes it.
cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2> /dev/null || true

# In the root, with processes and mounts of its own that end with the command.
inside() {
    unshare --mount --pid --fork --kill-child bash -c '
        root=$1; shift
        mount -t proc proc "$root/proc"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"
    ' inside "$root" "$@"
}
files() {
    (cd "$root" && find etc/dragoman home root/.config -type f -printf '%p %m %U ' -exec sha256sum {} \; | sort)
}
outside_of_apt() {      # every path, without what apt, dpkg and ldconfig write for themselves
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg \
        -o -path ./var/log -o -path ./tmp \) -prune -o -print | sort)
}

echo "== a person's own files"
mkdir -p "$root"/etc/dragoman "$root"/home/ada/.config/dragoman "$root"/root/.config/dragoman
printf '[models]\nbig = "z-ai/glm-4.6"\n' | tee "$root"/etc/dragoman/config.toml \
    "$root"/home/ada/.config/dragoman/config.toml > "$root"/root/.config/dragoman/config.toml
for folder in etc/dragoman home/ada/.config/dragoman root/.config/dragoman; do
    echo sk-or-v1-0000 > "$root/$folder/openrouter.key"
    chmod 600 "$root/$folder"/*
done
chown -R 1000:1000 "$root/home/ada"
before=$(files)

echo "== install"
apt='apt-get -qq -y --no-install-recommends'
inside sh -c "$apt update && $apt install ca-certificates" > "$work/log" 2>&1 \
    || { tail "$work/log"; not_run "Debian's archive cannot be reached from the root"; }
clean=$(outside_of_apt)
inside $apt install /dragoman.deb > "$work/log" 2>&1 || said install
version=$(cat VERSION)
[[ $(inside dragoman --version) == "dragoman $version" ]] || fail "dragoman --version"
[[ $(inside dpkg -V dragoman) == "" ]] || fail "dpkg -V finds changed files"
inside sh -c 'ldd /usr/bin/dragoman' | grep -q 'not found' && fail "a library is missing"
inside dragoman check-config | grep -q 'z-ai/glm-4.6' || fail "the configuration in /root is not read"

echo "== run"
serve='dragoman serve --demo --port 8080 > /tmp/out 2> /tmp/err & server=$!
for i in $(seq 200); do grep -q "listening on" /tmp/err && break; sleep 0.05; done
exec 3<> /dev/tcp/127.0.0.1/8080
printf "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" >&3; cat <&3; echo
kill "$server"; wait "$server"; echo "ended with $?"'
export -f inside
export root
answer=$(unshare --net bash -c 'python3 "$0/tests/e2e/loopback_up.py" && inside bash -c "$1"' "$PWD" "$serve")
grep -q '"status":"healthy"' <<< "$answer" || { echo "$answer"; fail "it does not answer"; }
grep -q '^ended with 0' <<< "$answer" || { echo "$answer"; fail "it does not end"; }
rm -f "$root"/tmp/out "$root"/tmp/err

echo "== install again over itself, remove, purge"
inside dpkg -i /dragoman.deb > "$work/log" 2>&1 || said "a second install"
mkdir -p "$root/var/lib/dragoman/mine" "$root/etc/systemd/system/multi-user.target.wants"
echo '{}' > "$root/var/lib/dragoman/calibration.json"
echo 0123 > "$root/var/lib/dragoman/instance-token"
ln -s /lib/systemd/system/dragoman.service "$root/etc/systemd/system/multi-user.target.wants/dragoman.service"
for step in remove purge; do
    inside dpkg "--$step" dragoman > "$work/log" 2>&1 || said "$step"
    [[ ! -e $root/usr/bin/dragoman && ! -e $root/usr/share/doc/dragoman ]] || fail "$step leaves the program"
    [[ $(files) == "$before" ]] || { diff <(echo "$before") <(files); fail "$step touched a person's files"; }
done
[[ ! -e $root/var/lib/dragoman/calibration.json && ! -e $root/var/lib/dragoman/instance-token ]] \
    || fail "purge leaves what the service wrote"
[[ -d $root/var/lib/dragoman/mine ]] || fail "purge takes what it did not write"
rm -r "$root/var/lib/dragoman"
inside $apt autoremove --purge > "$work/log" 2>&1 || said autoremove
its_own='^./(root/\.(cache|local)|etc/ld.so.cache|etc/systemd)'
left=$(comm -13 <(echo "$clean") <(outside_of_apt) | grep -v -E "$its_own" || true)
[[ -z $left ]] || { echo "$left"; fail "the purge leaves files"; }
echo "passed"
