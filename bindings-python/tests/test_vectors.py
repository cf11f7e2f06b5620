"""The vectors that the core is held to give the same verdicts from Python."""

import base64
import json
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

import pytest

from conftest import ACS, HEAP, IDP, KEYS, NOW, pem
from heap_identity import (
    Certificate, Expected, IdentityProvider, InvalidInput, Metadata, Rejection, ReplayCache, ScimError, ServiceProvider, SigningKey,
    Trust, canonicalize_xml, verify_xml,
)
from heap_identity.scim import Filter, Patch
from heap_identity.scim.schema import GROUP

VECTORS = Path(__file__).parents[2] / "core/tests/vectors"
FILTERS = json.loads((VECTORS / "scim/filters.json").read_text(encoding="utf-8"))
EXAMPLE = Path(__file__).parents[2] / "target/debug/examples/attacks"
PATCHES = json.loads((VECTORS / "scim/patches.json").read_text(encoding="utf-8"))["vectors"]
SIGNED = [
    ("rsa-sha256", 1), ("rsa-sha384", 1), ("rsa-sha512", 1), ("rsa-pss-sha256", 1), ("rsa-pss-sha384", 1), ("rsa-pss-sha512", 1),
    ("ecdsa-p256", 0), ("ecdsa-p384", 2), ("ecdsa-p256-sha384", 0), ("ecdsa-p384-sha256", 2), ("prefix-list", 1),
    ("inclusive10", 1), ("inclusive11", 1), ("no-canonicalization", 1), ("awkward", 1), ("awkward-inclusive", 1), ("both", 1),
]


def kind(resource: dict[str, Any]) -> Any:
    return "Group" if GROUP in resource.get("schemas", []) else "User"


def matches(resource: dict[str, Any], text: str) -> bool | str:
    try:
        return Filter(text).check(kind(resource)).matches(resource)
    except ScimError as error:
        return f"error:{error.scim_type}"


def test_d24_every_filter_vector_gives_its_answer() -> None:
    assert len(FILTERS["vectors"]) == 299
    got = {vector["id"]: matches(FILTERS["resources"][vector["resource"]], vector["filter"]) for vector in FILTERS["vectors"]}
    assert got == {vector["id"]: vector["expect"] for vector in FILTERS["vectors"]}


def test_d24_every_invalid_filter_is_refused() -> None:
    got = {vector["id"]: matches({"userName": "ann"}, vector["filter"]) for vector in FILTERS["invalid"]}
    assert got == {vector["id"]: f"error:{vector['expect']}" for vector in FILTERS["invalid"]}


@pytest.mark.parametrize("vector", PATCHES, ids=lambda vector: vector["id"])
def test_d24_every_patch_vector_gives_its_answer(vector: dict[str, Any]) -> None:
    before, body = vector["before"], {"Operations": vector["patch"]}
    if kinds := vector.get("error"):
        with pytest.raises(ScimError) as refused:
            Patch.in_any_dialect(body, resource=before, kind=kind(before))
        assert refused.value.scim_type in kinds
        return
    applied = Patch.in_any_dialect(body, resource=before, kind=kind(before))
    assert applied.resource == vector["after"]
    assert vector["level"] == "VENDOR" or applied.tolerated == []


def certificates() -> list[Certificate]:
    return [Certificate.from_pem(pem(f"{name}.cert")) for name in ("p256", "rsa2048", "p384", "ed25519")]


def verdict(document: str, id: str, **tolerated: bool) -> int | str:
    try:
        return verify_xml(document.encode(), certificates=certificates(), id=id, **tolerated).key_index
    except InvalidInput as refused:
        return refused.code


