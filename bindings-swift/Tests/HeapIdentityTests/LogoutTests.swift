import Foundation
import HeapIdentity
import Testing

@Suite struct LogoutTests {
  private let idpUrl = "https://sso.jumpcloud.com/logout"
  private let spUrl = "https://heapanalytics.com/logout"

  private func ends() throws -> (idp: SingleLogout, sp: SingleLogout) {
    let at = { (url: String) in SamlEndpoint(binding: .redirect, location: url) }
    let idp = SingleLogout(
      entityId: idpEntityId, url: idpUrl, key: try key(),
      partners: [LogoutPartner(entityId: heap, certificates: [try certificate("p256")], endpoint: at(spUrl))])
    let sp = SingleLogout(
      entityId: heap, url: spUrl, key: try key("p256"),
      partners: [LogoutPartner(entityId: idpEntityId, certificates: [try certificate()], endpoint: at(idpUrl))])
    return (idp, sp)
  }

  private func query(_ outgoing: OutgoingLogout) throws -> DeliveredLogout {
    guard case .redirect(let url) = outgoing.delivery else { throw Unexpected.success }
    return .redirect(rawQuery: try #require(URLComponents(string: url)?.percentEncodedQuery))
  }

  private let ada = NameId(value: "ada@example.com")

  @Test func a_session_ends_at_both_ends() throws {
    let (idp, sp) = try ends()
    let logout = Logout(nameId: ada, sessionIndexes: ["s1"])
    let request = try idp.request(partner: heap, logout: logout, now: now, relayState: "state")
    let verified = try sp.verifyRequest(delivered: query(request), now: now, replay: ReplayCache(capacity: 10))
    #expect(verified.id() == request.id && verified.issuer() == idpEntityId && verified.relayState() == "state")
    #expect(verified.ends(nameId: ada, sessionIndex: "s1") && !verified.ends(nameId: ada, sessionIndex: "s2"))
    #expect(verified.report().outcomes.map(\.check) == allLogoutChecks())
    let answer = try sp.answer(request: verified, status: .complete, now: now)
    let outcome = try idp.verifyResponse(delivered: query(answer), requestId: request.id, partner: heap, now: now)
    #expect(outcome.status == .complete && outcome.relayState == "state")
  }

  @Test func a_forged_logout_ends_nothing_and_says_why() throws {
    let (idp, sp) = try ends()
    let request = try idp.request(partner: heap, logout: Logout(nameId: ada), now: now)
    guard case .redirect(let raw) = try query(request) else { throw Unexpected.success }
    let error = try failure {
      _ = try sp.verifyRequest(
        delivered: .redirect(rawQuery: raw.replacing("Signature=", with: "Signature=AAAA")), now: now,
        replay: ReplayCache(capacity: 10))
    }
    #expect(error.code.hasPrefix("saml.logout") || error.code.hasPrefix("saml."))
    #expect(error.report?.outcomes.contains { $0.status == "failed" } == true)
  }

  @Test func a54_a_logout_is_used_once() throws {
    let (idp, sp) = try ends()
    let request = try query(try idp.request(partner: heap, logout: Logout(nameId: ada), now: now))
    let replay = ReplayCache(capacity: 10)
    _ = try sp.verifyRequest(delivered: request, now: now, replay: replay)
    #expect(throws: HeapIdentityError.self) { _ = try sp.verifyRequest(delivered: request, now: now, replay: replay) }
  }

  @Test func partners_come_from_metadata() throws {
    var metadata = try identityProvider().metadata()
    #expect(throws: HeapIdentityError.self) { _ = try logoutPartnerOfIdentityProvider(metadata: metadata) }
    metadata.singleLogout = [SamlEndpoint(binding: .redirect, location: idpUrl)]
    let partner = try logoutPartnerOfIdentityProvider(metadata: metadata)
    #expect(partner.entityId == idpEntityId && partner.endpoint.location == idpUrl)
  }
}
