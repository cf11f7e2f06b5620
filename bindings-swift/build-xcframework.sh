#!/usr/bin/env bash
# build-xcframework.sh: HeapIdentityFFI.xcframework for Apple's platforms, beside Package.swift, which then takes it.
#
# Needs a Mac with Xcode, and Rust with the targets below. It cannot be run on Linux.
set -euo pipefail
cd "$(dirname -- "$0")"

[ "$(uname)" = Darwin ] || {
    echo "build-xcframework.sh: needs a Mac with Xcode" >&2
    exit 1
}

built=../target/xcframework
library=libheap_identity_swift.a
macos=(aarch64-apple-darwin x86_64-apple-darwin)
ios=(aarch64-apple-ios)
simulator=(aarch64-apple-ios-sim x86_64-apple-ios)

rustup target add "${macos[@]}" "${ios[@]}" "${simulator[@]}"
for target in "${macos[@]}" "${ios[@]}" "${simulator[@]}"; do
    cargo build --release --package heap-identity-swift --target "$target"
done

# One library for each platform, with a slice for each processor, and the C header beside it.
rm -rf "$built" HeapIdentityFFI.xcframework
platform() {
    local name=$1 slices=()
    shift
    for target in "$@"; do slices+=("../target/$target/release/$library"); done
    mkdir -p "$built/$name/include/HeapIdentityFFI"
    lipo -create "${slices[@]}" -output "$built/$name/$library"
    # In a folder of its own, so that module maps of other packages stay apart.
    cp Sources/HeapIdentityFFI/HeapIdentityFFI.h Sources/HeapIdentityFFI/module.modulemap "$built/$name/include/HeapIdentityFFI/"
}
platform macos "${macos[@]}"
platform ios "${ios[@]}"
platform simulator "${simulator[@]}"

arguments=()
for name in macos ios simulator; do
    arguments+=(-library "$built/$name/$library" -headers "$built/$name/include")
done
xcodebuild -create-xcframework "${arguments[@]}" -output HeapIdentityFFI.xcframework

# What a package that is published names in place of the path: the archive's address, and this checksum.
ditto -c -k --sequesterRsrc --keepParent HeapIdentityFFI.xcframework "$built/HeapIdentityFFI.xcframework.zip"
swift package compute-checksum "$built/HeapIdentityFFI.xcframework.zip"
