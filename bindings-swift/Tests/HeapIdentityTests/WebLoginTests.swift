import Foundation
import HeapIdentity
import Testing

@Suite struct WebLoginTests {
  private func callback(_ fields: [String: String]) throws -> URL {
    try #require(URL(string: "myapp:login?" + String(decoding: formBody(fields), as: UTF8.self)))
  }

  private func answered(_ login: WebLogin, by idp: IdentityProvider) throws -> URL {
    let query = try #require(URLComponents(string: try login.begin(now: now))?.percentEncodedQuery)
    let asked = try idp.acceptRedirect(rawQuery: query, now: now)
    let response = try idp.respond(login: ada(inResponseTo: asked.id()), now: now)
    return try callback(response.formFields(relayState: asked.relayState()))
  }

  private func login(_ idp: IdentityProvider) -> WebLogin {
    WebLogin(serviceProvider: serviceProvider(trusting: idp), idpEntityId: idpEntityId, ssoUrl: ssoUrl)
  }

  @Test func a_login_in_an_app_begins_and_ends() throws {
    let idp = try identityProvider()
    let login = login(idp)
    #expect(try login.finish(callback: answered(login, by: idp), now: now).subject() == "ada@example.com")
  }

  @Test func a54_a_callback_is_taken_once() throws {
    let idp = try identityProvider()
    let login = login(idp)
    let callback = try answered(login, by: idp)
    _ = try login.finish(callback: callback, now: now)
    #expect(throws: HeapIdentityError.self) { _ = try login.finish(callback: callback, now: now) }
  }

  @Test func a55_a_callback_that_nobody_waits_for_logs_nobody_in() throws {
    let idp = try identityProvider()
    let unasked = try callback(try idp.respond(login: ada(), now: now).formFields())
    #expect(try failure { _ = try login(idp).finish(callback: unasked, now: now) }.code.hasPrefix("saml.pending"))
    let other = login(idp)
    #expect(throws: HeapIdentityError.self) {
      _ = try login(idp).finish(callback: try answered(other, by: idp), now: now)
    }
    let empty = try #require(URL(string: "myapp:login?error=denied"))
    #expect(try failure { _ = try login(idp).finish(callback: empty, now: now) }.code == "swift.callback")
  }

  @Test func a_forged_callback_ends_nobodys_login() throws {
    let idp = try identityProvider()
    let login = login(idp)
    let genuine = try answered(login, by: idp)
    let response = try #require(
      URLComponents(url: genuine, resolvingAgainstBaseURL: false)?.queryItems?.first { $0.name == "SAMLResponse" }?.value)
    let xml = String(decoding: try xmlFromFormValue(value: response), as: UTF8.self)
    let forged = formValue(xml: xml.replacing("ada@", with: "eve@"))
    #expect(throws: HeapIdentityError.self) {
      _ = try login.finish(callback: callback(["SAMLResponse": forged]), now: now)
    }
    #expect(try login.finish(callback: genuine, now: now).subject() == "ada@example.com")
  }
}
