import Foundation
import HeapIdentity
import Testing

@Suite struct ReadmeTests {
  /// The body between the two markers is the README's example, line by line.
  @Test func theReadmesExampleRuns() throws {
    // README
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
    // README
    #expect(form["SAMLResponse"] != nil)
  }

  @Test func theReadmesExampleIsTheOneThatRuns() throws {
    let here = URL(fileURLWithPath: #filePath)
    let repository = here.pathComponents.dropLast(4).joined(separator: "/")
    let readme = try String(contentsOfFile: "\(repository)/README.md", encoding: .utf8)
    let source = try String(contentsOf: here, encoding: .utf8)
    let example = try #require(part(of: readme, from: "```swift\n", to: "```"))
    let body = try #require(part(of: source, from: "    // README\n", to: "    // README\n"))
    #expect(lines(of: example) == lines(of: body))
  }
}

/// What stands between two marks.
private func part(of text: String, from start: String, to end: String) -> Substring? {
  guard let from = text.range(of: start),
    let to = text.range(of: end, range: from.upperBound..<text.endIndex)
  else { return nil }
  return text[from.upperBound..<to.lowerBound]
}

private func lines(of text: Substring) -> [String] {
  text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
}
