"""The ASGI application."""

import secrets
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timezone
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import urlsplit

from .._core import Request, Response, Tenant, Variants
from ..errors import HeapIdentityError
from ..state import TenantStore
from .identity_provider import IDP_URL, DemonstrationIdentityProvider
from .pages import Login, Write, overview, refused

Scope = MutableMapping[str, Any]
Receiver = Callable[[], Awaitable[MutableMapping[str, Any]]]
Sender = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: What is read of a body, in bytes: the tenant refuses less than that (413).
BODY_BYTES_READ_MAX: Final = 64 << 20
#: How many writes and logins are remembered and shown.
REMEMBERED: Final = 200
#: How many people are logged in to the page at once.
SESSIONS_MAX: Final = 1000
COOKIE: Final = "heap-session"


def open_tenant(
    *, origin: str, bearer_token: str, store: TenantStore | None, heap_id: str, renames_in_place: bool, certificate: str, idp_url: str
) -> Tenant:
    """The tenant `demo` as an administrator leaves it: SSO configured, then SCIM enabled with this token (R14)."""
    variants = Variants(renaming="in_place" if renames_in_place else "second_account")
    lines = dict(store.lines()) if store else {}
    if lines:
        tenant = Tenant.restore(lines, origin=origin, variants=variants)
        tenant.disable_scim()
    else:
        seed = secrets.randbits(63)
        tenant = Tenant(name="demo", heap_id=heap_id, seed=seed, origin=origin, variants=variants)
    # Configured anew it would forget which logins were used.
    if not tenant.sso_configured or certificate:
        pem = certificate or DemonstrationIdentityProvider.certificate_pem()
        tenant.configure_sso(certificate_pem=pem, remote_login_url=idp_url or IDP_URL)
    tenant.enable_scim_with_token(default_role="Read-Only", bearer_token=bearer_token)
    if store:
        store.replace(tenant.export().items())
    return tenant


