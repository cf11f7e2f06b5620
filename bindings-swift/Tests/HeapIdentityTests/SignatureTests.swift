import Foundation
import HeapIdentity
import Testing

/// The documents of `core/tests/vectors/dsig`, which `xmlsec1` signed: its README says what each is.
@Suite struct SignatureTests {
  private func certificates() throws -> [Certificate] {
    try ["p256", "rsa2048", "p384", "ed25519"].map { try certificate($0) }
  }

  private func covered(_ xml: Data, _ id: String, _ tolerance: SignatureTolerance? = nil) throws -> CoveredElement {
    try verifyXml(xml: xml, certificates: certificates(), id: id, tolerance: tolerance)
  }

  private func refused(_ xml: Data, _ id: String, _ tolerance: SignatureTolerance? = nil) throws -> String {
    try failure { _ = try covered(xml, id, tolerance) }.code
  }

  private func signed(_ name: String) throws -> Data { try vector("dsig/\(name).xml") }

  @Test(arguments: [
    ("awkward", 1, SignatureScheme.rsaSha256), ("awkward-inclusive", 1, .rsaSha256), ("both", 1, .rsaSha256),
    ("no-canonicalization", 1, .rsaSha256), ("inclusive10", 1, .rsaSha256), ("inclusive11", 1, .rsaSha256), ("prefix-list", 1, .rsaSha256),
    ("ecdsa-p256", 0, .ecdsaP256Sha256), ("ecdsa-p256-sha384", 0, .ecdsaP256Sha384), ("ecdsa-p384", 2, .ecdsaP384Sha384),
    ("ecdsa-p384-sha256", 2, .ecdsaP384Sha256), ("rsa-sha256", 1, .rsaSha256), ("rsa-sha384", 1, .rsaSha384),
    ("rsa-sha512", 1, .rsaSha512), ("rsa-pss-sha256", 1, .rsaPssSha256), ("rsa-pss-sha384", 1, .rsaPssSha384),
    ("rsa-pss-sha512", 1, .rsaPssSha512),
  ])
  func documents_of_xmlsec1_are_covered_by_their_key(name: String, key: UInt64, scheme: SignatureScheme) throws {
    let document = try signed(name)
    let covered = try covered(document, "_a1")
    #expect(covered.keyIndex == key && covered.scheme == scheme)
    let forged = Data(String(decoding: document, as: UTF8.self).replacing(">ann@", with: ">bob@").utf8)
    #expect(try refused(forged, "_a1") == "dsig.digest_mismatch")
  }

  @Test func what_is_weak_unsigned_or_signed_by_somebody_else_is_refused() throws {
    #expect(try refused(signed("response"), "_a1") == "dsig.not_signed")
    #expect(try covered(signed("response"), "_r1").keyIndex == 1)
    #expect(try refused(signed("another-key"), "_a1") == "dsig.signature_mismatch")
    #expect(try refused(signed("rsa-sha1"), "_a1") == "dsig.weak_algorithm")
    #expect(try covered(signed("rsa-sha1"), "_a1", SignatureTolerance(legacySha1: true)).scheme == .legacyRsaSha1)
    #expect(try refused(signed("with-comments"), "_a1") == "dsig.with_comments")
    #expect(try covered(signed("with-comments"), "_a1", SignatureTolerance(comments: true)).keyIndex == 1)
    #expect(try refused(signed("response"), "none") == "swift.element_id")
    #expect(try refused(Data("<a>".utf8), "_a1").hasPrefix("xml."))
  }

  @Test func what_is_read_is_the_covered_element_without_its_signature() throws {
    let xml = #"<a:list xmlns:a="urn:a" ID="l" b="1"><a:item>one</a:item><item/></a:list>"#
    for (name, scheme) in [("p256", nil), ("rsa2048", SignatureScheme.rsaPssSha384), ("ed25519", nil)] {
      let signed = Data(try signXml(xml: xml, id: "l", key: key(name), scheme: scheme).utf8)
      let element = try verifyXml(xml: signed, certificates: [certificate(name)]).element
      #expect(element.namespace() == "urn:a" && element.name() == "list" && element.text() == nil)
      #expect(element.attribute(name: "b") == "1" && element.attributes().map(\.name).sorted() == ["ID", "b"])
      #expect(element.elements().map { $0.name() } == ["item", "item"] && element.elements()[0].text() == "one")
    }
    #expect(throws: HeapIdentityError.self) { _ = try signXml(xml: xml, id: "l", key: key("p256"), scheme: .rsaSha256) }
    #expect(throws: HeapIdentityError.self) { _ = try signXml(xml: xml, id: "l", key: key("p256"), scheme: .other) }
  }

  @Test func a_digest_that_does_not_match_is_explained() throws {
    let signed = try signXml(xml: #"<a ID="l"><b>1</b></a>"#, id: "l", key: key("p256"))
    let whole = try explainXml(xml: Data(signed.utf8))
    #expect(whole.matches() && whole.suspicion() == nil && whole.canonical() == Data(#"<a ID="l"><b>1</b></a>"#.utf8))
    let difference = try #require(whole.compare(theirs: Data("<a ID=\"l\">\n<b>1</b></a>".utf8)))
    #expect(difference.offset == 10 && !difference.cause.isEmpty)
    #expect(whole.compare(theirs: whole.canonical()) == nil)
    let changed = try explainXml(xml: Data(signed.replacing("<b>1", with: "<b>2").utf8))
    #expect(!changed.matches())
  }
}
