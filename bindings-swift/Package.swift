// swift-tools-version:6.0
import PackageDescription

// `cargo xtask test swift` puts the static library here. Flags like these are for the root package only: a package
// for others to depend on takes the library as a binary target instead.
let linked = "\(Context.packageDirectory)/../target/swift-link"

let package = Package(
  name: "HeapIdentity",
  products: [.library(name: "HeapIdentity", targets: ["HeapIdentity"])],
  targets: [
    .systemLibrary(name: "HeapIdentityFFI"),
    .target(
      name: "HeapIdentity",
      dependencies: ["HeapIdentityFFI"],
      linkerSettings: [
        .unsafeFlags(["-L\(linked)"]),
        .linkedLibrary("heap_identity_swift"),
      ]
    ),
    .testTarget(name: "HeapIdentityTests", dependencies: ["HeapIdentity"]),
  ]
)