class TenantApp:
    """The application. `demonstration` is the identity provider that stands in for yours, where there is one."""

    def __init__(
        self,
        tenant: Tenant,
        *,
        origin: str,
        store: TenantStore | None = None,
        demonstration: DemonstrationIdentityProvider | None = None,
    ) -> None:
        self.tenant: Final = tenant
        self._origin: Final = origin
        self._store: Final = store
        self._demonstration: Final = demonstration
        self._acs: Final = urlsplit(tenant.acs_url).path
        self._scim: Final = urlsplit(tenant.base_url).path
        self._writes: deque[Write] = deque(maxlen=REMEMBERED)
        self._logins: deque[Login] = deque(maxlen=REMEMBERED)
        self._sessions: dict[str, str] = {}
        if store:
            self._writes.extend(Write(**entry) for entry in reversed(store.entries("write", REMEMBERED)))
            self._logins.extend(Login(**entry) for entry in reversed(store.entries("login", REMEMBERED)))

    @property
    def writes(self) -> tuple[Write, ...]:
        """The SCIM requests that were to change something, the latest last; no more than 200."""
        return tuple(self._writes)

    @property
    def logins(self) -> tuple[Login, ...]:
        """Who has logged in and who was refused, the latest last; no more than 200."""
        return tuple(self._logins)

    async def __call__(self, scope: Scope, receive: Receiver, send: Sender) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await _answer(send, self._answer(scope, await _body(receive)))

    def _answer(self, scope: Scope, body: bytes) -> Response:
        path, method = scope["path"], scope["method"]
        if path == self._scim or path.startswith(f"{self._scim}/"):
            return self._scim_answer(scope, body)
        if not self._is_local(scope):
            return _text(421, f"this is {self._origin}")
        if path == self._acs:
            return self._log_in(body) if method == "POST" else _text(405, "the assertion consumer service takes POST alone")
        if path == "/" and method in ("GET", "HEAD"):
            return _html(200, overview(self.tenant, self._writes, self._logins, self._who(scope), bool(self._demonstration)))
        if path == "/login" and method == "GET":
            return self._begin_login()
        if path == "/logout" and method == "POST":
            self._sessions.pop(_cookie(scope), None)
            return _redirect("/", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
        if self._demonstration and path == self._demonstration.PATH:
            return self._demonstrate(scope, body)
        return _text(404, "there is nothing here; the page is at /, SCIM at " + self._scim)

    def _scim_answer(self, scope: Scope, body: bytes) -> Response:
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        target = raw.decode("ascii", "replace") + (f"?{query.decode('ascii', 'replace')}" if query else "")
        try:
            request = Request(method=scope["method"], url=self._origin + target, headers=_headers(scope), body=body)
        except ValueError as error:
            return _text(400, f"the request cannot be read: {error}")
        response = self.tenant.handle(request=request, now=_now())
        if request.method != "GET":
            write = Write(_now().isoformat(timespec="seconds"), request.method, scope["path"].removeprefix(self._scim), response.status)
            self._remember("write", write, self._writes)
        return response

    def _log_in(self, body: bytes) -> Response:
        at = _now().isoformat(timespec="seconds")
        try:
            session = self.tenant.finish_login(form=body, now=_now())
        except HeapIdentityError as error:
            self._remember("login", Login(at, None, None, error.code), self._logins)
            return _html(403, refused(error.code, str(error)))
        self._remember("login", Login(at, session.user_name, session.role, None), self._logins)
        while len(self._sessions) >= SESSIONS_MAX:
            del self._sessions[next(iter(self._sessions))]
        key = secrets.token_urlsafe(24)
        self._sessions[key] = session.user_name
        page = session.page if session.page and session.page.startswith("/") and not session.page.startswith("//") else "/"
        return _redirect(page, f"{COOKIE}={key}; Path=/; HttpOnly; SameSite=Lax")

    def _begin_login(self) -> Response:
        url = self.tenant.begin_login(now=_now(), page="/")
        if self._demonstration:
            url = f"{self._demonstration.PATH}?{urlsplit(url).query}"
        return _redirect(url)

    def _demonstrate(self, scope: Scope, body: bytes) -> Response:
        assert self._demonstration is not None
        query = scope.get("query_string", b"").decode("ascii", "replace")
        try:
            page = self._demonstration.answer(self.tenant, scope["method"], query, body, self._acs, _now())
        except HeapIdentityError as error:
            return _html(400, refused(error.code, str(error)))
        return _html(200, page)

    def _remember(self, kind: str, entry: Any, shown: "deque[Any]") -> None:
        """Whatever the tenant has changed is stored before the answer goes out."""
        shown.append(entry)
        if self._store:
            self._store.change(self.tenant.take_changes().items(), kind, vars(entry))

    def _who(self, scope: Scope) -> str | None:
        return self._sessions.get(_cookie(scope))

    def _is_local(self, scope: Scope) -> bool:
        """A page of another site cannot read this one by giving it a name of its own (DNS rebinding)."""
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        return host.rsplit(":", 1)[0].lower() in ("127.0.0.1", "localhost", "[::1]")


def _headers(scope: Scope) -> list[tuple[str, str]]:
    decoded = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    return [(name, value) for name, value in decoded if value.isascii() and value.isprintable()]


def _cookie(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if found:
                return found.value
    return ""


def _text(status: int, text: str) -> Response:
    return Response(status=status, headers=[("Content-Type", "text/plain; charset=utf-8")], body=text.encode())


def _html(status: int, page: str) -> Response:
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    ]
    return Response(status=status, headers=headers, body=page.encode())


def _redirect(to: str, cookie: str | None = None) -> Response:
    headers = [("Location", to), ("Cache-Control", "no-store")]
    return Response(status=303, headers=headers + ([("Set-Cookie", cookie)] if cookie else []))


async def _body(receive: Receiver) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body") or len(body) > BODY_BYTES_READ_MAX:
            return bytes(body)


async def _answer(send: Sender, response: Response) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in response.headers]
    if response.status != 204 and not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


async def _live(receive: Receiver, send: Sender) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _now() -> datetime:
    return datetime.now(timezone.utc)
