import Foundation
import HeapIdentity

let now = ISO8601DateFormatter().date(from: "2026-03-01T10:00:00Z")!
let idpEntityId = "https://sso.jumpcloud.com/saml2/heap"
let ssoUrl = "https://sso.jumpcloud.com/saml2/heap"
let heap = "https://heapanalytics.com"
let acsUrl = "https://heapanalytics.com/saml/finalize/1234/"

/// A key or certificate of the core's test vectors.
func pem(_ name: String) throws -> String {
  let repository = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
  return try String(contentsOfFile: "\(repository)/core/tests/vectors/keys/\(name).pem", encoding: .utf8)
}

func identityProvider() throws -> IdentityProvider {
  let key = try SigningKey(keyPem: pem("rsa2048.key"), certificatePem: pem("rsa2048.cert"))
  return IdentityProvider(entityId: idpEntityId, key: key, ssoUrl: ssoUrl, serviceProviders: [heap: [acsUrl]])
}

func serviceProvider(trusting idp: IdentityProvider) -> ServiceProvider {
  let trust = Trust(entityId: idpEntityId, certificates: [idp.certificate()])
  return ServiceProvider(entityId: heap, acsUrl: acsUrl, trusted: [trust])
}

func ada(inResponseTo: String? = nil) -> Login {
  Login(
    subject: "ada@example.com", audience: heap, acsUrl: acsUrl, inResponseTo: inResponseTo,
    attributes: ["role": ["Analyst"]])
}

/// The error that `body` must throw.
func failure(_ body: () throws -> Void) throws -> HeapIdentityError {
  do {
    try body()
  } catch let error as HeapIdentityError {
    return error
  }
  throw Unexpected.success
}

enum Unexpected: Error { case success }
