#!/usr/bin/env python3
"""Makes the vectors of this folder with libxmlsec1 1.3 (PyPI `xmlsec`); see README.md.

    python3 make.py
"""

from pathlib import Path

import xmlsec
from lxml import etree

HERE = Path(__file__).resolve().parent
KEYS = HERE.parent / "keys"
XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
DS = "http://www.w3.org/2000/09/xmldsig#"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"

RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_response1" Version="2.0" IssueInstant="2026-03-01T10:00:00Z" Destination="https://heapanalytics.com/saml/finalize/1234567/"><saml:Issuer>https://sso.jumpcloud.com/saml2/heap</saml:Issuer>{response_signature}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:EncryptedAssertion>{assertion}{beside}</saml:EncryptedAssertion></samlp:Response>"""

ASSERTION = """<saml:Assertion{declared} ID="_assertion1" Version="2.0" IssueInstant="2026-03-01T10:00:00Z"><saml:Issuer>https://sso.jumpcloud.com/saml2/heap</saml:Issuer>{assertion_signature}<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">alice@example.com</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="https://heapanalytics.com/saml/finalize/1234567/" NotOnOrAfter="2026-03-01T10:05:00Z"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="2026-03-01T09:59:00Z" NotOnOrAfter="2026-03-01T10:05:00Z"><saml:AudienceRestriction><saml:Audience>https://heapanalytics.com</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="2026-03-01T09:58:00Z" SessionIndex="_session1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue>Analysts</saml:AttributeValue><saml:AttributeValue>Growth</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"""

SIGNATURE = f"""<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#{{id}}"><ds:Transforms><ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"""

MGF1P = f'<xenc:EncryptionMethod Algorithm="{XENC}rsa-oaep-mgf1p"/>'
GCM256, GCM128 = f"{XENC11}aes256-gcm", f"{XENC11}aes128-gcm"


def oaep(digest, mgf):
    return (
        f'<xenc:EncryptionMethod Algorithm="{XENC11}rsa-oaep"><ds:DigestMethod Algorithm="{digest}"/>'
        f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{XENC11}{mgf}"/></xenc:EncryptionMethod>'
    )


SHA256 = oaep(f"{XENC}sha256", "mgf1sha256")
SHA512 = oaep(f"{XENC}sha512", "mgf1sha512")

# name: cipher, transport, whether the Assertion declares its own namespaces, what is signed, where the key stands
VECTORS = {
    "gcm256-mgf1p": (GCM256, MGF1P, True, "assertion", "inside"),
    "gcm128-mgf1p": (GCM128, MGF1P, True, "assertion", "inside"),
    "gcm256-oaep-sha256": (GCM256, SHA256, True, "assertion", "inside"),
    "gcm256-oaep-sha512": (GCM256, SHA512, True, "assertion", "inside"),
    "gcm256-oaep-mixed": (GCM256, oaep(f"{XENC}sha256", "mgf1sha1"), True, "assertion", "inside"),
    "key-beside": (GCM256, MGF1P, True, "assertion", "beside"),
    "response-signed": (GCM256, MGF1P, True, "response", "inside"),
    "both-signed": (GCM256, MGF1P, True, "both", "inside"),
    "unsigned": (GCM256, MGF1P, True, "none", "inside"),
    "borrowed-namespaces": (GCM256, MGF1P, False, "assertion", "inside"),
    "borrowed-namespaces-response-signed": (GCM256, MGF1P, False, "response", "inside"),
    "cbc": (f"{XENC}aes256-cbc", MGF1P, True, "assertion", "inside"),
    "rsa-1_5": (GCM256, f'<xenc:EncryptionMethod Algorithm="{XENC}rsa-1_5"/>', True, "assertion", "inside"),
}


def main():
    for name, (cipher, transport, declares, signed, place) in VECTORS.items():
        of_assertion = SIGNATURE.format(id="_assertion1") if signed in ("assertion", "both") else ""
        of_response = SIGNATURE.format(id="_response1") if signed in ("response", "both") else ""
        declared = f' xmlns:saml="{SAML}"' if declares else ""
        assertion = ASSERTION.format(declared=declared, assertion_signature=of_assertion)
        root = etree.fromstring(RESPONSE.format(assertion=assertion, response_signature=of_response, beside=""))
        node = root.find(f".//{{{SAML}}}Assertion")
        if of_assertion:
            sign(root, node)
        encrypt(node, cipher, transport)
        if place == "beside":
            put_beside(root)
        if of_response:
            sign(root, root)
        (HERE / f"{name}.xml").write_bytes(etree.tostring(root))


def sign(root, node):
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(KEYS / "rsa2048.key.pem"), xmlsec.KeyFormat.PEM)
    context.register_id(node, "ID")
    context.sign(node.find(f"{{{DS}}}Signature"))


def encrypt(node, cipher, transport):
    """Replaces the node by its encryption for `rsa2048-other`."""
    value = "<xenc:CipherData><xenc:CipherValue/></xenc:CipherData>"
    template = etree.fromstring(
        f'<xenc:EncryptedData xmlns:xenc="{XENC}" Type="{XENC}Element"><xenc:EncryptionMethod Algorithm="{cipher}"/>'
        f'<ds:KeyInfo xmlns:ds="{DS}"><xenc:EncryptedKey>{transport}{value}</xenc:EncryptedKey></ds:KeyInfo>{value}'
        "</xenc:EncryptedData>"
    )
    manager = xmlsec.KeysManager()
    certificate = str(KEYS / "rsa2048-other.cert.pem")
    manager.add_key(xmlsec.Key.from_file(certificate, xmlsec.KeyFormat.CERT_PEM))
    context = xmlsec.EncryptionContext(manager)
    kind = xmlsec.KeyData.AES
    bits = 128 if "128" in cipher else 256
    context.key = xmlsec.Key.generate(kind, bits, xmlsec.KeyDataType.SESSION)
    context.encrypt_xml(template, node)


def put_beside(root):
    """Moves the EncryptedKey behind the EncryptedData, with a RetrievalMethod in its place."""
    key = root.find(f".//{{{XENC}}}EncryptedKey")
    key_info, data = key.getparent(), root.find(f".//{{{XENC}}}EncryptedData")
    key.set("Id", "_key1")
    reference = etree.SubElement(key_info, f"{{{DS}}}RetrievalMethod", URI="#_key1", Type=f"{XENC}EncryptedKey")
    key_info.replace(key, reference)
    data.addnext(key)
    etree.SubElement(etree.SubElement(key, f"{{{XENC}}}ReferenceList"), f"{{{XENC}}}DataReference", URI="#_data1")
    data.set("Id", "_data1")


if __name__ == "__main__":
    main()
