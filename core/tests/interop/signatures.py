"""Signatures against xmlsec1: what it signs is covered, what we sign it verifies, and a changed byte is refused."""

import base64
import copy
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from lxml import etree

from generate import Documents
from tool import KEYS, ask, decoded

DS = "{http://www.w3.org/2000/09/xmldsig#}"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE11 = "http://www.w3.org/2006/12/xml-c14n11"
METHODS = [None, EXCLUSIVE, INCLUSIVE, INCLUSIVE11]
MORE, MORE_2007 = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#"
# For each key the schemes, by our name and by URI.
SCHEMES = {
    "rsa2048": {
        "RsaSha256": f"{MORE}rsa-sha256",
        "RsaSha384": f"{MORE}rsa-sha384",
        "RsaSha512": f"{MORE}rsa-sha512",
        "RsaPssSha256": f"{MORE_2007}sha256-rsa-MGF1",
        "RsaPssSha384": f"{MORE_2007}sha384-rsa-MGF1",
        "RsaPssSha512": f"{MORE_2007}sha512-rsa-MGF1",
    },
    "p256": {"EcdsaP256Sha256": f"{MORE}ecdsa-sha256", "EcdsaP256Sha384": f"{MORE}ecdsa-sha384"},
    "p384": {"EcdsaP384Sha384": f"{MORE}ecdsa-sha384", "EcdsaP384Sha256": f"{MORE}ecdsa-sha256"},
}
# libxmlsec1 has Ed25519 from 1.3.10 on; here lxml canonicalizes and OpenSSL signs and verifies (D30).
ED25519 = "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"
# What we verify and do not sign with.
NOT_SIGNED = ("EcdsaP256Sha384", "EcdsaP384Sha256")
# What the command of Debian 12 (1.2.37) does not know (D30).
NOT_BY_COMMAND = "RsaPss"


