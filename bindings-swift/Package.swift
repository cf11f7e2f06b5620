// swift-tools-version:6.0
import Foundation
import PackageDescription

// The library that Rust built. On Apple's platforms it is an XCFramework (`build-xcframework.sh`), with which this package
// can be depended on as it is. Elsewhere `cargo xtask test swift` puts a static library where the linker is told to look;
// flags like these are for the root package only.
let folder = Context.packageDirectory
let framework = "HeapIdentityFFI.xcframework"
let hasFramework = FileManager.default.fileExists(atPath: "\(folder)/\(framework)")
let linked = ProcessInfo.processInfo.environment["HEAP_IDENTITY_LIBRARY"] ?? "\(folder)/../target/swift-link"

let library: Target =
  hasFramework ? .binaryTarget(name: "HeapIdentityFFI", path: framework) : .systemLibrary(name: "HeapIdentityFFI")
let linking: [LinkerSetting] =
  hasFramework ? [] : [.unsafeFlags(["-L\(linked)"]), .linkedLibrary("heap_identity_swift")]

let package = Package(
  name: "HeapIdentity",
  // What `build-xcframework.sh` builds for.
  platforms: [.macOS(.v13), .iOS(.v16)],
  products: [
    .library(name: "HeapIdentity", targets: ["HeapIdentity"]),
    .executable(name: "heap-identity-swift", targets: ["heap-identity-swift"]),
  ],
  targets: [
    library,
    .target(name: "HeapIdentity", dependencies: ["HeapIdentityFFI"], linkerSettings: linking),
    .executableTarget(name: "heap-identity-swift", dependencies: ["HeapIdentity"]),
    .executableTarget(name: "measure-verify", dependencies: ["HeapIdentity"]),
    .testTarget(name: "HeapIdentityTests", dependencies: ["HeapIdentity"]),
  ]
)
