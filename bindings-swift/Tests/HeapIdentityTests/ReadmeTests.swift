import Foundation
import HeapIdentity
import Testing

@Suite struct ReadmeTests {
  /// The README's example; `core/tests/readme.rs` holds the two together.
  @Test func theReadmesExampleRuns() throws {
    let certificatePem = try pem("rsa2048.cert")
    let key = try SigningKey(keyPem: pem("rsa2048.key"), certificatePem: certificatePem)
    let idp = IdentityProvider(entityId: idpEntityId, key: key, ssoUrl: ssoUrl, serviceProviders: [heap: [acsUrl]])
    let login = Login(subject: "ann@example.com", audience: heap, acsUrl: acsUrl)
    let form = try idp.respond(login: login, now: now).formFields()
    let trust = Trust(entityId: idpEntityId, certificates: [idp.certificate()])
    let sp = ServiceProvider(entityId: heap, acsUrl: acsUrl, trusted: [trust])
    do {
      let verified = try sp.verify(
        samlResponse: form["SAMLResponse"]!, expected: .unsolicited, now: now, replay: ReplayCache(capacity: 1000))
      print("logged in:", verified.subject())
    } catch let error as HeapIdentityError {
      print(error.code, error.message, error.report?.text ?? "")
    }
    let replay = ReplayCache(capacity: 1)
    let verified = try sp.verify(samlResponse: form["SAMLResponse"]!, expected: .unsolicited, now: now, replay: replay)
    #expect(verified.subject() == "ann@example.com")
  }
}
