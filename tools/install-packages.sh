#!/usr/bin/env bash
# Installs the Debian packages that the named purposes need and that are not there yet.
#   tools/install-packages.sh build|test|package|bench|peers|fuzz|lint …
set -euo pipefail
mkdir -p "$(dirname "$0")/../build"

# Debian 12's own libboost-dev is too old; later systems have a newer one, and under that name only.
boost=libboost-dev
grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release && boost=libboost1.81-dev

packages_for() {
    case $1 in
        build) echo g++ cmake ninja-build make pkg-config ccache mold $boost libtomlplusplus-dev \
                    libcli11-dev libspdlog-dev libfmt-dev libssl-dev zlib1g-dev ca-certificates ;;
        test) echo libgtest-dev libgmock-dev libbenchmark-dev libsimdjson-dev nlohmann-json3-dev python3 python3-yaml nix-bin dpkg-dev file curl \
                   openssl systemd zsh fish tmux strace valgrind ;;
        bench) echo libbenchmark-dev libsimdjson-dev nginx python3 openssl binutils ;;
        peers) echo python3-venv ;;
        package) echo dpkg-dev file ;;
        fuzz) echo clang-19 libclang-rt-19-dev ;;
        lint) echo clang-19 clang-tidy-19 clang-format-19 python3 ;;
        *) echo "unknown purpose: $1" >&2; exit 2 ;;
    esac
}

wanted=()
for purpose in "$@"; do
    for package in $(packages_for "$purpose"); do wanted+=("$package"); done
done
# Any Node.js from 18 on serves the tests, whoever packaged it.
if [[ " $* " == *" test "* || " $* " == *" bench "* ]] && ! { command -v node && command -v npm; } > /dev/null 2>&1; then
    wanted+=(nodejs npm)
fi

if ! command -v dpkg-query > /dev/null; then
    echo "No Debian here: please see to it that these, or what your system calls them, are installed:" >&2
    echo "  ${wanted[*]}" >&2
    exit 0
fi
missing=()
for package in "${wanted[@]}"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true) == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

sudo=()
[[ $(id -u) -eq 0 ]] || sudo=(sudo)
echo "Installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get -qq -o Acquire::Retries=3 update
"${sudo[@]}" apt-get -qq -o Acquire::Retries=3 install -y --no-install-recommends "${missing[@]}" > /dev/null
# Only the program is wanted, no web server that listens from now on.
if [[ " ${missing[*]} " == *" nginx "* && -d /run/systemd/system ]]; then
    "${sudo[@]}" systemctl disable --quiet --now nginx
fi
