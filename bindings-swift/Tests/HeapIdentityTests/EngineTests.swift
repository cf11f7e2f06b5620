import Foundation
import HeapIdentity
import Testing

@Suite struct EngineTests {
  @Test func a_directory_is_provisioned_into_the_embedded_tenant() async throws {
    let world = try World()
    let (engine, summary) = try await world.provision(directory(["ann", "bob"]))
    #expect(summary.outcome == .finished && summary.failed == 0)
    #expect(try world.accounts()["ann@example.com"] == true)
    #expect(try world.teams() == ["Team": 2])
    #expect(engine.accountOf(person: "ann") != nil && engine.teamOf(group: "g1") != nil)
    let names = engine.events().map(\.name)
    #expect(names.filter { $0 == .userCreateProvision }.count == 2)
    #expect(names.contains(.groupCreateProvision))
  }

  @Test func a_second_run_from_the_journal_writes_nothing() async throws {
    let world = try World()
    let (first, _) = try await world.provision(directory(["ann", "bob"]))
    let records = await world.journal.records
    #expect(!records.isEmpty)
    for journal in [records, first.compactedJournal()] {
      let again = try world.engine(directory(["ann", "bob"]), journal: journal)
      #expect(try await world.driver(again).run().outcome == .finished)
      #expect(again.writes() == 0)
    }
  }

  @Test func r32_who_leaves_is_made_inactive() async throws {
    let world = try World()
    let (engine, _) = try await world.provision(directory(["ann", "bob"]))
    engine.changeBetween(before: try directory(["ann", "bob"]), after: try directory(["ann"]))
    _ = try await world.driver(engine).run()
    #expect(try world.accounts()["bob@example.com"] == false)
    #expect(try world.teams() == ["Team": 1])
    engine.change(change: .personSet(person: person("bob")))
    engine.change(change: .joined(membership: Membership(group: "g1", person: "bob")))
    _ = try await world.driver(engine).run()
    #expect(try world.accounts()["bob@example.com"] == true)
  }

  @Test func d02_a_guard_trips_and_an_approval_is_bound_to_the_plan() async throws {
    let world = try World()
    let everybody = (1...30).map { "p\($0)" }
    let (engine, _) = try await world.provision(directory(everybody))
    engine.changeBetween(before: try directory(everybody), after: try directory(["p1"]))
    let stopped = try await world.driver(engine).run()
    guard case .awaitingApproval(let digest, let trips) = stopped.outcome else {
      Issue.record("no guard was tripped: \(stopped)")
      return
    }
    #expect(trips.contains { $0.contains("29 of 30") })
    #expect(try world.accounts().values.filter { $0 }.count >= 30)
    let plan = try #require(engine.plan())
    #expect(plan.digest() == digest && plan.hasWrites() && !plan.isEmpty())
    #expect(plan.tripped(guards: standardGuards()) == trips)
    #expect(plan.counts().usersDeactivated == 29 && plan.totals().managedActive == 30)
    #expect(plan.text().contains("deactivate") && !plan.json().isEmpty)
    let deactivated = plan.steps().compactMap { step -> UserStep? in
      if case .user(let step) = step { return step } else { return nil }
    }
    #expect(deactivated.allSatisfy { $0.verb == .deactivate && !$0.reason.isEmpty && $0.remote != nil })
    #expect(try failure { try engine.approve(digest: String(repeating: "0", count: 64)) }.code == "sync.not_this_plan")
    #expect(try failure { try engine.approve(digest: "none") }.code.hasPrefix("sync."))
    try engine.approve(digest: digest)
    #expect(try await world.driver(engine).run().outcome == .finished)
    #expect(try world.accounts()["p2@example.com"] == false)
  }

  @Test func guards_can_be_off_or_of_ones_own() async throws {
    let everybody = (1...30).map { "p\($0)" }
    var own = standardGuards()
    own.deactivations = Limit(count: 29, percent: 0)
    own.membersRemovedPercent = 100
    for guarding in [Guarding.off, .limited(guards: own)] {
      let world = try World()
      try await world.provision(directory(everybody))
      let engine = try world.engine(directory(["p1"]), journal: await world.journal.records) { $0.guarding = guarding }
      #expect(try await world.driver(engine).run().outcome == .finished)
      #expect(try world.accounts()["p2@example.com"] == false)
    }
  }

  @Test func guards_of_a_document_leave_the_rest_as_it_is() throws {
    var expected = standardGuards()
    expected.deactivations = Limit(count: 5, percent: 2)
    let text = #"{"deactivations":{"count":5,"percent":2}}"#
    #expect(try guardsFromJson(text: text) == expected)
    #expect(try failure { _ = try guardsFromJson(text: #"{"deactivation":{}}"#) }.code == "sync.invalid_guards")
  }

