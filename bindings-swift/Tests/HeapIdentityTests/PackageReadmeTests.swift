import Foundation
import HeapIdentity
import Testing

/// What the package's README shows, word for word (`core/tests/readme.rs` compares), with what it takes from outside.
@Suite struct PackageReadmeTests {
  @Test func a_login_is_verified() throws {
    let certificatePem = try pem("rsa2048.cert")
    let form = try identityProvider().respond(login: ada(), now: Date()).formFields()

    let certificate = try Certificate(pem: certificatePem)
    let trust = Trust(entityId: "https://sso.jumpcloud.com/saml2/heap", certificates: [certificate])
    let heap = ServiceProvider(
      entityId: "https://heapanalytics.com", acsUrl: "https://heapanalytics.com/saml/finalize/1234/", trusted: [trust])
    do {
      let login = try heap.verify(
        samlResponse: form["SAMLResponse"] ?? "", expected: .unsolicited, now: Date(), replay: ReplayCache(capacity: 100_000))
      print(login.subject(), login.attributes())
    } catch let refused as HeapIdentityError {
      print(refused.code, refused.message, refused.report?.text ?? "")
      Issue.record("the README's login is refused")
    }
  }
}
