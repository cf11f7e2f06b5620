import Foundation
import HeapIdentity
import Testing

@Suite struct ConnectorTests {
  private func configured() throws -> Application {
    let application = try Application(name: "heap", details: ApplicationDetails(label: "Heap"))
    try application.saveSso(heapId: "12345")
    return application
  }

  private func managed(_ world: World) async throws -> Application {
    let application = try configured()
    let credentials = Credentials(baseUrl: world.tenant.baseUrl(), token: world.token)
    let verification = try application.activate(credentials: credentials, now: now)
    let clock = TestClock().driver
    let concluded = try await verification.run(over: TenantTransport(to: world.tenant, clock: clock), clock: clock)
    guard case .verified(_, let groups) = try application.conclude(concluded: concluded, now: now) else {
      throw Unexpected.success
    }
    #expect(groups == true && concluded.leftOver().isEmpty)
    return application
  }

  @Test func r02_an_application_has_its_url_from_the_beginning() throws {
    let application = try Application(
      name: "heap", details: ApplicationDetails(label: "Heap", description: "Analytics", shown: false))
    #expect(try application.state() == .created)
    #expect(try application.idpUrl().hasSuffix("/heap"))
    #expect(try application.details() == ApplicationDetails(label: "Heap", description: "Analytics", shown: false))
    try application.edit(details: ApplicationDetails(label: "Heap 2"))
    #expect(try application.details().label == "Heap 2")
    #expect(try failure { try application.changeIdpUrl() }.message.contains("R3"))
    #expect(throws: HeapIdentityError.self) { _ = try Application(name: "x", details: ApplicationDetails(label: "")) }
  }

  @Test func r04_a_template_that_was_not_filled_in_is_refused() throws {
    let application = try configured()
    #expect(try application.state() == .ssoConfigured && application.heapId() == "12345")
    #expect(throws: HeapIdentityError.self) { try application.saveSso(heapId: "YOUR_ID") }
    try application.configureSso(heapId: "99", attributes: ["tenant": .constant(value: "heap-YOUR_ID")])
    #expect(try application.heapId() == "99")
  }

  @Test func r18_credentials_are_verified_before_they_hold() async throws {
    let world = try World()
    let application = try await managed(world)
    #expect(try application.state() == .managed && application.baseUrl() == world.tenant.baseUrl())
    #expect(try application.events().map(\.name).contains(.idmIntegrationActivate))
    let config = try application.syncConfig()
    #expect(config.bearerToken.expose() == world.token.expose())
    #expect(try world.accounts().keys.sorted() == ["visitor@example.com"])
  }

  @Test func r19_wrong_credentials_do_not_replace_those_that_hold() async throws {
    let world = try World()
    let application = try await managed(world)
    let wrong = Credentials(baseUrl: world.tenant.baseUrl(), token: Secret(text: "wrong"))
    let verification = try application.updateCredentials(credentials: wrong, now: now, scope: .readOnly)
    #expect(try application.state() == .reauthorising)
    let concluded = try await verification.run(over: TenantTransport(to: world.tenant))
    guard case .notVerified(let code, let message) = concluded.found() else { throw Unexpected.success }
    #expect(!code.isEmpty && message.contains("401"))
    #expect(try application.conclude(concluded: concluded, now: now) == concluded.found())
    #expect(try application.exposedToken()?.expose() == world.token.expose())
    #expect(try failure { _ = try application.conclude(concluded: concluded, now: now) }.code.hasPrefix("connector."))
  }

  @Test func r42_a_removal_is_read_before_it_is_confirmed() throws {
    let application = try configured()
    let removal = try application.removal(part: .sso)
    #expect(removal.application() == "heap" && removal.consequence() != "")
    #expect(try application.state() == .ssoConfigured)
    #expect(try application.remove(confirmed: removal, now: now) == removal.remains())
    #expect(try application.state() == .created)
    #expect(throws: HeapIdentityError.self) { _ = try application.remove(confirmed: removal, now: now) }
  }

  @Test func d14_sso_cannot_go_before_identity_management() async throws {
    let application = try await managed(World())
    let error = try failure { _ = try application.removal(part: .sso) }
    #expect(error.code.hasPrefix("connector.") && !error.message.isEmpty)
  }

