"""Metadata: ours read by other stacks and valid by OASIS's schema, theirs read by ours, signatures both ways."""

import base64
import json
import subprocess
import tempfile
from pathlib import Path

from onelogin.saml2.constants import OneLogin_Saml2_Constants as constants
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as parser
from onelogin.saml2.metadata import OneLogin_Saml2_Metadata as python3_saml
from onelogin.saml2.utils import OneLogin_Saml2_Utils as utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as schemas
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import Config, SPConfig
from saml2.metadata import entity_descriptor
from tool import KEYS, ask

KEY, CERTIFICATE = KEYS / "rsa2048.key.pem", KEYS / "rsa2048.cert.pem"
BASE64 = "".join(CERTIFICATE.read_text().split("-----")[2].split())
IDP, HEAP = "https://sso.jumpcloud.com/saml2/heap", "https://heapanalytics.com"
ACS = f"{HEAP}/saml/finalize/12345/"


def check(tool, _seed, _count):
    run = subprocess.run([tool, "write-metadata", KEY, CERTIFICATE], capture_output=True, check=True)
    idp, sp = (base64.b64decode(line) for line in run.stdout.splitlines())
    for document in (idp, sp):
        valid = schemas.validate_xml(document, "saml-schema-metadata-2.0.xsd")
        assert not isinstance(valid, str), f"the schema refuses ours: {valid}"
        assert utils.validate_metadata_sign(document, CERTIFICATE.read_text(), raise_exceptions=True)
    read_by_python3_saml(idp)
    read_by_pysaml2(idp, sp)
    files = theirs()
    read_by_ours(tool, files)
    return f"metadata: 2 of ours read by 2 stacks and valid by the schema, {len(files)} of theirs read by ours"


def read_by_python3_saml(idp):
    read = parser.parse(idp)["idp"]
    assert read["entityId"] == IDP and read["x509cert"] == BASE64, read
    assert read["singleSignOnService"] == {"url": IDP, "binding": constants.BINDING_HTTP_REDIRECT}, read
    assert read["singleLogoutService"]["url"] == f"{IDP}/logout", read


def read_by_pysaml2(idp, sp):
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("idp.xml", "sp.xml")]
        for path, document in zip(paths, (idp, sp)):
            path.write_bytes(document)
        config = Config().load(
            {
                "entityid": "urn:reader",
                "xmlsec_binary": "/usr/bin/xmlsec1",
                "metadata": {"local": [str(path) for path in paths]},
            }
        )
        store = config.metadata
        assert {service["location"] for service in store.single_sign_on_service(IDP, BINDING_HTTP_POST)} == {IDP}
        assert [it["location"] for it in store.assertion_consumer_service(HEAP)] == [ACS]
        (_, certificate), *_ = store.certs(HEAP, "spsso", "signing")
        assert "".join(certificate.split()) == BASE64
        assert store.attribute_requirement(HEAP)["required"][0]["name"] == "email"


def theirs():
    """Files that the others write, each with what it says."""
    files = {}
    sp = {
        "entityId": HEAP,
        "assertionConsumerService": {"url": ACS, "binding": constants.BINDING_HTTP_POST},
        "singleLogoutService": {"url": f"{HEAP}/slo", "binding": constants.BINDING_HTTP_REDIRECT},
        "NameIDFormat": constants.NAMEID_EMAIL_ADDRESS,
        "attributeConsumingService": {
            "serviceName": "Heap",
            "requestedAttributes": [{"name": "email", "isRequired": True, "nameFormat": "", "friendlyName": ""}],
        },
    }
    contacts = {"technical": {"givenName": "Desk", "emailAddress": "desk@example.com"}}
    organization = {"en": {"name": "Heap", "displayname": "Heap", "url": HEAP}}
    text = python3_saml.builder(sp, authnsign=True, wsign=True, contacts=contacts, organization=organization)
    text = python3_saml.add_x509_key_descriptors(text, CERTIFICATE.read_text())
    text = python3_saml.sign_metadata(text, KEY.read_text(), CERTIFICATE.read_text())
    expected = {"entity_id": HEAP, "acs": [ACS], "signed_requests": True, "signed_assertions": True}
    files["python3-saml-sp"] = (text, expected | {"slo": [[constants.BINDING_HTTP_REDIRECT, f"{HEAP}/slo"]]}, True)

    common = {"key_file": str(KEY), "cert_file": str(CERTIFICATE), "xmlsec_binary": "/usr/bin/xmlsec1"}
    service = {
        "endpoints": {"assertion_consumer_service": [(ACS, BINDING_HTTP_POST)]},
        "authn_requests_signed": True,
        "want_assertions_signed": True,
        "required_attributes": ["email"],
        "ui_info": {"display_name": [{"lang": "en", "text": "Heap"}], "logo": [{"height": "1", "width": "1", "text": f"{HEAP}/a.png"}]},
    }
    config = SPConfig().load(common | {"entityid": HEAP, "service": {"sp": service}})
    files["pysaml2-sp"] = (str(entity_descriptor(config)).encode(), expected, False)
    service = {
        "endpoints": {
            "single_sign_on_service": [(IDP, BINDING_HTTP_REDIRECT), (IDP, BINDING_HTTP_POST)],
            "single_logout_service": [(f"{IDP}/logout", BINDING_HTTP_REDIRECT)],
        },
        "want_authn_requests_signed": True,
        "scope": ["example.com"],
    }
    config = Config().load(common | {"entityid": IDP, "service": {"idp": service}, "valid_for": 999999})
    sso = [[BINDING_HTTP_REDIRECT, IDP], [BINDING_HTTP_POST, IDP]]
    expected = {"entity_id": IDP, "sso": sso, "signed_requests": True}
    files["pysaml2-idp"] = (str(entity_descriptor(config)).encode(), expected, False)
    return files


def read_by_ours(tool, files):
    for name, (document, expected, signed) in files.items():
        (answer,) = ask(tool, ["read-metadata", CERTIFICATE if signed else "-"], [document])
        assert answer[0] == "OK", f"{name}: {answer[0]}\n{document.decode()}"
        read = json.loads(" ".join(answer[1:]))
        for field, value in expected.items():
            assert read[field] == value, f"{name}: {field} is {read[field]}, not {value}"
        assert set(read["keys"]) == {BASE64}, name
        if signed:
            (changed,) = ask(tool, ["read-metadata", CERTIFICATE], [document.replace(b"finalize/12345", b"finalize/54321")])
            assert changed == ["dsig.digest_mismatch"], changed
            (stranger,) = ask(tool, ["read-metadata", KEYS / "rsa2048-other.cert.pem"], [document])
            assert stranger == ["dsig.signature_mismatch"], stranger


def write_vectors(folder):
    """Keeps what the others wrote, as vectors of the library's own tests."""
    for name, (document, _, _) in theirs().items():
        Path(folder, f"{name}.xml").write_bytes(document)
