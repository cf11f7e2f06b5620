import Foundation
import HeapIdentity
import Testing

@Suite struct ServiceProviderTests {
  private func response(_ idp: IdentityProvider, _ login: Login = ada()) throws -> String {
    try idp.respond(login: login, now: now).formFields()["SAMLResponse"]!
  }

  @Test func d22_a_login_is_verified_first_and_spent_after() throws {
    let idp = try identityProvider()
    let sp = serviceProvider(trusting: idp)
    let saml = try response(idp)
    let unspent = try sp.verifyUnspent(samlResponse: saml, expected: .unsolicited, now: now)
    let use = try #require(unspent.recorded())
    #expect(use.issuer == idpEntityId && use.until > now)
    let replay = ReplayCache(capacity: 10)
    #expect(try unspent.spend(replay: replay).id() == use.assertionId)
    #expect(replay.count() == 1)
    #expect(unspent.recorded() == nil)
    #expect(try failure { _ = try unspent.spend(replay: replay) }.code == "saml.replay")
  }

  @Test func d22_a_store_of_ones_own_decides_what_a_use_is() throws {
    let idp = try identityProvider()
    let sp = serviceProvider(trusting: idp)
    let saml = try response(idp)
    func unspent() throws -> Unspent { try sp.verifyUnspent(samlResponse: saml, expected: .unsolicited, now: now) }
    #expect(try unspent().conclude(recording: .first).subject() == "ada@example.com")
    #expect(try failure { _ = try unspent().conclude(recording: .replayed) }.code == "saml.replay")
    let full = try failure { _ = try unspent().conclude(recording: .full) }
    let failed = try failure { _ = try unspent().conclude(recording: .failed) }
    #expect(full.code != "saml.replay" && failed.code != "saml.replay")
    #expect(full.report != nil && failed.report != nil)
  }

  @Test func d17_the_policy_is_strict_and_can_be_told_otherwise() throws {
    let idp = try identityProvider()
    let late = now.addingTimeInterval(330)
    let saml = try response(idp)
    let trust = Trust(entityId: idpEntityId, certificates: [idp.certificate()])
    func code(_ policy: Policy?) throws -> String? {
      let sp = ServiceProvider(entityId: heap, acsUrl: acsUrl, trusted: [trust], policy: policy)
      do {
        _ = try sp.verify(samlResponse: saml, expected: .unsolicited, now: late, replay: ReplayCache(capacity: 1))
        return nil
      } catch let error as HeapIdentityError { return error.code }
    }
    // Valid for 300 s, and 60 s of skew.
    #expect(try code(nil) == nil)
    #expect(try code(Policy(clockSkew: 0)) != nil)
    #expect(try code(Policy(unsolicited: false)) == "saml.unsolicited")
    #expect(try code(Policy(signed: .both)) != nil)
  }

  @Test func the_whole_name_and_single_attributes_can_be_read() throws {
    let idp = try identityProvider()
    let login = try serviceProvider(trusting: idp).verify(
      samlResponse: response(idp), expected: .unsolicited, now: now, replay: ReplayCache(capacity: 1))
    #expect(login.nameId().value == "ada@example.com")
    #expect(login.nameIdFormat() == "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")
    #expect(login.attribute(name: "role") == ["Analyst"] && login.attribute(name: "none").isEmpty)
    #expect(login.issuer() == idpEntityId)
    #expect(!"\(login.nameId())".isEmpty)
  }

  @Test func d21_pending_requests_are_one_time_and_expire() throws {
    let pending = PendingRequests(capacity: 2, lifetime: 600)
    try pending.open(id: "_a", idpEntityId: idpEntityId, now: now, relayState: "/reports")
    try pending.open(id: "_b", idpEntityId: idpEntityId, now: now)
    #expect(try failure { try pending.open(id: "_c", idpEntityId: idpEntityId, now: now) }.code == "saml.pending_full")
    let found = try pending.find(id: "_a", now: now)
    #expect(found.relayState == "/reports" && found.expires == now.addingTimeInterval(600))
    #expect(found.expected() == .answerTo(requestId: "_a", idpEntityId: idpEntityId))
    #expect(try pending.take(id: "_a", now: now) == found)
    #expect(throws: HeapIdentityError.self) { _ = try pending.take(id: "_a", now: now) }
    #expect(throws: HeapIdentityError.self) { _ = try pending.find(id: "_b", now: now.addingTimeInterval(601)) }
    pending.forget(id: "_b")
    #expect(pending.count() == 0)
  }

  @Test func a_request_says_what_it_wants() throws {
    let idp = try identityProvider()
    let sp = serviceProvider(trusting: idp)
    let options = AuthnRequestOptions(forceAuthn: true, authnContextClasses: ["urn:example:strong"])
    let request = try sp.authnRequest(ssoUrl: ssoUrl, now: now, options: options)
    #expect(request.destination() == ssoUrl && request.acsUrl() == acsUrl && request.issuer() == heap)
    #expect(request.issueInstant() == now)
    let form = try request.formFields(relayState: "back")
    let asked = try idp.acceptPost(samlRequest: form["SAMLRequest"]!, now: now, relayState: form["RelayState"])
    #expect(asked.forceAuthn() && !asked.isPassive() && asked.relayState() == "back")
    #expect(asked.authnContext() == RequestedAuthnContext(comparison: "exact", classes: ["urn:example:strong"]))
    var login = ada(inResponseTo: asked.id())
    #expect(try asked.refusal(login: login, now: now) == .noAuthnContext)
    login.authnContextClass = "urn:example:strong"
    #expect(try asked.refusal(login: login, now: now, classes: ["urn:example:strong"]) == nil)
  }

