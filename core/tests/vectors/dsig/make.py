"""Makes the signed documents of this folder with xmlsec1 (Debian 12: 1.2.37) and, for RSA-PSS, xmlsec from PyPI."""
import pathlib, subprocess, sys

HERE = pathlib.Path(__file__).parent
KEYS = HERE.parent / "keys"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
INC10 = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INC11 = "http://www.w3.org/2006/12/xml-c14n11"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
DIGEST = {"256": "http://www.w3.org/2001/04/xmlenc#sha256", "384": MORE + "sha384", "512": "http://www.w3.org/2001/04/xmlenc#sha512"}


def template(id, method, digest="256", c14n=EXC, signed_info_c14n=None, prefixes=None):
    listed = f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="{prefixes}"/>' if prefixes else ""
    second = f'<ds:Transform Algorithm="{c14n}">{listed}</ds:Transform>' if c14n else ""
    return f"""<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
  <ds:SignedInfo>
    <ds:CanonicalizationMethod Algorithm="{signed_info_c14n or c14n or EXC}"/>
    <ds:SignatureMethod Algorithm="{method}"/>
    <ds:Reference URI="#{id}">
      <ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>{second}</ds:Transforms>
      <ds:DigestMethod Algorithm="{DIGEST[digest]}"/>
      <ds:DigestValue/>
    </ds:Reference>
  </ds:SignedInfo>
  <ds:SignatureValue/>
  <ds:KeyInfo><ds:X509Data/></ds:KeyInfo>
</ds:Signature>"""


def assertion(signature, more=""):
    return f"""<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_a1" Version="2.0" IssueInstant="2026-01-01T00:00:00Z">
  <saml:Issuer>https://idp.example/</saml:Issuer>{signature}
  <saml:Subject><saml:NameID>ann@example.com</saml:NameID></saml:Subject>
  <saml:AttributeStatement>
    <saml:Attribute Name="role"><saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">admin</saml:AttributeValue></saml:Attribute>{more}
  </saml:AttributeStatement>
</saml:Assertion>"""


def response(content, signature="", attributes=""):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:unused="urn:unused" {attributes} ID="_r1" Version="2.0" IssueInstant="2026-01-01T00:00:00Z">
  <saml:Issuer>https://idp.example/</saml:Issuer>{signature}
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  {content}
</samlp:Response>
"""


def sign(name, key, text, element="Assertion"):
    kind = "assertion" if element == "Assertion" else "protocol"
    node = f"urn:oasis:names:tc:SAML:2.0:{kind}:{element}"
    xpath = f"//*[local-name()='{element}']/*[local-name()='Signature']"
    path = HERE / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    command = ["xmlsec1", "--sign", "--privkey-pem", f"{KEYS}/{key}.key.pem,{KEYS}/{key}.cert.pem", "--id-attr:ID",
               "urn:oasis:names:tc:SAML:2.0:assertion:Assertion", "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response",
               "--node-xpath", xpath, str(path)]
    out = subprocess.run(command, check=True, capture_output=True).stdout
    path.write_bytes(out)


AWKWARD = """
    <saml:Attribute NameFormat = 'a "quoted" &#9;&#10;&#13; &lt;&amp;>'
       Name="awkward"   FriendlyName='caf\u00e9'><saml:AttributeValue><![CDATA[<b> & ]]]]>&gt; &#x1F600;\U0001F600 &#13;
 x<!-- a comment --></saml:AttributeValue><saml:AttributeValue><p:x xmlns:p="urn:p" xmlns="urn:default" p:b="2" b="1" xml:lang="de"><y xmlns=""><p:z xmlns:p="urn:other" q:c="3" p:c="4" xmlns:q="urn:a"/></y><p:y/></p:x></saml:AttributeValue></saml:Attribute>"""

if __name__ == "__main__":
    for bits in ["256", "384", "512"]:
        sign(f"rsa-sha{bits}.xml", "rsa2048", response(assertion(template("_a1", MORE + "rsa-sha" + bits, bits))))
    sign("ecdsa-p256.xml", "p256", response(assertion(template("_a1", MORE + "ecdsa-sha256"))))
    sign("ecdsa-p384.xml", "p384", response(assertion(template("_a1", MORE + "ecdsa-sha384", "384"))))
    sign("ecdsa-p256-sha384.xml", "p256", response(assertion(template("_a1", MORE + "ecdsa-sha384"))))
    sign("ecdsa-p384-sha256.xml", "p384", response(assertion(template("_a1", MORE + "ecdsa-sha256"))))
    rsa = MORE + "rsa-sha256"
    sign("prefix-list.xml", "rsa2048", response(assertion(template("_a1", rsa, prefixes="xs #default unused absent")), attributes='xmlns="urn:default"'))
    sign("inclusive10.xml", "rsa2048", response(assertion(template("_a1", rsa, c14n=INC10)), attributes='xml:lang="en" xml:space="preserve"'))
    sign("inclusive11.xml", "rsa2048", response(assertion(template("_a1", rsa, c14n=INC11)), attributes='xml:lang="en" xml:space="preserve"'))
    sign("no-canonicalization.xml", "rsa2048", response(assertion(template("_a1", rsa, c14n=None, signed_info_c14n=INC10))))
    sign("with-comments.xml", "rsa2048", response(assertion(template("_a1", rsa, c14n=EXC + "WithComments"), AWKWARD)))
    sign("awkward.xml", "rsa2048", response(assertion(template("_a1", rsa), AWKWARD)))
    sign("awkward-inclusive.xml", "rsa2048", response(assertion(template("_a1", rsa, c14n=INC10), AWKWARD)))
    sign("response.xml", "rsa2048", response(assertion(""), template("_r1", rsa)), "Response")
    sign("both.xml", "rsa2048", response(assertion(template("_a1", rsa)), template("_r1", rsa)))
    sign("both.xml", "rsa2048", (HERE / "both.xml").read_bytes(), "Response")
    # Weak or unusable on purpose: to be refused.
    sign("rsa-sha1.xml", "rsa2048", response(assertion(template("_a1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"))))
    sign("another-key.xml", "rsa2048-other", response(assertion(template("_a1", rsa))))
