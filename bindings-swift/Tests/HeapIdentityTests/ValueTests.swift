import Foundation
import HeapIdentity
import Testing

@Suite struct ValueTests {
  /// Compiles only for what may cross from one task to another.
  private func isSendable<Value: Sendable>(_ value: Value) -> Bool { true }

  @Test func values_and_handles_cross_tasks() throws {
    let snapshot = try directory(["ann"])
    #expect(isSendable(person("ann")) && isSendable(snapshot) && isSendable(SyncOutcome.finished))
    #expect(isSendable(HeapIdentityError.InvalidInput(code: "a", message: "b")))
    #expect(isSendable(try World().engine(directory([]))))
  }

  @Test func values_can_be_coded() async throws {
    func same<Value: Codable & Equatable>(_ value: Value) throws {
      #expect(try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value)) == value)
    }
    let (engine, summary) = try await World().provision(directory(["ann"]))
    try same(person("ann", role: "Analyst"))
    try same(summary)
    try same(engine.events())
    try same(try directory(["ann"]).diff(after: directory(["bob"])))
    try same(allChecks())
    try same(standardGuards())
    try same(Role.custom(name: "Billing"))
  }

  @Test func cases_can_be_listed() {
    #expect(EventName.allCases.contains(.userDeprovision) && PatchDialect.allCases.count == 6)
    #expect(LoginFailure.allCases.count == 11)
  }

  @Test func an_error_is_read_without_a_switch() throws {
    let error: any Error = HeapIdentityError.InvalidInput(code: "a.b", message: "what to do")
    #expect("\(error)" == "what to do" && (error as? HeapIdentityError)?.code == "a.b")
    #expect((error as? LocalizedError)?.errorDescription != nil)
  }

  @Test func a_date_keeps_its_microseconds() throws {
    let exact = Date(timeIntervalSince1970: 1_772_359_200.123456)
    let pending = PendingRequests(capacity: 1, lifetime: 1)
    try pending.open(id: "_a", idpEntityId: "x", now: exact)
    let expires = try pending.find(id: "_a", now: exact).expires
    #expect(abs(expires.timeIntervalSince(exact) - 1) < 0.000_001)
  }
}

/// Alone at the end: `cargo xtask test swift` runs the tests one after the other.
@Suite struct HandleTests {
  /// How many there are once that is so for a while: what a task has let go of may be freed a moment later.
  private func settled() async throws -> UInt64 {
    var (seen, times) = (liveObjects(), 0)
    while times < 10 {
      try await Task.sleep(nanoseconds: 20_000_000)
      let now = liveObjects()
      (seen, times) = (now, now == seen ? times + 1 : 0)
    }
    return seen
  }

  private func everything() async throws {
    let world = try World()
    let (engine, _) = try await world.provision(directory((1...30).map { "p\($0)" }))
    engine.changeBetween(before: try directory((1...30).map { "p\($0)" }), after: try directory(["p1"]))
    _ = try await world.driver(engine).run()
    _ = engine.plan()?.steps()
    let idp = try identityProvider()
    let sp = serviceProvider(trusting: idp)
    let response = try idp.respond(login: ada(), now: now).formFields()["SAMLResponse"]!
    let login = try sp.verify(samlResponse: response, expected: .unsolicited, now: now, replay: ReplayCache(capacity: 1))
    _ = login.report()
    _ = sp.metadata().signingCertificates + idp.metadata().signingCertificates
    _ = try? sp.verifyUnspent(samlResponse: "nonsense", expected: .unsolicited, now: now)
    let catalogue = Catalogue()
    let application = try catalogue.add(name: "one", details: ApplicationDetails(label: "One"))
    try application.saveBookmark(url: "https://heapanalytics.com/")
    _ = try application.removal(part: .bookmark)
    _ = try Tenant.restore(lines: world.tenant.export())
    let signed = Data(try signXml(xml: #"<a ID="l"><b/></a>"#, id: "l", key: key()).utf8)
    _ = try verifyXml(xml: signed, certificates: [certificate()]).element.elements()
  }

  @Test func handles_are_freed() async throws {
    // What the process keeps for good is made by the first time.
    try await everything()
    let before = try await settled()
    for _ in 0..<5 { try await everything() }
    #expect(try await settled() == before)
    let secret = Secret(text: "one")
    #expect(liveObjects() == before + 1)
    withExtendedLifetime(secret) {}
  }
}

@Suite struct TaskTests {
  @Test func several_tasks_verify_at_once_and_each_login_is_used_once() async throws {
    let idp = try identityProvider()
    let sp = serviceProvider(trusting: idp)
    let replay = ReplayCache(capacity: 1000)
    let responses = try (0..<8).map { _ in try idp.respond(login: ada(), now: now).formFields()["SAMLResponse"]! }
    let accepted = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          responses.filter {
            (try? sp.verify(samlResponse: $0, expected: .unsolicited, now: now, replay: replay)) != nil
          }.count
        }
      }
      return await group.reduce(0, +)
    }
    #expect(accepted == responses.count && replay.count() == 8)
  }

  @Test func several_tasks_share_a_tenant_and_an_engine() async throws {
    let world = try World()
    let engine = try world.engine(directory(["ann"]))
    let asked = Task {
      for _ in 0..<200 {
        _ = engine.requests()
        _ = engine.plan()?.digest()
        _ = world.tenant.users()
        _ = try engine.progress(now: now)
        await Task.yield()
      }
    }
    let changing = Task {
      for number in 0..<20 {
        engine.change(change: .personSet(person: person("new\(number)")))
        engine.change(change: .joined(membership: Membership(group: "g1", person: "new\(number)")))
        await Task.yield()
      }
    }
    _ = try await world.driver(engine).run()
    try await asked.value
    await changing.value
    _ = try await world.driver(engine).run()
    #expect(try world.teams() == ["Team": 21])
  }

  @Test func several_engines_run_at_once() async throws {
    let finished = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<4 {
        group.addTask {
          let world = try World()
          let (_, summary) = try await world.provision(directory((0...number).map { "p\($0)" }))
          return try summary.outcome == .finished && world.teams() == ["Team": number + 1]
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(finished == [true, true, true, true])
  }
}
