import Foundation
import HeapIdentity
import Testing

@Suite struct SamlTests {
  @Test func r09_a_login_from_the_portal_is_verified() throws {
    let idp = try identityProvider()
    let form = try idp.respond(login: ada(), now: now).formFields(relayState: "/reports")
    let login = try serviceProvider(trusting: idp).verify(
      samlResponse: form["SAMLResponse"]!, expected: .unsolicited, now: now, replay: ReplayCache(capacity: 10))
    #expect(login.subject() == "ada@example.com")
    #expect(login.attributes() == ["role": ["Analyst"]])
    #expect(login.authnInstant() == now)
    #expect(login.notOnOrAfter() == now.addingTimeInterval(300))
    #expect(login.report().outcomes.map(\.check) == allChecks())
    #expect(form["RelayState"] == "/reports")
  }

  @Test func an_attribute_is_sent_and_read_with_its_friendly_name_and_the_format_of_its_name() throws {
    let idp = try identityProvider()
    let (name, uri) = ("urn:oid:2.5.4.42", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri")
    var login = ada()
    login.attributes = [name: ["Ada"], "role": ["Analyst"]]
    (login.friendlyNames, login.nameFormats) = ([name: "givenName"], [name: uri])
    let form = try idp.respond(login: login, now: now).formFields()
    let read = try serviceProvider(trusting: idp).verify(
      samlResponse: form["SAMLResponse"]!, expected: .unsolicited, now: now, replay: ReplayCache(capacity: 10))
    #expect(read.friendlyNames() == [name: "givenName"])
    #expect(read.nameFormats() == [name: uri, "role": "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"])
  }

  @Test func r10_a_login_that_heap_asked_for_is_verified() throws {
    let idp = try identityProvider()
    let sp = serviceProvider(trusting: idp)
    let request = try sp.authnRequest(ssoUrl: ssoUrl, now: now)
    let query = try #require(URLComponents(string: request.redirectUrl())?.percentEncodedQuery)
    let asked = try idp.acceptRedirect(rawQuery: query, now: now)
    #expect(asked.id() == request.id())
    let response = try idp.respond(login: ada(inResponseTo: asked.id()), now: now).formFields()["SAMLResponse"]!
    #expect(claimedRequest(samlResponse: response) == request.id())
    let login = try sp.verify(
      samlResponse: response, expected: .answerTo(requestId: request.id(), idpEntityId: idpEntityId), now: now,
      replay: ReplayCache(capacity: 10))
    #expect(login.subject() == "ada@example.com")
  }

  @Test func a54_a_login_is_used_once() throws {
    let idp = try identityProvider()
    let sp = serviceProvider(trusting: idp)
    let response = try idp.respond(login: ada(), now: now).formFields()["SAMLResponse"]!
    let replay = ReplayCache(capacity: 10)
    _ = try sp.verify(samlResponse: response, expected: .unsolicited, now: now, replay: replay)
    let error = try failure {
      _ = try sp.verify(samlResponse: response, expected: .unsolicited, now: now, replay: replay)
    }
    #expect(error.code == "saml.replay")
  }

  @Test func a_rejection_has_code_message_and_report() throws {
    let idp = try identityProvider()
    let genuine = try idp.respond(login: ada(), now: now)
    let forged = Data(genuine.xml().replacing("ada@", with: "eve@").utf8).base64EncodedString()
    let replay = ReplayCache(capacity: 10)
    let error = try failure {
      _ = try serviceProvider(trusting: idp).verify(
        samlResponse: forged, expected: .unsolicited, now: now, replay: replay)
    }
    #expect(error.code == "saml.signature_digest")
    let failed = try #require(error.report?.outcomes.first { $0.status == "failed" })
    #expect(failed.check.code == error.code)
    #expect(error.message.contains(try #require(failed.found)))
    #expect("\(error)" == error.message && error.message.contains(error.code))
    #expect(error.report?.text.contains(error.code) == true)
  }

  @Test func local_mistakes_have_a_code_and_no_report() throws {
    let error = try failure {
      _ = try SigningKey(keyPem: pem("rsa2048.key"), certificatePem: pem("rsa2048-other.cert"))
    }
    #expect(error.code.hasPrefix("pki."))
    #expect(error.report == nil)
  }

  @Test func checks_are_the_same_in_every_language() {
    let codes = Set(allChecks().map(\.code))
    #expect(codes.count == allChecks().count)
    #expect(codes.contains("saml.audience"))
  }
}
