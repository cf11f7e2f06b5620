"""Encryption against xmlsec1 and python3-saml: what we encrypt they decrypt, what they encrypt we decrypt, byte by byte."""

import base64
import datetime
import shutil
import subprocess
import tempfile
from pathlib import Path

import xmlsec
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from generate import Documents
from tool import KEYS, ask, build, decoded

XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
DS = "http://www.w3.org/2000/09/xmldsig#"
KEY, CERTIFICATE = KEYS / "rsa2048-other.key.pem", KEYS / "rsa2048-other.cert.pem"
SIGNER = KEYS / "rsa2048.cert.pem"


def transport(digest, mgf):
    return (
        f'<xenc:EncryptionMethod Algorithm="{XENC11}rsa-oaep"><ds:DigestMethod Algorithm="{digest}"/>'
        f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{XENC11}{mgf}"/></xenc:EncryptionMethod>'
    )


# By our name; the first is all that Debian's xmlsec1 (1.2.37) knows.
TRANSPORTS = {
    "OaepSha1": f'<xenc:EncryptionMethod Algorithm="{XENC}rsa-oaep-mgf1p"/>',
    "OaepSha256": transport(f"{XENC}sha256", "mgf1sha256"),
    "OaepSha384": transport("http://www.w3.org/2001/04/xmldsig-more#sha384", "mgf1sha384"),
    "OaepSha512": transport(f"{XENC}sha512", "mgf1sha512"),
}


def check(_tool, seed, count):
    """What was compared; raises on the first disagreement."""
    tool = build("aws-lc-rs")
    count = max(count // 40, 1)
    made, done = Documents(seed), []
    for name, method in TRANSPORTS.items():
        documents = [f"<o xmlns:p='urn:1'>{made.body()}</o>".encode() for _ in range(count)]
        ours = [decoded(answer)[0] for answer in ask(tool, ["encrypt", CERTIFICATE, name], documents)]
        for document, encrypted in zip(documents, ours):
            assert canonical(decrypted(encrypted)) == canonical(etree.fromstring(document)), document
        theirs = [encrypted_by_xmlsec(document, method, made) for document in documents]
        for document, answer in zip(documents, ask(tool, ["decrypt", KEY, CERTIFICATE], theirs)):
            assert answer[0] == "OK", (answer[0], document)
            assert canonical(etree.fromstring(decoded(answer)[0])) == canonical(etree.fromstring(document)), document
        done.append(f"{count} encrypted here and there ({name}): decrypted by the other")
        if name == "OaepSha1":
            done.append(by_command(ours[: max(count // 10, 1)], documents))
    return "\n".join([*done, accepted_by_python3_saml(tool)])


def canonical(element):
    return etree.tostring(element, method="c14n", exclusive=True)


def decrypted(document):
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_file(str(KEY), xmlsec.KeyFormat.PEM))
    root = etree.fromstring(document)
    return xmlsec.EncryptionContext(manager).decrypt(root[0])


def encrypted_by_xmlsec(document, method, made):
    bits = made.random.choice([128, 256])
    value = "<xenc:CipherData><xenc:CipherValue/></xenc:CipherData>"
    template = etree.fromstring(
        f'<xenc:EncryptedData xmlns:xenc="{XENC}" Type="{XENC}Element"><xenc:EncryptionMethod '
        f'Algorithm="{XENC11}aes{bits}-gcm"/><ds:KeyInfo xmlns:ds="{DS}"><xenc:EncryptedKey>{method}{value}'
        f"</xenc:EncryptedKey></ds:KeyInfo>{value}</xenc:EncryptedData>"
    )
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_file(str(CERTIFICATE), xmlsec.KeyFormat.CERT_PEM))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, bits, xmlsec.KeyDataType.SESSION)
    # Parsed where it stands: lxml changes prefixes when it moves an element.
    host = etree.fromstring(b"<h>" + document + b"</h>")
    context.encrypt_xml(template, host[0])
    return etree.tostring(host)


def by_command(encrypted, documents):
    """The command `xmlsec1` of the system, where there is one."""
    if not shutil.which("xmlsec1"):
        return "xmlsec1 (command): not installed"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "encrypted.xml")
        for ours, document in zip(encrypted, documents):
            file.write_bytes(ours)
            command = ["xmlsec1", "--decrypt", "--privkey-pem", KEY, file]
            run = subprocess.run(command, capture_output=True)
            assert run.returncode == 0, (run.stderr, document)
            assert canonical(etree.fromstring(run.stdout)[0]) == canonical(etree.fromstring(document)), document
    return f"{len(encrypted)} of ours decrypted by the command xmlsec1 too"


def accepted_by_python3_saml(tool):
    """A Response with an encrypted Assertion, as a service provider takes it; and one that was tampered with."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    pair = [KEYS / "rsa2048.key.pem", SIGNER]
    response = decoded(ask(tool, ["login", *pair, CERTIFICATE], [now])[0])[0]
    one_line = lambda path: "".join(path.read_text().split("-----")[2].split())
    settings = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {
                "entityId": "https://sp.example/",
                "assertionConsumerService": {"url": "https://sp.example/acs"},
                "x509cert": one_line(CERTIFICATE),
                "privateKey": one_line(KEY),
            },
            "idp": {
                "entityId": "https://idp.example/",
                "singleSignOnService": {"url": "https://idp.example/sso"},
                "x509cert": one_line(SIGNER),
            },
            "security": {"wantAssertionsEncrypted": True, "wantAssertionsSigned": True, "wantAttributeStatement": False},
        }
    )
    request = {"https": "on", "http_host": "sp.example", "script_name": "/acs", "get_data": {}, "post_data": {}}
    read = OneLogin_Saml2_Response(settings, base64.b64encode(response).decode())
    assert read.is_valid(request), read.get_error()
    assert read.get_nameid() == "ann@example.com"
    damaged = response.replace(b"<xenc:CipherValue>", b"<xenc:CipherValue>AAAA")
    try:
        assert not OneLogin_Saml2_Response(settings, base64.b64encode(damaged).decode()).is_valid(request)
    except xmlsec.Error:
        pass
    return "a Response with an encrypted Assertion is a login for python3-saml; a damaged one is not"
