"""The vectors that the core is held to give the same verdicts from Python."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import pem
from heap_identity import Certificate, InvalidInput, ScimError, verify_xml
from heap_identity.scim import Filter, Patch
from heap_identity.scim.schema import GROUP

VECTORS = Path(__file__).parents[2] / "core/tests/vectors"
FILTERS = json.loads((VECTORS / "scim/filters.json").read_text(encoding="utf-8"))
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