  @Test func r12_groups_are_bound_and_the_view_is_what_both_sides_use() throws {
    let application = try configured()
    let whole = try Snapshot(
      people: [person("ann"), person("bob")],
      groups: [DirectoryGroup(id: "g1", name: "Team", bound: false), DirectoryGroup(id: "g2", name: "Other")],
      memberships: [Membership(group: "g1", person: "ann"), Membership(group: "g2", person: "bob")])
    try application.bindGroups(groups: ["g1"], directory: whole)
    #expect(try application.boundGroups() == ["g1"])
    let view = try application.view(directory: whole)
    #expect(view.group(id: "g1")?.bound == true && view.group(id: "g2")?.bound == false)
    #expect(try application.why(person: "ann", directory: whole) == ["Team"])
    #expect(try failure { _ = try application.why(person: "bob", directory: whole) }.code == "directory.no_bound_group")
    #expect(throws: HeapIdentityError.self) { try application.bindGroups(groups: ["none"], directory: whole) }
  }

  @Test func r16_a_stored_application_is_without_its_token() async throws {
    let world = try World()
    let json = try await managed(world).json()
    #expect(!String(decoding: json, as: UTF8.self).contains(world.token.expose()))
    let restored = try Application.fromJson(json: json)
    #expect(try restored.state() == .managed && restored.exposedToken() == nil)
    #expect(throws: HeapIdentityError.self) { _ = try restored.syncConfig() }
    try restored.restoreToken(token: world.token)
    #expect(try restored.syncConfig().baseUrl == world.tenant.baseUrl())
    #expect(throws: HeapIdentityError.self) { _ = try Application.fromJson(json: Data("{}".utf8)) }
  }

  @Test func r43_applications_are_deleted_when_their_number_is_entered() throws {
    let catalogue = Catalogue()
    let one = try catalogue.add(name: "one", details: ApplicationDetails(label: "One"))
    _ = try catalogue.add(name: "two", details: ApplicationDetails(label: "Two"))
    try one.saveSso(heapId: "12345")
    #expect(try catalogue.application(name: "one")?.state() == .ssoConfigured && catalogue.names() == ["one", "two"])
    #expect(throws: HeapIdentityError.self) { _ = try catalogue.add(name: "one", details: ApplicationDetails(label: "x")) }
    #expect(throws: HeapIdentityError.self) { _ = try catalogue.delete(names: ["one", "two"], entered: 1, now: now) }
    #expect(try catalogue.delete(names: ["one"], entered: 1, now: now).map(\.application) == ["one"])
    #expect(catalogue.names() == ["two"] && catalogue.application(name: "one") == nil)
    #expect(throws: HeapIdentityError.self) { _ = try one.state() }
  }

  @Test func r24_settings_are_saved_without_the_token() async throws {
    let application = try await managed(World())
    try application.saveSettings(settings: ApplicationSettings(groupManagement: false, roleAttribute: "heapRole"), now: now)
    #expect(try application.settings() == ApplicationSettings(groupManagement: false, roleAttribute: "heapRole"))
    #expect(try application.syncConfig().roleAttribute == "heapRole")
    #expect(try !application.view(directory: directory(["ann"])).hasGroupManagement())
  }

  @Test func r12_who_is_in_no_bound_group_is_not_signed_on() throws {
    let signOn = try configured().signOn(key: key())
    let outside = try Snapshot(people: [person("ann")])
    #expect(try failure { _ = try signOn.launch(directory: outside, person: "ann", now: now) }.code == "directory.no_bound_group")
    #expect(signOn.certificatePem() == signOn.certificate().pem())
    #expect(signOn.metadata().signingCertificates == [signOn.certificate()])
  }

  @Test func the_doctor_names_what_is_wrong_and_what_to_do() async throws {
    let application = try configured()
    let sick = try doctor(application: application, known: KnownSetup(heapId: "99999"), now: now)
    let finding = try #require(sick.findings.first { $0.code == "doctor.sso.acs_url" })
    #expect(finding.severity == .error && finding.action != "" && sick.text.contains(finding.code))
    #expect(!sick.json.isEmpty)
    let healthy = try Application(name: "heap", details: ApplicationDetails(label: "Heap"), idpUrl: ssoUrl)
    try healthy.saveSso(heapId: "12345")
    let members = try directory(["ann"])
    try healthy.bindGroups(groups: ["g1"], directory: members)
    let settings = SsoSettings(certificate: try certificate(), remoteLoginUrl: ssoUrl)
    let connection = try healthy.signOn(key: key()).connectionTest(
      settings: settings, heapId: "12345", email: "admin@example.com", now: now)
    #expect(connection.works() && connection.warnings().isEmpty)
    let known = KnownSetup(
      certificate: try certificate(), directory: members, sso: .on(settings: settings), heapId: "12345",
      connection: connection, scimEnabled: false)
    #expect(try doctor(application: healthy, known: known, now: now).findings == [])
  }
}