def check(tool, seed, count):
    """What was compared; raises on the first disagreement."""
    done = []
    for key, schemes in SCHEMES.items():
        each = max(count // len(schemes), 1)
        documents = [document for uri in schemes.values() for document in signed_by_xmlsec(key, uri, seed, each)]
        for document, answer in zip(documents, ask(tool, ["verify", KEYS / f"{key}.cert.pem"], documents)):
            assert answer[0] == "OK", (answer[0], document)
        done.append(f"{len(documents)} signed by xmlsec1 {xmlsec.get_libxmlsec_version()} with {key}: all covered")
        for number, scheme in enumerate(scheme for scheme in schemes if scheme not in NOT_SIGNED):
            made = Documents(seed + 1 + number)
            unsigned = [within(made, "").encode() for _ in range(each)]
            pair = [KEYS / f"{key}.key.pem", KEYS / f"{key}.cert.pem"]
            ours = [decoded(answer)[0] for answer in ask(tool, ["sign", *pair, scheme], unsigned)]
            for document in ours:
                assert schemes[scheme].encode() in document, scheme
                verify(document, key)
                assert not verifies(changed(document), key), document
            done.append(f"{len(ours)} signed by us ({scheme}): all verified by the same, and none of them changed")
            if not scheme.startswith(NOT_BY_COMMAND):
                done.append(by_command(ours[: max(each // 20, 1)], key))
    return "\n".join([*done, ed25519(tool, seed, max(count // 4, 1))])


def ed25519(tool, seed, count):
    pair = [KEYS / "ed25519.key.pem", KEYS / "ed25519.cert.pem"]
    private = serialization.load_pem_private_key(pair[0].read_bytes(), None)
    public = x509.load_pem_x509_certificate(pair[1].read_bytes()).public_key()
    made = Documents(seed)
    theirs = []
    for _ in range(count):
        root = parsed(within(made, template(made, ED25519, [EXCLUSIVE], [""])).encode())
        digest, message, value = parts(root)
        root.find(f".//{DS}DigestValue").text = base64.b64encode(digest).decode()
        value.text = base64.b64encode(private.sign(message(root))).decode()
        theirs.append(etree.tostring(root, encoding="UTF-8"))
    for document, answer in zip(theirs, ask(tool, ["verify", pair[1]], theirs)):
        assert answer == ["OK", "Ed25519"], (answer, document)
    unsigned = [within(made, "").encode() for _ in range(count)]
    for answer in ask(tool, ["sign", *pair, "Ed25519"], unsigned):
        root = parsed(decoded(answer)[0])
        digest, message, value = parts(root)
        assert base64.b64decode(root.find(f".//{DS}DigestValue").text) == digest
        public.verify(base64.b64decode(value.text), message(root))
    return f"{count} signed with Ed25519 by OpenSSL over lxml's canonical form, and {count} by us: verified by the other"


def parts(root):
    """The digest of the signed element, how to make what is signed, and the element for its value."""
    without = copy.deepcopy(root)
    without[0].remove(without.find(f".//{DS}Signature"))
    form = dict(method="c14n", exclusive=True, with_comments=False, with_tail=False)
    digest = hashlib.sha256(etree.tostring(without[0], **form)).digest()
    message = lambda root: etree.tostring(root.find(f".//{DS}SignedInfo"), **form)
    return digest, message, root.find(f".//{DS}SignatureValue")


def changed(document):
    """The document with another last character of the content that is signed."""
    return document.replace(b"</i:a>", b".</i:a>", 1)


def within(made, signature):
    """A generated element below another, between what declares namespaces and `xml:` attributes for it."""
    body = made.body()
    return (
        '<o xmlns="urn:o" xmlns:p="urn:1" xmlns:xs="http://www.w3.org/2001/XMLSchema" xml:lang="en">'
        f'<i:a xmlns:i="urn:i" ID="i" xml:space="preserve">{signature}{body}<!-- c -->\r\n</i:a></o>'
    )


def template(made, scheme, methods=METHODS, prefix_lists=("", "", "xs", "p #default", "xs p absent")):
    method = made.random.choice(methods)
    prefixes = made.random.choice(prefix_lists)
    inclusive = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{prefixes}"/>'
    inner = inclusive if prefixes and method == EXCLUSIVE else ""
    second = f'<ds:Transform Algorithm="{method}">{inner}</ds:Transform>' if method else ""
    return (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{made.random.choice([it for it in methods if it])}"/>'
        f'<ds:SignatureMethod Algorithm="{scheme}"/><ds:Reference URI="#i"><ds:Transforms>'
        f'<ds:Transform Algorithm="{ENVELOPED}"/>{second}</ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
        "</ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )


def signed_by_xmlsec(name, uri, seed, count):
    made = Documents(seed)
    key = xmlsec.Key.from_file(str(KEYS / f"{name}.key.pem"), xmlsec.KeyFormat.PEM)
    for _ in range(count):
        root = parsed(within(made, template(made, uri)).encode())
        context = xmlsec.SignatureContext()
        context.key = key
        context.register_id(root[0], "ID")
        context.sign(root[0][0])
        yield etree.tostring(root, encoding="UTF-8")


def verify(document, name):
    root = parsed(document)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(KEYS / f"{name}.cert.pem"), xmlsec.KeyFormat.CERT_PEM)
    context.register_id(root[0], "ID")
    context.verify(xmlsec.tree.find_node(root, xmlsec.Node.SIGNATURE))


def verifies(document, name):
    try:
        verify(document, name)
        return True
    except xmlsec.Error:
        return False


def parsed(document):
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))


def by_command(documents, name):
    """The command `xmlsec1` of the system, where there is one."""
    if not shutil.which("xmlsec1"):
        return "xmlsec1 (command): not installed"
    certificate = KEYS / f"{name}.cert.pem"
    with tempfile.TemporaryDirectory() as folder:
        for number, document in enumerate(documents):
            file = Path(folder) / f"{number}.xml"
            file.write_bytes(document)
            command = ["xmlsec1", "--verify", "--pubkey-cert-pem", certificate, "--id-attr:ID", "urn:i:a", file]
            run = subprocess.run(command, capture_output=True)
            assert run.returncode == 0, (run.stderr, document)
    return f"{len(documents)} of them verified by the command xmlsec1 too"
