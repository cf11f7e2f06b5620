"""Signatures against xmlsec1: what it signs is covered, what we sign it verifies, and a changed byte is refused."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import xmlsec
from lxml import etree

from generate import Documents
from tool import KEYS, ask, decoded

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE11 = "http://www.w3.org/2006/12/xml-c14n11"
METHODS = [None, EXCLUSIVE, INCLUSIVE, INCLUSIVE11]
SCHEMES = {
    "rsa2048": [
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
    ],
    "p256": ["http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"],
}


def check(tool, seed, count):
    """What was compared; raises on the first disagreement."""
    done = []
    for name in SCHEMES:
        documents = list(signed_by_xmlsec(name, seed, count))
        arguments = ["verify", KEYS / f"{name}.cert.pem"]
        for document, answer in zip(documents, ask(tool, arguments, documents)):
            assert answer[0] == "OK", (answer[0], document)
        done.append(f"{len(documents)} signed by xmlsec1 {xmlsec.get_libxmlsec_version()} with {name}: all covered")
        made = Documents(seed + 1)
        unsigned = [within(made, "").encode() for _ in range(count)]
        arguments = ["sign", KEYS / f"{name}.key.pem", KEYS / f"{name}.cert.pem"]
        ours = [decoded(answer)[0] for answer in ask(tool, arguments, unsigned)]
        for document in ours:
            verify(document, name)
        done.append(f"{len(ours)} signed by us with {name}: all verified by the same")
        done.append(by_command(ours[: count // 10], name))
    return "\n".join(done)


def within(made, signature):
    """A generated element below another, between what declares namespaces and `xml:` attributes for it."""
    body = made.body()
    return (
        '<o xmlns="urn:o" xmlns:p="urn:1" xmlns:xs="http://www.w3.org/2001/XMLSchema" xml:lang="en">'
        f'<i:a xmlns:i="urn:i" ID="i" xml:space="preserve">{signature}{body}<!-- c -->\r\n</i:a></o>'
    )


def template(made, scheme):
    method = made.random.choice(METHODS)
    prefixes = made.random.choice(["", "", "xs", "p #default", "xs p absent"])
    inclusive = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{prefixes}"/>'
    inner = inclusive if prefixes and method == EXCLUSIVE else ""
    second = f'<ds:Transform Algorithm="{method}">{inner}</ds:Transform>' if method else ""
    return (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{made.random.choice(METHODS[1:])}"/>'
        f'<ds:SignatureMethod Algorithm="{scheme}"/><ds:Reference URI="#i"><ds:Transforms>'
        f'<ds:Transform Algorithm="{ENVELOPED}"/>{second}</ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
        "</ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )


def signed_by_xmlsec(name, seed, count):
    made = Documents(seed)
    key = xmlsec.Key.from_file(str(KEYS / f"{name}.key.pem"), xmlsec.KeyFormat.PEM)
    for _ in range(count):
        root = parsed(within(made, template(made, made.random.choice(SCHEMES[name]))).encode())
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