@Suite struct ImportTests {
  private func accounts() throws -> [String] {
    let world = try World(teammates: ["ann@example.com", "bob@example.com"])
    return world.tenant.users()
  }

  @Test func r34_accounts_are_compared_and_new_ones_imported() throws {
    let list = try ImportList(accounts: accounts(), directory: directory(["ann"]))
    let all = list.view(view: .all)
    #expect(all.map(\.userName).sorted() == ["ann@example.com", "bob@example.com"])
    #expect(all.first { $0.userName == "ann@example.com" }?.status == .imported(person: "ann"))
    let new = list.view(view: .newUsersOnly)
    #expect(new.map(\.userName) == ["bob@example.com"] && new[0].status == .new)
    let run = try list.select(accounts: new.map(\.account))
    #expect(run.mode() == .live && run.total() == 1 && run.done() == 0)
    #expect(run.nextPerson()?.userName == "bob@example.com")
    let result = try run.made(person: "p2")
    #expect(result.person == "p2" && result.failure == nil && result.advice.contains("bound"))
    #expect(run.nextPerson() == nil && run.results() == [result] && run.done() == 1)
    #expect(throws: HeapIdentityError.self) { _ = try run.failed(reason: "too late") }
  }

  @Test func r34_who_is_in_the_directory_is_not_imported() throws {
    let list = try ImportList(accounts: accounts(), directory: directory(["ann"]))
    let known = list.view(view: .all).filter { $0.status != .new }.map(\.account)
    #expect(try failure { _ = try list.select(accounts: known) }.code == "connector.import_imported")
    #expect(try failure { _ = try list.select(accounts: []) }.code == "connector.import_nobody")
    #expect(try failure { _ = try list.select(accounts: ["none"]) }.code == "connector.import_unknown")
  }

  @Test func f33_an_import_needs_the_whole_list() throws {
    let page = Data(#"{"totalResults":2,"Resources":[{"id":"1","userName":"ann@example.com"}]}"#.utf8)
    #expect(throws: HeapIdentityError.self) { _ = try ImportList.fromPages(pages: [page], directory: directory([])) }
    let whole = Data(#"{"totalResults":1,"Resources":[{"id":"1","userName":"ann@example.com"}]}"#.utf8)
    #expect(try ImportList.fromPages(pages: [whole], directory: directory([])).view(view: .all).count == 1)
  }
}

@Suite struct SourceTests {
  private let users = Data(
    #"{"totalCount":1,"results":[{"id":"5f01","username":"ann@example.com","email":"ann@example.com","activated":true,"suspended":false,"state":"ACTIVATED","attributes":[{"name":"heapRole","value":"Architect"}]}]}"#
      .utf8)

  @Test func r21_jumpclouds_pages_become_a_directory() throws {
    let source = JumpCloud(roles: .attribute(name: "heapRole"), limit: 100)
    #expect(try source.users(body: users) == nil)
    #expect(try source.groups(body: Data(#"[{"id":"6a01","name":"Analysts","type":"user_group"}]"#.utf8)) == nil)
    #expect(source.groupIds() == ["6a01"])
    _ = try source.members(group: "6a01", body: Data(#"[{"to":{"id":"5f01","type":"user"}}]"#.utf8))
    _ = try source.boundGroups(body: Data(#"[{"to":{"id":"6a01","type":"user_group"}}]"#.utf8))
    let directory = try source.snapshot()
    #expect(directory.person(id: "5f01")?.role == "Architect" && directory.group(id: "6a01")?.bound == true)
    #expect(throws: HeapIdentityError.self) { _ = try source.snapshot() }
  }

  @Test func f02_a_directory_that_was_not_read_to_its_end_is_none() throws {
    let source = JumpCloud(roles: .nowhere, limit: 100)
    _ = try source.users(body: users)
    #expect(try failure { _ = try source.snapshot() }.code.hasPrefix("connector.source"))
  }

  @Test func d08_roles_that_heap_may_not_have_are_named() throws {
    let people = [person("ann", role: "Analyst"), person("bob", role: "Wizard"), person("cat", role: "Wizard")]
    let directory = try Snapshot(people: people)
    #expect(unknownRoles(directory: directory, custom: []) == [UnknownRole(name: "Wizard", people: 2)])
    #expect(unknownRoles(directory: directory, custom: ["Wizard"]).isEmpty)
  }
}
