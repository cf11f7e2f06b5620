import Foundation
import HeapIdentity

/// The main job on an embedded tenant.
struct Demonstration {
  let people: Int
  let clock = DriverClock.system

  func run() async throws {
    let tenant = try Tenant(name: "demo", heapId: "1234567890")
    let idpUrl = "https://sso.jumpcloud.com/saml2/heap"
    let key = try SigningKey(keyPem: DemonstrationKey.key, certificatePem: DemonstrationKey.certificate)
    try tenant.configureSso(settings: SsoSettings(certificate: key.certificate(), remoteLoginUrl: idpUrl))
    let credentials = try tenant.enableScim(defaultRole: .readOnly)

    let directory = try directory()
    let config = SyncConfig(baseUrl: tenant.baseUrl(), bearerToken: credentials.bearerToken)
    let journal = MemoryJournal()
    let driver = SyncDriver(
      engine: try Engine(config: config, directory: directory), transport: TenantTransport(to: tenant), journal: journal)
    show(try await driver.run(), of: driver.engine)

    let signOn = try SignOn(idpUrl: idpUrl, key: key, heapId: tenant.heapId())
    let form = try signOn.launch(directory: directory, person: "person-1", now: clock.now()).formFields()
    var components = URLComponents()
    components.queryItems = form.map { URLQueryItem(name: $0.key, value: $0.value) }
    let body = (components.percentEncodedQuery ?? "").replacingOccurrences(of: "+", with: "%2B")
    let session = try tenant.finishLogin(form: Data(body.utf8), now: clock.now())
    print("logged in: account \(session.account) with role \(session.role.name())")

    let again = try Engine(config: config, directory: directory, journal: await journal.records)
    let second = SyncDriver(engine: again, transport: TenantTransport(to: tenant), journal: journal)
    show(try await second.run(), of: again)
  }

  private func directory() throws -> Snapshot {
    let everybody = (1...people).map { number in
      Person(id: "person-\(number)", userName: "person\(number)@example.com", email: "person\(number)@example.com")
    }
    return try Snapshot(
      people: everybody, groups: [DirectoryGroup(id: "everybody", name: "Everybody")],
      memberships: everybody.map { Membership(group: "everybody", person: $0.id) })
  }
}

/// Shows how a run ended.
func show(_ summary: Summary, of engine: Engine) {
  switch summary.outcome {
  case .finished: print("done: \(summary.steps) steps, \(summary.failed) failed, \(summary.conflicts) conflicts")
  case .awaitingApproval(let digest, let trips):
    print(engine.plan()?.text() ?? "")
    trips.forEach { print("guard: \($0)") }
    print("nothing was sent; approve with --approve \(digest)")
  case .cancelled: print("cancelled after \(summary.steps) steps")
  case .tokenRefused(let reason): print("the token is refused: \(reason)")
  case .unreadable(let reason): print("the tenant cannot be read: \(reason)")
  case .other: print("ended")
  }
  for event in engine.events() where event.error != nil {
    print("\(event.eventType): \(event.error ?? "")")
  }
  print("requests: \(engine.requests().values.reduce(0, +)), writes: \(engine.writes())")
}
