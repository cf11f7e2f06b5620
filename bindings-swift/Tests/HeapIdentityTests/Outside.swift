import Foundation

/// What `cargo xtask test swift` starts or makes before the tests, and names in the environment.
enum Outside {
  private static func named(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

  /// The Responses of `make_saml_vectors.py`.
  static let samlVectors = named("HEAP_IDENTITY_SAML_VECTORS")
  /// The base URL of the core's example `serve`, and its token.
  static let serve = named("HEAP_IDENTITY_SERVE")
  static let serveToken = "swift-tests"
}
