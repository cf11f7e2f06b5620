import Foundation
import HeapIdentity
import Testing

@Suite struct PkiTests {
  @Test func a_certificate_tells_what_it_is() throws {
    let certificate = try certificate()
    #expect(certificate.keyType() == .rsa)
    #expect(certificate.notBefore() < now && now < certificate.notAfter())
    #expect(try certificate.isValid(at: now))
    #expect(try !Certificate(pem: pem("rsa2048-expired.cert")).isValid(at: now))
    // 32 bytes in hexadecimal, with colons between.
    #expect(certificate.sha256Fingerprint().filter(\.isHexDigit).count == 64)
    #expect(!certificate.serial().isEmpty && !certificate.subject().isEmpty)
  }

  @Test func pem_der_and_base64_are_one_certificate() throws {
    let certificate = try certificate()
    #expect(try Certificate.fromDer(der: certificate.der()) == certificate)
    #expect(try Certificate(pem: certificate.pem()) == certificate)
    #expect(Data(base64Encoded: certificate.base64()) == certificate.der())
    #expect(Set([certificate, try Certificate(pem: certificate.pem())]).count == 1)
    #expect(try certificate != HeapIdentityTests.certificate("p256"))
  }

  @Test func the_key_types_are_told_apart() throws {
    #expect(try certificate("p256").keyType() == .p256)
    #expect(try certificate("p384").keyType() == .p384)
    #expect(try certificate("ed25519").keyType() == .ed25519)
  }

  @Test func d29_what_cannot_be_a_key_is_refused_with_its_code() throws {
    #expect(try failure { _ = try Certificate(pem: "nothing") }.code == "pki.certificate_pem")
    #expect(try failure { _ = try Certificate.fromDer(der: Data([1, 2, 3])) }.code == "pki.certificate")
    let mismatch = try failure {
      _ = try SigningKey(keyPem: pem("rsa2048.key"), certificatePem: pem("rsa2048-other.cert"))
    }
    #expect(mismatch.code == "pki.key_mismatch")
  }

  @Test func a_key_keeps_its_certificate() throws {
    #expect(try key("p256").certificate() == certificate("p256"))
  }

  @Test func d36_neither_keys_nor_secrets_are_printed() throws {
    let secret = Secret(text: "a-token-to-hide")
    let request = Request(
      method: "GET", url: "https://heapanalytics.com/scim/v2/acme/Users?filter=x",
      headers: [Header(name: "Authorization", value: "Bearer a-token-to-hide")])
    var dumped = ""
    for value: Any in [secret, request, request.headers, try key()] {
      dump(value, to: &dumped)
      dumped += "\(value) \(String(reflecting: value))"
    }
    #expect(!dumped.contains("a-token-to-hide") && !dumped.contains("PRIVATE KEY"))
    #expect(secret.expose() == "a-token-to-hide")
    #expect(secret.matches(candidate: Data("a-token-to-hide".utf8)) && !secret.matches(candidate: Data("other".utf8)))
  }
}
