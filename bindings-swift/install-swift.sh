#!/usr/bin/env bash
# install-swift.sh DIR: Swift for a Debian machine whose own release has none.
#
# Debian packages Swift from trixie on. This makes a small trixie root in DIR, beside the system and not in
# it, and leaves DIR/enter there, which runs one command inside:
#
#     target/swift/enter swift test --package-path bindings-swift
#
# Needs root (it makes a chroot), apt and util-linux. The system gets one package, mmdebstrap; its sources,
# libraries and mounts stay as they are. The mirror and the way to it come from the system's apt.
# Running it again costs nothing while DIR is whole; DIR is only ever a finished toolchain or not there.
set -euo pipefail
export LC_ALL=C

release=trixie
packages=swiftlang,libc6-dev,libstdc++-14-dev
space_mib=4096
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() {
    echo "install-swift.sh: $*" >&2
    exit 1
}

# Runs a command and shows its output only if it fails.
silently() {
    "$@" >"$scratch/log" 2>&1 </dev/null && return
    tail -n 30 "$scratch/log" >&2
    return 1
}

is_whole() {
    cmp -s "$0" "$1/made-by" && "$1/enter" swiftc --version >/dev/null 2>&1
}

install_mmdebstrap() {
    command -v mmdebstrap >/dev/null && [ -e "$keyring" ] && return
    local get=(apt-get -qq --yes --no-install-recommends install mmdebstrap debian-archive-keyring)
    export DEBIAN_FRONTEND=noninteractive
    "${get[@]}" >/dev/null 2>&1 </dev/null && return
    # The package lists may be missing or old.
    silently apt-get -qq update && silently "${get[@]}"
}

# Where apt fetches this machine's own release from.
mirror() {
    # shellcheck disable=SC1091
    local own && own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Release: $own" 'Component: main' |
        sed -n 1p
}

make_root() {
    # Proxies, time-outs and the like; trust is not carried over: the archive's own keys sign it.
    apt-config dump | grep -E '^Acquire::(https?|Retries|Check-|ForceIPv|Max-ValidTime)' >"$scratch/apt.conf" || true
    silently mmdebstrap --quiet --mode=root --variant=essential --include="$packages" \
        --aptopt="$scratch/apt.conf" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        "$release" "$1" "deb [signed-by=$keyring] $2 $release main"
}

# The wrapper works in a mount namespace of its own, so nothing stays mounted, however it ends. The working
# directory keeps its path inside; swiftc finds its libraries through /proc.
write_wrapper() {
    cat >"$1/enter" <<'WRAPPER'
#!/bin/sh
# enter COMMAND...: runs COMMAND in this root, in the current directory.
[ "$(id -u)" = 0 ] || { echo "enter: only root can change the root directory" >&2; exit 1; }
root=$(dirname -- "$(realpath -- "$0")")
exec unshare --mount --propagation private /bin/sh -eu -c '
    root=$1 here=$(pwd -P)
    shift
    for shown in /proc /dev "$here"; do
        mkdir -p "$root$shown"
        mount --rbind "$shown" "$root$shown"
    done
    unset TMPDIR LD_PRELOAD
    export HOME=/root LC_ALL=C.UTF-8 PATH=/usr/libexec/swift/bin:/usr/bin:/bin:/usr/sbin:/sbin
    exec chroot "$root" /bin/sh -c "cd \"\$0\" && exec \"\$@\"" "$here" "$@"
' enter "$root" "$@"
WRAPPER
    chmod 755 "$1/enter"
}

# Compiles, links and runs a program, from a directory of the system.
prove() {
    mkdir "$scratch/proof"
    echo 'import Foundation; print(UUID().uuidString.count)' >"$scratch/proof/proof.swift"
    (cd "$scratch/proof" && silently "$1/enter" swiftc proof.swift -o proof && [ "$("$1/enter" ./proof)" = 36 ])
}

main() {
    [ $# = 1 ] || fail "usage: install-swift.sh DIR"
    [ "$(id -u)" = 0 ] || fail "needs root, since it makes a chroot; or put a swift of your own on PATH"
    command -v apt-get >/dev/null || fail "needs Debian's apt; elsewhere put a swift of your own on PATH"

    local source available
    dir=$(realpath -m -- "$1") # not local: the clean-up needs it
    mkdir -p "$(dirname -- "$dir")"
    exec 9>"$dir.lock"
    flock 9
    is_whole "$dir" && return
    [ ! -e "$dir" ] || [ -e "$dir/made-by" ] || fail "$dir exists and is not a toolchain of this script"

    available=$(df --output=avail --block-size=1M "$(dirname -- "$dir")" | tail -n 1)
    [ "$available" -ge "$space_mib" ] || fail "needs $space_mib MiB of disk beside $dir, has $available"
    scratch=$(mktemp -d)
    trap 'rm -rf -- "$scratch"; rm -rf --one-file-system -- "$dir.new"' EXIT
    rm -rf --one-file-system -- "$dir.new"

    install_mmdebstrap || fail "apt-get cannot install mmdebstrap"
    source=$(mirror)
    [ -n "$source" ] || fail "apt has no source for this machine's own release, so the mirror is not known"
    make_root "$dir.new" "$source" || fail "mmdebstrap made no $release root (its last lines are above)"
    write_wrapper "$dir.new"
    prove "$dir.new" || fail "Swift is installed, but a program of one line does not compile and run"
    cp -- "$0" "$dir.new/made-by"
    rm -rf --one-file-system -- "$dir"
    mv -T -- "$dir.new" "$dir"
}

main "$@"
