"""`sso`: metadata, a login, and whether one is verified."""

import json
import sys
from datetime import datetime, timedelta, timezone
from enum import Enum
from html import escape
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs

import typer

from .._core import (
    Certificate,
    Endpoint,
    Expected,
    IdentityProvider,
    IdentityProviderMetadata,
    Policy,
    ReplayCache,
    ServiceProvider,
    ServiceProviderMetadata,
    SigningKey,
    Tenant,
    Trust,
)
from ..errors import Rejection
from . import common
from .common import Unusable, out

app = typer.Typer(help="Single sign-on: metadata, a login, and whether one is verified.", no_args_is_help=True)

HEAP = "https://heapanalytics.com"
IDP = "https://sso.jumpcloud.com/saml2/heap"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

HeapId = Annotated[str, typer.Option("--heap-id", metavar="ID", help="The tenant's Heap ID.")]
IdpEntityId = Annotated[str, typer.Option("--idp-entity-id", metavar="URL", help="The identity provider's entity id.")]
CertificateFile = Annotated[Path, typer.Option("--certificate", metavar="FILE", help="The identity provider's certificate.pem.")]


def _acs_url(heap_id: str) -> str:
    return Tenant(name="demo", heap_id=heap_id).acs_url


class Side(str, Enum):
    """Whose metadata it is."""

    identity_provider = "identity-provider"
    heap = "heap"


@app.command()
def metadata(
    side: Annotated[Side, typer.Argument(help="Whose metadata: what the other side is configured with.")],
    certificate: Annotated[
        list[Path] | None,
        typer.Option("--certificate", metavar="FILE", help="The identity provider's certificate.pem; twice while a key is rolled over."),
    ] = None,
    idp_entity_id: IdpEntityId = IDP,
    sso_url: Annotated[str | None, typer.Option("--sso-url", metavar="URL", help="Where AuthnRequests go; the entity id otherwise.")] = None,
    heap_id: Annotated[str | None, typer.Option("--heap-id", metavar="ID", help="The tenant's Heap ID; for Heap's metadata.")] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Sign it with this private key of the first certificate, as PEM.")
    ] = None,
    valid_days: Annotated[int | None, typer.Option("--valid-days", min=1, max=3650, help="How long it may be used.")] = None,
    json_: common.Json = False,
) -> None:
    """Prints the SAML metadata of the identity provider (from its certificate) or of Heap (from the Heap ID).

    Exit status: 0 it is printed; 2 bad usage or a bad file.
    """
    with common.told(json_):
        pems = [common.read_text(file) for file in certificate or []]
        until = datetime.now(timezone.utc) + timedelta(days=valid_days) if valid_days else None
        made = _metadata_of(side, pems, idp_entity_id, sso_url or idp_entity_id, heap_id, until)
        if key is None:
            text = made.to_xml()
        elif not pems:
            raise Unusable("--key needs the --certificate of that key")
        else:
            text = made.to_signed_xml(key=SigningKey.from_pem(key_pem=common.read_text(key), certificate_pem=pems[0]))
    if json_:
        common.show_json({"side": side.value, "entity_id": made.entity_id, "is_signed": key is not None, "metadata": text})
    else:
        print(text)


def _metadata_of(
    side: Side, pems: list[str], idp_entity_id: str, sso_url: str, heap_id: str | None, until: datetime | None
) -> IdentityProviderMetadata | ServiceProviderMetadata:
    if side is Side.heap:
        if heap_id is None:
            raise Unusable("the metadata of Heap needs --heap-id: it is in Heap's account settings")
        return ServiceProviderMetadata(entity_id=HEAP, acs_url=_acs_url(heap_id), name_id_formats=[EMAIL], valid_until=until)
    if not pems:
        raise Unusable("the metadata of the identity provider needs --certificate")
    return IdentityProviderMetadata(
        entity_id=idp_entity_id,
        single_sign_on=[Endpoint(binding=binding, location=sso_url) for binding in ("redirect", "post")],
        signing_certificates=[Certificate.from_pem(pem) for pem in pems],
        name_id_formats=[EMAIL],
        valid_until=until,
    )


