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

  @Test(.enabled(if: Outside.serve != nil, "`cargo xtask test swift` starts the core's example `serve`"))
  func a_directory_is_brought_to_a_tenant() async throws {
    let (baseUrl, token) = (try #require(Outside.serve), Secret(text: Outside.serveToken))
    let journalPath = try scratch().appendingPathComponent("journal").path
    let directoryJson = """
      {"users": [{"id": "1", "userName": "readme@example.com", "active": true}],
       "groups": [{"id": "g", "name": "Readme", "members": ["1"]}]}
      """

    let journal = try FileJournal(path: journalPath)
    let engine = try Engine(
      config: SyncConfig(baseUrl: baseUrl, bearerToken: token), directory: Snapshot.fromJson(text: directoryJson),
      journal: journal.earlier)
    let driver = SyncDriver(engine: engine, transport: URLSessionTransport(), journal: journal)
    let watching = Task {
      for await progress in driver.progress { print("\(progress.done) of \(progress.total)") }
    }
    let summary = try await driver.run()
    watching.cancel()
    if case .awaitingApproval(let digest, let trips) = summary.outcome {
      // Somebody reads the plan and agrees.
      print(engine.plan()?.text() ?? "", trips)
      try engine.approve(digest: digest)
      print(try await driver.run())
    }
    for event in engine.events() { print(event.eventType, event.error ?? "done") }
    #expect(summary.outcome == .finished && summary.steps == 2)
  }

  @Test func a_secret_is_kept() throws {
    let (folder, pasted) = (try scratch(), "a-token")

    let secrets = try FileSecretStore(folder: folder)
    try secrets.keep(Secret(text: pasted), named: "heap-token")
    let kept = try secrets.secret(named: "heap-token")
    #expect(kept?.expose() == pasted)
  }

  @Test func a_person_logs_in_to_an_app() throws {
    let idp = try identityProvider()
    let app = serviceProvider(trusting: idp)

    let login = WebLogin(serviceProvider: app, idpEntityId: idpEntityId, ssoUrl: ssoUrl)
    let address = try login.begin()
    let query = try #require(URLComponents(string: address)?.percentEncodedQuery)
    let asked = try idp.acceptRedirect(rawQuery: query, now: Date())
    let form = try idp.respond(login: ada(inResponseTo: asked.id()), now: Date()).formFields()
    let callback = try #require(URL(string: "myapp:login?" + String(decoding: formBody(form), as: UTF8.self)))
    // The browser shows the address and is sent back, at last, to `myapp:login?SAMLResponse=…&RelayState=…`.
    let verified = try login.finish(callback: callback)
    #expect(verified.subject() == "ada@example.com")
  }
}