  @Test func a_request_that_is_refused_is_answered_where_it_is_certain_whom_to_tell() throws {
    let idp = try identityProvider()
    let sp = serviceProvider(trusting: idp)
    let request = try sp.authnRequest(ssoUrl: ssoUrl, now: now)
    let query = try #require(URLComponents(string: request.redirectUrl(relayState: "back"))?.percentEncodedQuery)
    #expect(try idp.refusedRedirect(rawQuery: query, now: now) == nil)
    let later = now.addingTimeInterval(86_400)
    #expect(throws: HeapIdentityError.self) { _ = try idp.acceptRedirect(rawQuery: query, now: later) }
    let refused = try #require(try idp.refusedRedirect(rawQuery: query, now: later))
    #expect(refused.id() == request.id() && refused.issuer() == heap && refused.acsUrl() == acsUrl)
    #expect(refused.failure() == .requester && refused.relayState() == "back")
    let answer = try idp.refuse(request: refused, now: later)
    let claimed = try #require(sp.claimedFailure(samlResponse: answer.formFields()["SAMLResponse"]!))
    #expect(claimed.inResponseTo == request.id())
    let fields = try request.formFields(relayState: nil)
    let body = String(decoding: formBody(fields), as: UTF8.self)
    #expect(try idp.refusedForm(body: body, now: later)?.id() == request.id())
    let stranger = ServiceProvider(entityId: "https://other.example", acsUrl: acsUrl, trusted: [])
    let unknown = try stranger.authnRequest(ssoUrl: ssoUrl, now: now).redirectUrl()
    let unknownQuery = try #require(URLComponents(string: unknown)?.percentEncodedQuery)
    #expect(try idp.refusedRedirect(rawQuery: unknownQuery, now: now) == nil)
  }

  @Test func a_request_can_be_declined_and_the_failure_is_read() throws {
    let idp = try identityProvider()
    let sp = serviceProvider(trusting: idp)
    let request = try sp.authnRequest(ssoUrl: ssoUrl, now: now)
    let query = try #require(URLComponents(string: request.redirectUrl())?.percentEncodedQuery)
    let asked = try idp.acceptRedirect(rawQuery: query, now: now)
    let declined = try idp.decline(request: asked, failure: .requestDenied, now: now, message: "ask your administrator")
    #expect(declined.acsUrl() == acsUrl)
    let claimed = try #require(sp.claimedFailure(samlResponse: declined.formFields()["SAMLResponse"]!))
    #expect(claimed.inResponseTo == request.id() && claimed.message == "ask your administrator")
    #expect(claimed.code.contains("denied"))
  }

  @Test func a_request_that_is_signed_proves_its_sender() throws {
    let idp = try identityProvider()
    let trust = Trust(entityId: idpEntityId, certificates: [idp.certificate()])
    let sp = ServiceProvider(entityId: heap, acsUrl: acsUrl, trusted: [trust], requestKey: try key("p256"))
    let strict = IdentityProvider(
      entityId: idpEntityId, key: try key(), ssoUrl: ssoUrl,
      options: IdentityProviderOptions(registered: [sp.metadata()], wantAuthnRequestsSigned: true))
    let query = { (sp: ServiceProvider) in
      try #require(URLComponents(string: try sp.authnRequest(ssoUrl: ssoUrl, now: now).redirectUrl())?.percentEncodedQuery)
    }
    #expect(try strict.acceptRedirect(rawQuery: query(sp), now: now).isAuthenticated())
    let unsigned = serviceProvider(trusting: idp)
    #expect(throws: HeapIdentityError.self) { _ = try strict.acceptRedirect(rawQuery: query(unsigned), now: now) }
  }

  @Test func messages_are_taken_off_their_carriers() throws {
    let idp = try identityProvider()
    let response = try idp.respond(login: ada(), now: now)
    let form = try messageFromForm(body: String(decoding: formBody(response.formFields(relayState: "/x")), as: UTF8.self))
    #expect(form.kind == .response && form.relayState == "/x")
    #expect(String(decoding: form.xml, as: UTF8.self) == response.xml())
    #expect(try xmlFromFormValue(value: formValue(xml: response.xml())) == form.xml)
    #expect(try failure { _ = try messageFromQuery(rawQuery: "SAMLRequest=%%%") }.code.hasPrefix("saml."))
  }

  @Test func a_page_that_posts_by_itself_fits_its_policy() throws {
    let page = try identityProvider().respond(login: ada(), now: now).autoPostPage(nonce: "bm9uY2U=", relayState: "/x")
    #expect(page.contains("bm9uY2U=") && page.contains(acsUrl))
    #expect(contentSecurityPolicy(nonce: "bm9uY2U=").contains("'nonce-bm9uY2U='"))
  }

  @Test func a_library_without_aws_lc_says_that_it_cannot_decrypt() throws {
    do {
      let decryption = try DecryptionKey(keyPem: pem("rsa2048.key"), certificatePem: pem("rsa2048.cert"))
      #expect(try decryption.certificate() == certificate())
    } catch let error as HeapIdentityError {
      #expect(error.code == "pki.needs_aws_lc_rs" && error.message.contains("aws-lc-rs"))
    }
  }
}
