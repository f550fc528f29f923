# For the tests that need a clean Debian: debian_root SUITE TARGET [PACKAGE,…], from where this machine itself has
# its packages, and with what its apt knows about the way there.
debian_root() {
    local suite=$1 target=$2 include=${3:-} archive
    archive=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2> /dev/null \
        | sed -n "s/^$(. /etc/os-release && echo "${VERSION_CODENAME:-none}") main //p" | head -n 1)
    mmdebstrap --quiet --variant=minbase ${include:+--include="$include"} "$suite" "$target" ${archive:+"$archive"}
}