@app.command()
def login(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Who is logged in: the NameID.")],
    heap_id: HeapId,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="The identity provider's private key, as PEM.")],
    certificate: CertificateFile,
    idp_entity_id: IdpEntityId = IDP,
    post_to: Annotated[str | None, typer.Option("--post-to", metavar="URL", help="Where the page posts to, such as `serve` on this machine; Heap otherwise.")] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page whose button logs in.")] = None,
    json_: common.Json = False,
) -> None:
    """Signs a login from the portal, as an identity provider does: the form's SAMLResponse, or a page with --html.

    Whoever has it can log in as this person for some minutes. Exit status: 0 it is signed; 2 bad usage or a bad file.
    """
    with common.told(json_):
        signing = SigningKey.from_pem(key_pem=common.read_text(key), certificate_pem=common.read_text(certificate))
        acs_url = _acs_url(heap_id)
        idp = IdentityProvider(entity_id=idp_entity_id, key=signing, sso_url=idp_entity_id, service_providers={HEAP: [acs_url]})
        response = idp.respond(subject=email, audience=HEAP, acs_url=acs_url, now=datetime.now(timezone.utc))
        fields = response.form_fields()
        if html is not None:
            html.write_text(_page(fields, post_to or acs_url), encoding="utf-8")
    if json_:
        common.show_json({"acs_url": acs_url, "fields": fields})
    elif html is None:
        print(fields["SAMLResponse"])


def _page(fields: dict[str, str], to: str) -> str:
    inputs = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items())
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Log in to Heap</title></head><body>'
        f'<form method="post" action="{escape(to)}">{inputs}<button autofocus>Log in to Heap</button></form></body></html>'
    )


@app.command()
def verify(
    response: Annotated[Path, typer.Argument(metavar="FILE|-", help="The form's SAMLResponse in base64, or the whole form; `-` is standard input.")],
    heap_id: HeapId,
    certificate: CertificateFile,
    idp_entity_id: IdpEntityId = IDP,
    request_id: Annotated[str | None, typer.Option("--request-id", help="The ID of the request that it answers; from the portal otherwise.")] = None,
    at: Annotated[datetime | None, typer.Option("--at", help="When it came, in UTC; now otherwise.", formats=["%Y-%m-%dT%H:%M:%SZ"])] = None,
    json_: common.Json = False,
) -> None:
    """Says whether Heap would let somebody in with this login, and every check with how it ended.

    Nothing is stored: what it cannot say is whether the login was used before. Exit status: 0 verified; 3 refused; 2 bad usage.
    """
    with common.told(json_):
        text = sys.stdin.read() if str(response) == "-" else common.read_text(response)
        trust = Trust(entity_id=idp_entity_id, certificates=[Certificate.from_pem(common.read_text(certificate))])
        heap = ServiceProvider(entity_id=HEAP, acs_url=_acs_url(heap_id), trusted=[trust], policy=Policy.strict())
        expected = Expected.unsolicited()
        if request_id is not None:
            expected = Expected.answer_to(request_id=request_id, idp_entity_id=idp_entity_id)
        now = at.replace(tzinfo=timezone.utc) if at else datetime.now(timezone.utc)
        try:
            login = heap.verify(saml_response=_value(text), expected=expected, now=now, replay=ReplayCache(capacity=1))
        except Rejection as refused:
            _tell(False, refused.code, str(refused), refused.report.to_json(), str(refused.report), json_)
            raise typer.Exit(common.HELD_OR_FAILED) from None
    _tell(True, None, f"{login.subject} would be logged in", login.report.to_json(), str(login.report), json_)


def _value(text: str) -> str:
    """The field of a whole form, or what is the field itself."""
    text = text.strip()
    if "SAMLResponse=" not in text:
        return text
    values = parse_qs(text).get("SAMLResponse", [])
    if len(values) != 1:
        raise Unusable("expected a form with one field `SAMLResponse`")
    return values[0]


def _tell(is_verified: bool, code: str | None, said: str, report: str, table: str, is_json: bool) -> None:
    if is_json:
        common.show_json({"verified": is_verified, "code": code, "reason": None if is_verified else said, "report": json.loads(report)})
        return
    out.print(table, markup=False)
    out.print(said, markup=False, style="green" if is_verified else "red")
