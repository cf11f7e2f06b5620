"""`sso metadata`: what each side of the login gives the other one to be configured with."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from conftest import ACS, HEAP, IDP, KEYS, pem
from heap_identity import Certificate, IdentityProviderMetadata, InvalidInput, Metadata, ServiceProviderMetadata
from serving import command

CERTIFICATE, KEY = str(KEYS / "rsa2048.cert.pem"), str(KEYS / "rsa2048.key.pem")
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


def test_r06_the_identity_providers_metadata_has_its_certificate_and_address() -> None:
    shown = command("sso", "metadata", "identity-provider", "--certificate", CERTIFICATE)
    assert (shown.returncode, shown.stderr) == (0, "")
    read = Metadata(shown.stdout.encode()).identity_provider(now=datetime.now(timezone.utc))
    assert isinstance(read, IdentityProviderMetadata)
    assert (read.entity_id, read.sso_url(), read.sso_url(binding="post"), read.name_id_formats) == (IDP, IDP, IDP, [EMAIL])
    assert read.signing_certificates == [Certificate.from_pem(Path(CERTIFICATE).read_text())]


def test_two_certificates_are_given_while_a_key_is_rolled_over() -> None:
    other = str(KEYS / "p256.cert.pem")
    words = ["--certificate", CERTIFICATE, "--certificate", other, "--idp-entity-id", "https://idp.example", "--sso-url", "https://idp.example/sso"]
    read = Metadata(command("sso", "metadata", "identity-provider", *words).stdout.encode()).identity_provider(now=datetime.now(timezone.utc))
    assert (read.entity_id, read.sso_url(), len(read.signing_certificates)) == ("https://idp.example", "https://idp.example/sso", 2)


def test_r04_heaps_metadata_has_the_address_with_the_heap_id() -> None:
    shown = command("sso", "metadata", "heap", "--heap-id", "1234", "--json")
    document = json.loads(shown.stdout)
    assert (shown.returncode, document["entity_id"], document["is_signed"]) == (0, HEAP, False)
    read = Metadata(document["metadata"].encode()).service_provider(now=datetime.now(timezone.utc))
    assert isinstance(read, ServiceProviderMetadata)
    assert (read.acs_url(), read.name_id_formats, read.want_assertions_signed) == (ACS, [EMAIL], True)


def test_metadata_is_signed_with_a_key_and_has_an_end() -> None:
    words = ["--certificate", CERTIFICATE, "--key", KEY, "--valid-days", "7"]
    text = command("sso", "metadata", "identity-provider", *words).stdout
    signer, other = Certificate.from_pem(pem("rsa2048.cert")), Certificate.from_pem(pem("p256.cert"))
    now = datetime.now(timezone.utc)
    read = Metadata(text.encode(), signed_by=[signer]).identity_provider(now=now)
    assert read.valid_until is not None and timedelta(days=6) < read.valid_until - now < timedelta(days=8)
    with pytest.raises(InvalidInput):
        Metadata(text.encode(), signed_by=[other]).identity_provider(now=now)
    assert "PRIVATE" not in text


BAD: list[tuple[list[str], str]] = [
    (["identity-provider"], "needs --certificate"),
    (["heap"], "needs --heap-id"),
    (["heap", "--heap-id", "1234", "--key", KEY], "needs the --certificate"),
    (["heap", "--heap-id", "12/34"], "expected 1 to 64 letters, digits"),
    (["identity-provider", "--certificate", "missing.pem"], "missing.pem: No such file"),
    (["identity-provider", "--certificate", KEY], "certificate"),
    (["nobody"], "nobody"),
]


@pytest.mark.parametrize(("words", "said"), BAD)
def test_bad_usage_ends_with_2(words: list[str], said: str) -> None:
    ended = command("sso", "metadata", *words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr and "Traceback" not in ended.stderr