  @Test func every_plan_can_be_reviewed_and_given_up() async throws {
    let world = try World()
    let engine = try world.engine(directory(["ann"])) { $0.review = .always }
    guard case .awaitingApproval(_, let trips) = try await world.driver(engine).run().outcome else {
      Issue.record("nothing waits")
      return
    }
    #expect(trips.isEmpty && engine.writes() == 0)
    engine.dismiss()
    #expect(engine.plan() == nil)
    #expect(try world.accounts()["ann@example.com"] == nil)
  }

  @Test func r19_a_refused_token_stops_and_a_new_one_goes_on() async throws {
    let world = try World()
    let (engine, _) = try await world.provision(directory(["ann"]))
    let renewed = try world.tenant.renewToken().bearerToken
    engine.reconcile()
    guard case .tokenRefused = try await world.driver(engine).run().outcome else {
      Issue.record("the old token holds")
      return
    }
    #expect(throws: HeapIdentityError.self) { try engine.reauthorise(token: Secret(text: "no\nheader")) }
    try engine.reauthorise(token: renewed)
    #expect(try await world.driver(engine).run().outcome == .finished)
    #expect(engine.events().contains { $0.name == .userLookupProvision && $0.error != nil })
  }

  @Test func d03_an_account_that_is_there_is_adopted() async throws {
    let world = try World(teammates: ["ann@example.com"])
    let engine = try world.engine(directory(["ann"])) { $0.review = .always }
    _ = try await world.driver(engine).run()
    let steps = try #require(engine.plan()).steps()
    #expect(steps.contains { if case .user(let step) = $0 { step.verb == .adopt } else { false } })
  }

  @Test func r22_a_changed_user_name_is_a_conflict_or_a_replacement() async throws {
    let world = try World()
    try await world.provision(directory(["ann"]))
    var renamed = person("ann")
    renamed.userName = "anna@example.com"
    let after = try Snapshot(
      people: [renamed], groups: [DirectoryGroup(id: "g1", name: "Team")],
      memberships: [Membership(group: "g1", person: "ann")])
    let journal = await world.journal.records
    let reporting = try world.engine(after, journal: journal)
    #expect(try await world.driver(reporting).run().conflicts == 1)
    #expect(try world.accounts()["anna@example.com"] == nil)
    let replacing = try world.engine(after, journal: journal) { $0.changedUserName = .replace }
    #expect(try await world.driver(replacing).run().conflicts == 0)
    #expect(try world.accounts()["anna@example.com"] == true && world.accounts()["ann@example.com"] == false)
  }

  @Test func a_journal_of_another_tenant_or_a_torn_one_is_refused() async throws {
    let world = try World()
    try await world.provision(directory(["ann"]))
    let journal = await world.journal.records
    let other = try Tenant(name: "other", heapId: "12345")
    let foreign = try failure {
      _ = try Engine(
        config: SyncConfig(baseUrl: other.baseUrl(), bearerToken: Secret(text: "t")), directory: directory([]),
        journal: journal)
    }
    #expect(foreign.code == "sync.journal_of_another_integration" || foreign.code.hasPrefix("sync."))
    let damaged = try failure { _ = try world.engine(directory([]), journal: ["nonsense"] + journal) }
    #expect(damaged.code.hasPrefix("sync.") && damaged.message.contains("record"))
  }

  @Test func a_base_url_that_would_show_the_token_is_refused() throws {
    for url in ["http://heapanalytics.com/scim/v2/acme", "nonsense", "https://heapanalytics.com/scim?x=1"] {
      let error = try failure {
        _ = try Engine(config: SyncConfig(baseUrl: url, bearerToken: Secret(text: "t")), directory: directory([]))
      }
      #expect(error.code == "sync.base_url" && error.report == nil)
    }
  }

  @Test func an_answer_that_is_none_is_told_apart_from_one_that_was_lost() throws {
    let world = try World()
    let engine = try world.engine(directory(["ann"]))
    while true {
      switch try engine.poll(now: now) {
      case .persist: continue
      case .send(let id, let request, let giveUpAt):
        #expect(request.method == "GET" && giveUpAt > now && "\(id)" != "")
        #expect(throws: HeapIdentityError.self) {
          try engine.receive(id: id, reply: .response(response: Response(status: 42)), now: now)
        }
        try engine.receive(id: id, reply: .failure(failure: .notSent), now: now)
        guard case .waitUntil(let at) = try engine.poll(now: now) else { throw Unexpected.success }
        #expect(at > now)
        return
      default: throw Unexpected.success
      }
    }
  }

  @Test func dates_outside_of_the_calendar_are_refused() throws {
    let engine = try World().engine(directory([]))
    let error = try failure { _ = try engine.poll(now: Date(timeIntervalSince1970: 1e15)) }
    #expect(error.code == "swift.date")
  }
}
