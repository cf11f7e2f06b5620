import Foundation
import HeapIdentity
import Testing

@Suite struct ProfileTests {
  private func tested(_ settings: SsoSettings, acsUrl: String? = nil) throws -> [String] {
    let at = try acsUrl ?? HeapIdentity.acsUrl(heapId: "12345")
    let idp = IdentityProvider(entityId: idpEntityId, key: try key(), ssoUrl: ssoUrl, serviceProviders: [heap: [at]])
    return try testConnection(
      identityProvider: idp, acsUrl: at, settings: settings, heapId: "12345", email: "admin@example.com", now: now)
  }

  @Test func r07_a_connection_is_tried_before_it_counts() throws {
    #expect(try tested(SsoSettings(certificate: certificate(), remoteLoginUrl: ssoUrl)).isEmpty)
    let other = try failure { _ = try tested(SsoSettings(certificate: certificate("p256"), remoteLoginUrl: ssoUrl)) }
    #expect(other.report?.outcomes.contains { $0.status == "failed" } == true)
    let template = try failure {
      _ = try tested(
        SsoSettings(certificate: certificate(), remoteLoginUrl: ssoUrl),
        acsUrl: "https://heapanalytics.com/saml/finalize/YOUR_ID/")
    }
    #expect(template.message.contains("YOUR_ID"))
  }

  @Test func r13_who_would_not_find_their_account_is_named() throws {
    let cat = Person(id: "cat", userName: "cat")
    let issues = joinIssuesOfPerson(person: cat)
    #expect(issues.count == 1 && issues[0].breaksLogin && issues[0].code.hasPrefix("heap."))
    let known = JoinCheck(accounts: ["ann": "ann@old.example"])
    #expect(joinIssuesOfPerson(person: person("ann"), check: known).count == 1)
    let directory = try Snapshot(
      people: [cat, person("ann")], groups: [DirectoryGroup(id: "g", name: "Team")],
      memberships: [Membership(group: "g", person: "cat"), Membership(group: "g", person: "ann")])
    #expect(joinIssues(directory: directory) == [PersonJoinIssue(person: "cat", issue: issues[0])])
  }

  @Test func a_rollover_says_when_logins_would_fail() throws {
    let rollover = Rollover(signing: try certificate(), held: try certificate())
    let calm = try rollover.plan(now: now)
    #expect(calm.outages.isEmpty)
    try rollover.idpSignsWith(certificate: certificate("p256"), at: now.addingTimeInterval(3600))
    let plan = try rollover.plan(now: now)
    #expect(plan.outages.first?.from == now.addingTimeInterval(3600))
    #expect(plan.steps.contains { $0.action == .replaceAtHeap } && !plan.text.isEmpty)
    try rollover.heapHolds(certificate: certificate("p256"), at: now.addingTimeInterval(3660))
    #expect(try rollover.plan(now: now).outages.first?.until == now.addingTimeInterval(3660))
  }

  @Test func a_certificate_is_renewed_thirty_days_before_its_end() throws {
    let certificate = try certificate()
    #expect(renewFrom(certificate: certificate) == certificate.notAfter().addingTimeInterval(-30 * 86_400))
  }

  @Test func r08_what_is_missing_for_a_goal_is_told() throws {
    let bare = try missingPrerequisites(goal: .identityManagement, prerequisites: Prerequisites(heapPlan: .free))
    #expect(bare.contains { $0.code.contains("premier") } && bare.allSatisfy { !$0.message.isEmpty })
    let ready = Prerequisites(
      heapPlan: .premier, heapId: "12345", heapAdministrator: true, idpAdministrator: true, idpSsoPackage: true,
      ssoConfigured: true)
    #expect(try missingPrerequisites(goal: .identityManagement, prerequisites: ready).isEmpty)
  }

  @Test func r05_attributes_say_what_they_are_told_to_say() throws {
    let mapping: [String: AttributeSource] = [
      "mail": .property(property: .userName), "tenant": .constant(value: "acme"), "teams": .groups,
    ]
    let attributes = attributesOf(person: "ann", directory: try directory(["ann"]), mapping: mapping)
    #expect(attributes == ["mail": ["ann@example.com"], "tenant": ["acme"], "teams": ["Team"]])
    let signOn = try SignOn(idpUrl: ssoUrl, key: key(), heapId: "12345", attributes: mapping)
    let xml = try signOn.launch(directory: directory(["ann"]), person: "ann", now: now).xml()
    #expect(xml.contains("acme") && xml.contains("Team"))
  }
}
