"""The tenant's application, called in this process."""

import asyncio
from datetime import datetime, timezone
from urllib.parse import urlencode

from conftest import ACS, HEAP, IDP, pem
from heap_identity import IdentityProvider, SigningKey
from heap_identity.server import TenantApp, open_tenant


def test_a_program_sees_what_was_written_and_who_has_logged_in() -> None:
    origin, token = "http://127.0.0.1:8080", "chosen"
    tenant = open_tenant(
        origin=origin, bearer_token=token, store=None, heap_id="1234", renames_in_place=False, certificate=pem("rsa2048.cert"), idp_url=IDP
    )
    app = TenantApp(tenant, origin=origin)
    provider = IdentityProvider(
        entity_id=IDP, key=SigningKey.from_pem(key_pem=pem("rsa2048.key"), certificate_pem=pem("rsa2048.cert")), service_providers={HEAP: [ACS]}
    )
    user = b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann@example.com"}'
    headers = [(b"host", b"127.0.0.1:8080"), (b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/scim+json")]
    call(app, "POST", "/scim/v2/demo/Users", headers, user)
    for subject in ("ann@example.com", "nobody@example.com"):
        form = provider.respond(subject=subject, audience=HEAP, acs_url=ACS, now=datetime.now(timezone.utc)).form_fields()
        call(app, "POST", "/saml/finalize/1234/", headers[:1], urlencode(form).encode())
    assert [(write.method, write.path, write.status) for write in app.writes] == [("POST", "/Users", 201)]
    assert [login.user_name for login in app.logins] == ["ann@example.com", None] and app.logins[1].refused


def call(app: TenantApp, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_: object) -> None:
        pass

    asyncio.run(app({"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}, receive, send))
