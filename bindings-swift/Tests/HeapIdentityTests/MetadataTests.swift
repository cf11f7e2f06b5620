import Foundation
import HeapIdentity
import Testing

@Suite struct MetadataTests {
  @Test func what_an_identity_provider_says_of_itself_is_read_back() throws {
    let idp = try identityProvider()
    let xml = try idp.metadata().xml()
    let file = MetadataFile(xml: Data(xml.utf8))
    let read = try file.identityProvider(now: now)
    #expect(read.entityId == idpEntityId)
    #expect(read.signingCertificates == [idp.certificate()])
    #expect(try read.ssoUrl(binding: .redirect) == ssoUrl)
    #expect(try read.trust().certificates == [idp.certificate()])
    #expect(try file.entityIds() == [idpEntityId])
  }

  @Test func what_a_service_provider_says_of_itself_is_read_back() throws {
    let sp = serviceProvider(trusting: try identityProvider())
    let read = try MetadataFile(xml: Data(try sp.metadata().xml().utf8)).serviceProvider(now: now)
    #expect(try read.defaultAcsUrl() == acsUrl)
    #expect(read.entityId == heap)
    #expect(read.assertionConsumer.first?.endpoint.binding == .post)
  }

  @Test func signed_metadata_hold_under_the_signers_key_alone() throws {
    let xml = Data(try identityProvider().metadata().xml(key: key("p256")).utf8)
    let file = { (signer: String) in MetadataFile(xml: xml, signedBy: [try certificate(signer)]) }
    #expect(try file("p256").identityProvider(now: now).entityId == idpEntityId)
    let refused = try failure { _ = try file("p384").identityProvider(now: now) }
    #expect(refused.code.hasPrefix("saml.metadata") || refused.code.hasPrefix("dsig."))
  }

  @Test func metadata_have_an_end() throws {
    let validity = MetadataValidity(validUntil: now.addingTimeInterval(60), cacheDuration: 30)
    try validity.check(fetched: now, now: now)
    #expect(try validity.refreshBy(fetched: now) == now.addingTimeInterval(30))
    #expect(throws: HeapIdentityError.self) { try validity.check(fetched: now, now: now.addingTimeInterval(61)) }
  }

  @Test func an_end_that_no_calendar_has_is_the_last_that_it_has() throws {
    let never = MetadataValidity(validUntil: Date(timeIntervalSince1970: 1e15))
    try never.check(fetched: now, now: now)
    let past = MetadataValidity(validUntil: Date(timeIntervalSince1970: -1e15))
    #expect(throws: HeapIdentityError.self) { try past.check(fetched: now, now: now) }
  }

  @Test func a_certificate_that_cannot_be_trusted_is_told_with_its_reason() throws {
    let xml = try identityProvider().metadata().xml()
    // An RSA key of 1024 bits is below what is taken.
    let weak = try pem("rsa1024.cert").split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
    let strong = try certificate().base64()
    let changed = xml.replacing(strong, with: weak)
    #expect(changed != xml)
    let read = try MetadataFile(xml: Data(changed.utf8)).identityProvider(now: now)
    #expect(read.signingCertificates.isEmpty && read.unusableCertificate == "pki.key_size")
    #expect(try failure { _ = try read.trust() }.message.contains("2048"))
    #expect(try MetadataFile(xml: Data(xml.utf8)).identityProvider(now: now).unusableCertificate == nil)
  }

  @Test func shared_metadata_of_other_products_are_read() throws {
    let idp = try MetadataFile(xml: vector("metadata/pysaml2-idp.xml")).identityProvider(now: now)
    #expect(!idp.signingCertificates.isEmpty && !idp.singleSignOn.isEmpty)
    for name in ["pysaml2-sp", "python3-saml-sp"] {
      let sp = try MetadataFile(xml: vector("metadata/\(name).xml")).serviceProvider(now: now)
      #expect(try !sp.defaultAcsUrl().isEmpty)
    }
  }

  @Test func an_entity_that_is_not_there_is_named() throws {
    let xml = Data(try identityProvider().metadata().xml().utf8)
    let error = try failure { _ = try MetadataFile(xml: xml, entityId: "https://other.example").identityProvider(now: now) }
    #expect(error.code.hasPrefix("saml.metadata") && error.message.contains("https://other.example"))
  }
}
