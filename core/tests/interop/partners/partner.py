"""The other libraries, each a process that answers a line with a line; and our own, which does the same."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
KEYS = ROOT / "core/tests/vectors/keys"
HOME = ROOT / "target/interop"

IDP = "https://idp.example/saml"
SP = "https://sp.example/metadata"
ACS = "https://sp.example/acs"
SSO = "https://idp.example/sso"
#: Where each takes messages of single logout.
LOGOUT = {"idp": "https://idp.example/slo", "sp": "https://sp.example/slo"}
KEY, CERTIFICATE = KEYS / "rsa2048.key.pem", KEYS / "rsa2048.cert.pem"
OTHER_KEY, OTHER_CERTIFICATE = KEYS / "rsa2048-other.key.pem", KEYS / "rsa2048-other.cert.pem"

#: What is asked of each: `consume` a Response, also `decrypt` one, `request` and `accept` an AuthnRequest, `respond`, also
#: `encrypt`ed.
PARTNERS = {
    "python3-saml": ([sys.executable, HERE / "python3_saml.py"], {"consume", "decrypt", "request"}),
    "pysaml2": ([sys.executable, HERE / "pysaml2_both.py"], {"consume", "decrypt", "request", "accept", "respond"}),
    "lasso": (["/usr/bin/python3", HERE / "lasso_both.py"], {"consume", "decrypt", "request", "accept", "respond"}),
    "ruby-saml": (["ruby", HERE / "ruby_saml.rb"], {"consume", "decrypt", "request"}),
    "simplesamlphp": (["php", HERE / "simplesamlphp.php"], {"consume", "decrypt", "request", "accept", "respond"}),
    "node-saml": (["node", HERE / "node.mjs", "node-saml"], {"consume", "decrypt", "request"}),
    "samlify": (["node", HERE / "node.mjs", "samlify"], {"consume", "decrypt", "request", "accept", "respond", "encrypt"}),
    "saml2-js": (["node", HERE / "node.mjs", "saml2-js"], {"consume", "decrypt", "request"}),
    "saml20": (["node", HERE / "node.mjs", "saml20"], {"consume", "decrypt"}),
    "samlp": (["node", HERE / "node.mjs", "samlp"], {"accept", "respond", "encrypt"}),
}

BOTH = {"redirect", "post"}
#: The part that each plays in single logout, with the bindings that it takes and those that it sends over.
LOGOUTS = {
    "python3-saml": {"sp": ({"redirect"}, {"redirect"})},
    "pysaml2": {"sp": (BOTH, BOTH), "idp": (BOTH, BOTH)},
    "lasso": {"sp": (BOTH, BOTH), "idp": (BOTH, BOTH)},
    "node-saml": {"sp": (BOTH, {"redirect"})},
}

METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings"


def metadata(role, entity_id, certificate, content):
    body = "".join(line for line in certificate.read_text().splitlines() if not line.startswith("-"))
    key = (
        '<md:KeyDescriptor use="{}"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
    # Only a service provider is sent what is encrypted.
    keys = "".join(key.format(use) for use in ["signing", "encryption"][: 2 if role == "SPSSODescriptor" else 1])
    logout = LOGOUT["sp" if role == "SPSSODescriptor" else "idp"]
    logouts = "".join(
        f'<md:SingleLogoutService Binding="{BINDINGS}:{binding}" Location="{logout}"/>'
        for binding in ("HTTP-Redirect", "HTTP-POST")
    )
    wants = ' WantAssertionsSigned="true"' if role == "SPSSODescriptor" else ' WantAuthnRequestsSigned="false"'
    return (
        f'<md:EntityDescriptor xmlns:md="{METADATA}" entityID="{entity_id}"><md:{role}{wants}'
        f' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}{logouts}'
        "<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>"
        f"{content}</md:{role}></md:EntityDescriptor>"
    )


def settings():
    """Writes what the partners read, and gives the path of the file that names it all."""
    folder = HOME / "settings"
    (folder / "simplesamlphp").mkdir(parents=True, exist_ok=True)
    (folder / "simplesamlphp/config.php").write_text(
        "<?php $config = ['baseurlpath' => '/', 'logging.handler' => 'errorlog', 'logging.level' => 0, "
        "'secretsalt' => 'x', 'technicalcontact_email' => 'x@example.com', 'enable.saml20-idp' => true, "
        "'metadata.sources' => [], 'tempdir' => sys_get_temp_dir(), 'debug' => null];"
    )
    sso = "".join(
        f'<md:SingleSignOnService Binding="{BINDINGS}:{binding}" Location="{SSO}"/>'
        for binding in ("HTTP-Redirect", "HTTP-POST")
    )
    acs = f'<md:AssertionConsumerService Binding="{BINDINGS}:HTTP-POST" Location="{ACS}" index="0" isDefault="true"/>'
    (folder / "idp.xml").write_text(metadata("IDPSSODescriptor", IDP, CERTIFICATE, sso))
    (folder / "sp.xml").write_text(metadata("SPSSODescriptor", SP, OTHER_CERTIFICATE, acs))
    named = {
        "idp": IDP, "sp": SP, "acs": ACS, "sso_url": SSO,
        "key": KEY, "certificate": CERTIFICATE, "sp_key": OTHER_KEY, "sp_certificate": OTHER_CERTIFICATE,
        "idp_logout": LOGOUT["idp"], "sp_logout": LOGOUT["sp"],
        "idp_metadata": folder / "idp.xml", "sp_metadata": folder / "sp.xml",
        "simplesamlphp": folder / "simplesamlphp", "node_modules": HOME / "node/node_modules",
    }
    path = folder / "settings.json"
    path.write_text(json.dumps({name: str(value) for name, value in named.items()}))
    return path


class Partner:
    """A process that answers each line; one that dies or is silent for too long has refused, and is started again."""

    def __init__(self, command, seconds=120):
        self.command, self.seconds = [str(word) for word in command], seconds
        self.log = open(HOME / "partners.log", "ab")
        self.process = None

    def ask(self, **question):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                env=os.environ | {"PYTHONPATH": str(HERE), "LC_ALL": "C.UTF-8"},
            )
        try:
            self.process.stdin.write(json.dumps(question).encode() + b"\n")
            self.process.stdin.flush()
            ready, _, _ = select.select([self.process.stdout], [], [], self.seconds)
            line = self.process.stdout.readline() if ready else b""
        except BrokenPipeError:
            line = b""
        if not line.strip():
            self.close()
            return {"error": "no answer: the process ended or was silent"}
        return json.loads(line)

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None
