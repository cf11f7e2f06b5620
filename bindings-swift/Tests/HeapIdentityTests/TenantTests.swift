import Foundation
import HeapIdentity
import Testing

@Suite struct TenantTests {
  @Test func r14_sso_comes_before_scim_and_the_token_is_shown_once() throws {
    let tenant = try Tenant(name: "acme", heapId: "12345")
    #expect(try failure { _ = try tenant.enableScim(defaultRole: .readOnly) }.code.contains("sso"))
    #expect(tenant.ssoSettings() == nil)
    try tenant.configureSso(settings: SsoSettings(certificate: certificate(), remoteLoginUrl: ssoUrl))
    #expect(tenant.ssoSettings()?.idpEntityId == ssoUrl)
    let credentials = try tenant.enableScim(defaultRole: .readOnly)
    #expect(tenant.scimEnabled() && tenant.clientId() == credentials.clientId)
    #expect(throws: HeapIdentityError.self) { _ = try tenant.enableScim(defaultRole: .readOnly) }
    tenant.disableScim()
    #expect(!tenant.scimEnabled())
  }

  @Test func names_of_tenants_are_checked() throws {
    #expect(try failure { _ = try Tenant(name: "a b", heapId: "12345") }.code.hasPrefix("heap."))
    #expect(try failure { _ = try acsUrl_("YOUR_ID") }.message.contains("YOUR_ID"))
    #expect(try acsUrl_("12345") == "https://heapanalytics.com/saml/finalize/12345/")
    #expect(try scimBaseUrl(tenantName: "acme") == "https://heapanalytics.com/scim/v2/acme")
    #expect(try fillAcsUrlTemplate(heapId: "12345") == acsUrl_("12345"))
    #expect(heapEntityId() == heap)
  }

  private func acsUrl_(_ heapId: String) throws -> String { try HeapIdentity.acsUrl(heapId: heapId) }

  @Test func r15_roles_are_given_and_changed() throws {
    let world = try World(teammates: ["ann@example.com"])
    let id = try #require(try object(world.tenant.users()[0])["id"] as? String)
    #expect(world.tenant.defaultRole() == .consumer)
    world.tenant.setDefaultRole(role: .analyst)
    try world.tenant.setRole(account: id, role: .custom(name: "Billing"), now: now)
    #expect(world.tenant.roleOf(account: id) == .custom(name: "Billing"))
    for role in [Role.admin, .architect, .analyst, .consumer, .readOnly, .custom(name: "Billing")] {
      #expect(roleNamed(name: role.name()) == role)
    }
    #expect(throws: HeapIdentityError.self) { try world.tenant.setRole(account: "none", role: .admin, now: now) }
  }

  @Test func r20_teammates_are_the_identity_providers_while_scim_is_on() throws {
    let world = try World()
    #expect(throws: HeapIdentityError.self) { _ = try world.tenant.addTeammate(teammate: Teammate(email: "x@example.com"), now: now) }
    let team = try world.tenant.addTeam(name: "Crew", now: now)
    #expect(!team.isEmpty)
    #expect(try world.teams() == ["Crew": 0])
  }

  @Test func r23_an_account_elsewhere_is_in_the_way() async throws {
    let world = try World()
    world.tenant.foreignAccount(email: "ann@example.com")
    let (engine, summary) = try await world.provision(directory(["ann"]))
    #expect(summary.failed > 0)
    #expect(engine.events().contains { $0.name == .userCreateProvision && $0.error != nil })
    #expect(world.tenant.foreignAccountDeleted(email: "ann@example.com"))
    engine.reconcile()
    #expect(try await world.driver(engine).run().failed == 0)
  }

  @Test func variants_change_what_the_tenant_does() async throws {
    for variants in [
      Variants(patch: false), Variants(put: false), Variants(filtering: .ignored), Variants(pageSizeMax: 3),
      Variants(membersInReads: false), Variants(throttle: Throttle(every: 5, retryAfterSeconds: 1)),
      Variants(listedLate: 2), Variants(membersPerPatchMax: 2), Variants(dropsExternalId: true), Variants(renaming: .inPlace),
    ] {
      let world = try World(variants: variants)
      let (_, summary) = try await world.provision(directory(["ann", "bob", "cat", "dan", "eve"]))
      #expect(summary.outcome == .finished && summary.failed == 0, "\(variants)")
      if variants.membersInReads != false { #expect(try world.teams()["Team"] == 5) }
      #expect(try world.accounts()["eve@example.com"] == true)
    }
  }

  @Test func r10_a_login_that_heap_begins_ends_with_a_session() async throws {
    let world = try World()
    try await world.provision(directory(["ann"]))
    let signOn = try SignOn(idpUrl: ssoUrl, key: key(), heapId: "12345")
    let url = try world.tenant.beginLogin(now: now, page: "/reports")
    let query = try #require(URLComponents(string: url)?.percentEncodedQuery)
    let answer = try signOn.answer(rawQuery: query, directory: directory(["ann"]), person: "ann", now: now)
    let form = formBody(answer.response.formFields(relayState: answer.relayState))
    let session = try world.tenant.finishLogin(form: form, now: now)
    #expect(session.userName == "ann@example.com" && session.page == "/reports" && session.role == .consumer)
    #expect(session.assertion.subject() == "ann@example.com")
    #expect(!world.tenant.mayUsePassword(account: session.account))
    // Each request takes one answer.
    #expect(throws: HeapIdentityError.self) { _ = try world.tenant.finishLogin(form: form, now: now) }
  }

  @Test func r16_a_tenant_is_stored_by_what_changes_and_without_its_token() async throws {
    let world = try World()
    var stored = world.tenant.export()
    try await world.provision(directory(["ann", "bob"]))
    for (key, line) in world.tenant.takeChanges() { stored[key] = line }
    #expect(world.tenant.takeChanges().isEmpty)
    #expect(!stored.values.contains { $0.contains(world.token.expose()) })
    let again = try Tenant.restore(lines: stored, variants: Variants(pageSizeMax: 1))
    #expect(again.users().sorted() == world.tenant.users().sorted() && again.groups() == world.tenant.groups())
    #expect(again.name() == "acme" && again.heapId() == "12345" && again.clientId() == world.tenant.clientId())
    let engine = try Engine(
      config: world.config(), directory: directory(["ann", "bob"]), journal: await world.journal.records)
    let driver = SyncDriver(engine: engine, transport: TenantTransport(to: again), journal: MemoryJournal())
    #expect(try await driver.run().outcome == .finished && engine.writes() == 0)
    stored["settings"] = "{}"
    #expect(try failure { _ = try Tenant.restore(lines: stored) }.code.hasPrefix("heap."))
  }

  @Test func a_refused_login_at_the_tenant_carries_its_report() async throws {
    let world = try World()
    let signOn = try SignOn(idpUrl: ssoUrl, key: key("p256"), heapId: "12345")
    let response = try signOn.launch(directory: directory(["ann"]), person: "ann", now: now)
    let error = try failure { _ = try world.tenant.finishLogin(form: formBody(response.formFields()), now: now) }
    #expect(error.report?.outcomes.contains { $0.status == "failed" } == true)
    let form = try failure { _ = try world.tenant.finishLogin(form: Data(), now: now) }
    #expect(form.code == "heap.login_form" && form.report == nil)
  }
}