def signed(name: str) -> str:
    return (VECTORS / f"dsig/{name}.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "key"), SIGNED)
def test_documents_signed_by_xmlsec1_are_covered(name: str, key: int) -> None:
    document = signed(name)
    assert verdict(document, "_a1") == key
    assert verdict(document.replace(">ann@", ">bob@", 1), "_a1") == "dsig.digest_mismatch"


def test_what_is_weak_not_signed_or_signed_by_somebody_else_is_refused() -> None:
    assert (verdict(signed("both"), "_r1"), verdict(signed("response"), "_r1")) == (1, 1)
    assert verdict(signed("response"), "_a1") == "dsig.not_signed"
    assert verdict(signed("rsa-sha1"), "_a1") == "dsig.weak_algorithm"
    assert verdict(signed("rsa-sha1"), "_a1", legacy_sha1=True) == 1
    assert verdict(signed("another-key"), "_a1") == "dsig.signature_mismatch"
    assert verdict(signed("with-comments"), "_a1") == "dsig.with_comments"
    assert verdict(signed("with-comments"), "_a1", comments=True) == 1


def published(name: str) -> bytes:
    return (VECTORS / "published" / name).read_bytes()


@pytest.mark.parametrize("method", ["inclusive10", "inclusive11"])
@pytest.mark.parametrize("section", ["31", "32", "33", "34"])
def test_the_examples_of_canonical_xml_come_out_as_the_recommendation_has_them(
    section: str, method: Literal["inclusive10", "inclusive11"]
) -> None:
    source = published(f"c14n/{section}-input.xml")
    assert canonicalize_xml(source, method=method) == published(f"c14n/{section}-canonical.xml")
    if section == "31":
        assert canonicalize_xml(source, method=method, comments=True) == published("c14n/31-canonical-with-comments.xml")


@pytest.mark.parametrize("number", range(4))
def test_the_exclusive_examples_come_out_as_published(number: int) -> None:
    prefixes = ["bar", "#default"] if number % 2 else []
    found = canonicalize_xml(published("exc-c14n/exc-signature.xml"), prefixes=prefixes, comments=number >= 2, element="Object")
    assert found == published(f"exc-c14n/canonical-{number}.txt")


INHERITED = [
    ("xmlbase-prop-input", "xmlbase-prop-2", "e1"), ("xmlbase-prop-input", "xmlbase-prop-3", "e11"),
    ("xmlbase-prop-input", "xmlbase-prop-4", "e111"), ("xmlbase-prop-input", "xmlbase-prop-5", "e21"),
    ("xmlbase-prop-input", "xmlbase-prop-6", "e3"), ("xmlid-input", "xmlid-1", "e1"), ("xmllang-input", "xmllang-1", "e1"),
    ("xmllang-input", "xmllang-2", "e2"), ("xmllang-input", "xmllang-3", "e11"), ("xmlspace-input", "xmlspace-1", "e1"),
    ("xmlspace-input", "xmlspace-2", "e2"), ("xmlspace-input", "xmlspace-3", "e11"),
]


@pytest.mark.parametrize(("source", "output", "apex"), INHERITED)
def test_what_subtrees_inherit_in_canonical_xml_1_1_is_as_published(source: str, output: str, apex: str) -> None:
    found = canonicalize_xml(published(f"c14n11/{source}.xml"), method="inclusive11", element=apex)
    assert found == published(f"c14n11/{output}.output")


def test_what_cannot_be_canonicalized_is_refused() -> None:
    with pytest.raises(InvalidInput) as malformed:
        canonicalize_xml(b"<a>")
    assert malformed.value.code.startswith("xml.")
    with pytest.raises(ValueError, match="no element"):
        canonicalize_xml(b"<a/>", element="b")


IDPS = [
    ("shapes/adfs", "http://adfs.example.com/adfs/services/trust", "https://adfs.example.com/adfs/ls/", 1, 1),
    ("shapes/google", "https://accounts.google.com/o/saml2?idpid=C01abcdef", "https://accounts.google.com/o/saml2/idp?idpid=C01abcdef", 1, 0),
    ("shapes/keycloak", "https://login.example.com/realms/work", "https://login.example.com/realms/work/protocol/saml", 1, 0),
    ("shapes/shibboleth", "https://idp.example.org/idp/shibboleth", "https://idp.example.org/idp/profile/SAML2/POST/SSO", 2, 2),
    ("pysaml2-idp", IDP, IDP, 1, 0),
]


def file(name: str) -> bytes:
    certificate = base64.b64encode(Certificate.from_pem(pem("rsa2048.cert")).to_der()).decode()
    text = (VECTORS / f"metadata/{name}.xml").read_text(encoding="utf-8")
    return text.replace("CERTIFICATE", certificate).replace("BROKEN", base64.b64encode(b"no certificate").decode()).encode()


@pytest.mark.parametrize(("name", "entity_id", "sso_url", "signing", "encryption"), IDPS)
def test_identity_providers_are_read_in_the_shape_that_each_product_gives_its_file(
    name: str, entity_id: str, sso_url: str, signing: int, encryption: int
) -> None:
    read = Metadata(file(name)).identity_provider(now=NOW)
    assert (read.entity_id, read.sso_url(binding="post")) == (entity_id, sso_url)
    assert (len(read.signing_certificates), len(read.encryption_certificates)) == (signing, encryption)
    assert Certificate.from_pem(pem("rsa2048.cert")) in read.trust().certificates


@pytest.mark.parametrize("name", ["python3-saml-sp", "pysaml2-sp"])
def test_service_providers_of_other_stacks_are_read(name: str) -> None:
    read = Metadata(file(name)).service_provider(now=NOW)
    assert read.entity_id == HEAP and read.acs_urls == ["https://heapanalytics.com/saml/finalize/12345/"]
    assert read.authn_requests_signed and read.want_assertions_signed


@pytest.mark.attacks
def test_every_attack_of_the_corpus_is_refused() -> None:
    """The corpus is made from a login of ours by the core's example `attacks`, which `cargo xtask test python` builds."""
    now = datetime.now(timezone.utc)
    key = SigningKey.from_pem(key_pem=pem("rsa2048.key"), certificate_pem=pem("rsa2048.cert"))
    idp = IdentityProvider(entity_id=IDP, key=key, sign_scope="both")
    genuine = idp.respond(subject="alice@example.com", audience=HEAP, acs_url=ACS, now=now).form_fields()["SAMLResponse"]
    keys = [f"{KEYS}/rsa2048{of}.{part}.pem" for of in ("", "-other") for part in ("key", "cert")]
    command = [str(EXAMPLE), "--victim", "admin@example.com", "--idp", *keys[:2], "--attacker", *keys[2:]]
    made = subprocess.run(command, input=genuine, capture_output=True, text=True, check=True).stdout.splitlines()
    heap = ServiceProvider(entity_id=HEAP, acs_url=ACS, trusted=[Trust(entity_id=IDP, certificates=[key.certificate])])
    expected, aimed = Expected.unsolicited(), 0
    for attack in map(json.loads, made):
        if attack["saml_response"] is None:
            continue
        replay = ReplayCache(capacity=2)
        if attack["after_genuine"]:
            heap.verify(saml_response=genuine, expected=expected, now=now, replay=replay)
        aimed += 1
        try:
            login = heap.verify(saml_response=attack["saml_response"], expected=expected, now=now, replay=replay)
        except Rejection as refused:
            assert refused.report.failed == refused.failed, attack["id"]
        else:
            assert not attack["must_refuse"] and login.subject == "alice@example.com", attack["id"]
    assert aimed > 50
