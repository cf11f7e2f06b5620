"""Login in front of an application: requests in, responses out, no framework."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from .. import (
    Endpoint, Expected, HeapIdentityError, InvalidInput, Rejection, ReplayCache, Response, ServiceProvider, ServiceProviderMetadata,
    SingleLogout, VerifiedAssertion, VerifiedLogout,
)
from . import pages
from .http import Incoming, is_below, local_path
from .replay import UsedLogins
from .session import Login, Pending, Signer, read_login, read_pending, signed_login, signed_pending
from .single_logout import LOGOUT_LIFETIME, LogOut, NotAsked, carry, is_answer, is_message, refused

log = logging.getLogger("heap_identity.web")

# How long a person may take at the identity provider, with a second factor and a forgotten password.
PENDING_LIFETIME = timedelta(minutes=15)
# So many logins may be under way in one browser, one a tab: their cookies travel with every request.
PENDING_MAX = 5
# Added to an Assertion's end before its use is forgotten: more than any policy's clock skew.
REPLAY_MARGIN = timedelta(minutes=10)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NotLoggedIn(HeapIdentityError):
    """Nobody is logged in. The text says what a person can do, and names nobody."""

    def __init__(self, hint: str, *, code: str, status: int = 403) -> None:
        super().__init__(hint, code=code)
        self.hint = hint
        self.status = status


class SingleSignOn:
    """Puts the login of one identity provider in front of an application; everything that is not `public` needs one.

    `service_provider` is this application: its `acs_url` is the address at which it takes Responses, from which the origin is
    taken too, never from a request. `idp_entity_id` and `sso_url` are the identity provider that is asked. `secret` signs
    the cookies: 32 characters at least, the same in every process; with several, the first signs and all are accepted.
    `public` lists the paths that need no login; one with `*` at its end means all that begins so. `single_logout`
    is this application's end of single logout, whose `url` is an address here: logging out then ends the session at the identity
    provider too, which can end the one here. `ended` is told of such an end, for sessions that other browsers hold: it says whether all
    of them are over, so that `admit` refuses them. `metadata` is the
    document that the metadata address gives to everybody; the application's own unless given. `keep` are the attributes
    that are kept in the session, all unless given. `admit` is asked at each request whether the person may still come in, and
    must be quick. `used_logins` is needed where several processes serve: each refuses a replay by itself, and with a store
    that they share all refuse it.

    Raises `InvalidInput`: `web.insecure` for an `acs_url` without https away from loopback, `web.weak_secret`.
    """

    def __init__(
        self,
        *,
        service_provider: ServiceProvider,
        idp_entity_id: str,
        sso_url: str,
        secret: str | Sequence[str],
        public: Sequence[str] = (),
        login_path: str = "/saml/login",
        logout_path: str = "/saml/logout",
        metadata_path: str = "/saml/metadata",
        session_lifetime: timedelta = timedelta(hours=8),
        metadata: str | None = None,
        keep: Sequence[str] | None = None,
        admit: Callable[[Login], bool] | None = None,
        used_logins: UsedLogins | None = None,
        single_logout: SingleLogout | None = None,
        ended: Callable[[VerifiedLogout], bool] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        acs = urlsplit(service_provider.acs_url)
        if acs.scheme != "https" and acs.hostname not in _LOOPBACK:
            raise InvalidInput(
                f"expected an acs_url with https, found {service_provider.acs_url}; without it anybody on the way reads the session",
                code="web.insecure",
            )
        self.service_provider = service_provider
        self._metadata_xml = metadata if metadata is not None else own_metadata(service_provider, single_logout)
        self.login_path, self.logout_path, self.metadata_path = login_path, logout_path, metadata_path
        self.acs_path = acs.path or "/"
        self._idp_entity_id, self._sso_url = idp_entity_id, sso_url
        self._public, self._keep, self._lifetime = tuple(public), keep, session_lifetime
        self._admit, self._used, self._clock = admit, used_logins, clock
        self._signer = Signer(secret, audience=service_provider.acs_url)
        self._replay = ReplayCache(capacity=100_000)
        self._log_out = LogOut(single_logout, idp_entity_id, self._signer, ended) if single_logout else None
        self.slo_path = urlsplit(single_logout.url).path if single_logout else None
        # Browsers hold the prefix to https (RFC 6265bis 4.1.3.2), which loopback has not.
        self._prefix = "__Host-heap_identity" if acs.scheme == "https" else "heap_identity"

    def needs_body(self, method: str, path: str) -> bool:
        """Whether `handle` reads the body of such a request; `FORM_BYTES_MAX` bounds it."""
        return method == "POST" and path in (self.acs_path, self.slo_path)

    def handle(self, request: Incoming) -> Response | Login | None:
        """The answer to a request; or who is logged in, or nobody, where the application answers."""
        own: dict[str | None, Callable[[Incoming], Response]] = {
            self.slo_path: self._carry_out, self.login_path: self._begin, self.acs_path: self._finish, self.logout_path: self._end, self.metadata_path: self._metadata,
        }
        try:
            answer = own.get(request.path)
            return answer(request) if answer else self._pass(request)
        except NotLoggedIn as refused:
            return self._told(refused)

    def _told(self, refused: NotLoggedIn, cookies: list[tuple[str, str]] | None = None) -> Response:
        log.warning("login refused: %s", refused.code)
        return pages.refusal(refused.status, refused.code, refused.hint, self.login_path, cookies)

    def _pass(self, request: Incoming) -> Response | Login | None:
        login = self.login_of(request)
        if login is not None and self._admit is not None and not self._admit(login):
            if is_below(request.path, self._public):
                return None
            raise _not_admitted()
        if login is not None or is_below(request.path, self._public):
            return login
        if request.is_navigation:
            return self._ask(request, local_path(request.target))
        return Response(
            status=401, headers=[("content-type", "text/plain; charset=utf-8"), *pages.NEVER_KEPT],
            body=b"web.login_needed: load a page of this site in a browser to log in\n",
        )

    def login_of(self, request: Incoming) -> Login | None:
        """Who is logged in by the request's cookie."""
        return read_login(self._signer, request.cookies.get(self._prefix), self._clock())

    # The addresses.

    def _begin(self, request: Incoming) -> Response:
        if request.method not in ("GET", "HEAD"):
            return _redirect(self.login_path)
        return self._ask(request, local_path(request.parameters.get("next")))

    def _ask(self, request: Incoming, target: str) -> Response:
        """Sends the browser to the identity provider. Where it shall lead stays in the browser's signed cookie: no RelayState
        travels that somebody else could set (A58)."""
        now = self._clock()
        asked = self.service_provider.authn_request(sso_url=self._sso_url, now=now)
        path = urlsplit(target).path
        own = (self.login_path, self.acs_path, self.logout_path, self.slo_path)
        pending = Pending(asked.id, self._idp_entity_id, "/" if path in own else target, now + PENDING_LIFETIME)
        # The answer is posted by a page of another site: browsers send no other cookie than one of SameSite=None along.
        cookie = self._cookie(self._pending_name(asked.id), signed_pending(self._signer, pending), PENDING_LIFETIME, "None")
        return _redirect(asked.redirect_url(), cookies=[cookie, *self._too_many(request)])

    def _finish(self, request: Incoming) -> Response:
        if request.method != "POST":
            raise NotLoggedIn("this address takes what the identity provider posts; begin the login anew", code="web.method", status=405)
        sent = request.form
        saml_response = sent.get("SAMLResponse")
        if not saml_response:
            raise NotLoggedIn("the form has no field SAMLResponse, or two; begin the login anew", code="web.form", status=400)
        now = self._clock()
        claimed = ServiceProvider.claimed_request(saml_response=saml_response)
        done = []
        if claimed is None:
            expected, target = Expected.unsolicited(), local_path(sent.get("RelayState"))
        else:
            pending = self._awaited(request, claimed, now)
            expected = Expected.answer_to(request_id=pending.request_id, idp_entity_id=pending.idp_entity_id)
            target = local_path(pending.target)
            done = [self._forgotten(self._pending_name(claimed))]
        try:
            verified = self._verified(saml_response, expected, now)
            value = signed_login(self._signer, verified, self._keep, self._lifetime, now)
        except Rejection as rejection:
            raise NotLoggedIn(_hint(rejection), code=rejection.code) from rejection
        except InvalidInput as error:
            return self._told(NotLoggedIn(str(error), code=error.code, status=500), done)
        login = read_login(self._signer, value, now)
        if login is None or (self._admit is not None and not self._admit(login)):
            return self._told(_not_admitted(), done)
        # Lax: the browser comes from another site, and shall be known on the page that it is sent to.
        return _redirect(target, cookies=[self._cookie(self._prefix, value, login.expires - now, "Lax"), *done])

    def _awaited(self, request: Incoming, claimed: str, now: datetime) -> Pending:
        """The request of this browser that an answer claims to be for: nobody is logged in with somebody else's answer."""
        pending = read_pending(self._signer, request.cookies.get(self._pending_name(claimed)))
        if pending is None or pending.request_id != claimed:
            raise NotLoggedIn(
                "this browser has not asked for this login, or its cookie is gone (cookies blocked, login answered already); "
                "begin it anew", code="saml.pending_unknown",
            )
        if pending.expires <= now:
            raise NotLoggedIn("the login took too long; begin it anew", code="saml.pending_expired")
        return pending

    def _verified(self, saml_response: str, expected: Expected, now: datetime) -> VerifiedAssertion:
        verified = self.service_provider.verify(saml_response=saml_response, expected=expected, now=now, replay=self._replay)
        until = verified.not_on_or_after + REPLAY_MARGIN
        if self._used and not self._used.is_first_use(issuer=verified.issuer, assertion_id=verified.id, until=until, now=now):
            raise NotLoggedIn("this login was used already; begin it anew", code="saml.replay")
        return verified

    def _end(self, request: Incoming) -> Response:
        if request.is_from_elsewhere:
            return pages.confirm_logout(self.logout_path)
        login, forgotten = self.login_of(request), self._forgotten(self._prefix)
        if self._log_out is None or login is None:
            return pages.logged_out(self.login_path, [forgotten])
        try:
            message, waiting = self._log_out.asked(login, self._clock())
        except InvalidInput as error:
            log.warning("logged out here alone: %s", error.code)
            return pages.logged_out(self.login_path, [forgotten])
        # The answer may be posted by the identity provider's page.
        cookie = self._cookie(self._logout_name, waiting, LOGOUT_LIFETIME, "None")
        return carry(message, [forgotten, cookie])

    def _carry_out(self, request: Incoming) -> Response:
        """A message of the identity provider: the answer to ours, or that sessions have to end."""
        now = self._clock()
        assert self._log_out is not None
        if not is_message(request):
            raise NotLoggedIn("this address takes messages of single logout", code="web.form", status=400)
        try:
            if is_answer(request):
                everywhere = self._log_out.is_answered(request, request.cookies.get(self._logout_name), now)
                return pages.logged_out(self.login_path, [self._forgotten(self._logout_name)], everywhere=everywhere)
            ended = self._log_out.told(request, self.login_of(request), now)
            return carry(ended.answer, [self._forgotten(self._prefix)] if ended.is_ours else [])
        except NotAsked:
            return pages.logout_refused("saml.pending_unknown", "this browser has not asked for it, or long ago")
        except HeapIdentityError as error:
            log.warning("logout refused: %s", error.code)
            return refused(error)

    def _metadata(self, _request: Incoming) -> Response:
        headers = [("content-type", "application/samlmetadata+xml"), *pages.NEVER_KEPT]
        return Response(status=200, headers=headers, body=self._metadata_xml.encode())

    # Cookies.

    def _cookie(self, name: str, value: str, lifetime: timedelta, same_site: str) -> tuple[str, str]:
        seconds = max(int(lifetime.total_seconds()), 0)
        return ("set-cookie", f"{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite={same_site}")

    def _forgotten(self, name: str) -> tuple[str, str]:
        return self._cookie(name, "", timedelta(0), "None")

    @property
    def _logout_name(self) -> str:
        return f"{self._prefix}_logout"

    def _pending_name(self, request_id: str) -> str:
        return f"{self._prefix}.{request_id}"

    def _too_many(self, request: Incoming) -> list[tuple[str, str]]:
        """Forgets the oldest logins that were begun in this browser and never ended."""
        begun = {name: read_pending(self._signer, value) for name, value in request.cookies.items() if name.startswith(self._prefix + ".")}
        oldest = datetime.min.replace(tzinfo=timezone.utc)
        ordered = sorted(begun, key=lambda name: pending.expires if (pending := begun[name]) else oldest)
        return [self._forgotten(name) for name in ordered[: max(len(ordered) - PENDING_MAX + 1, 0)]]


def own_metadata(service_provider: ServiceProvider, single_logout: SingleLogout | None) -> str:
    """What the application says of itself: with its end of single logout, whose key is the one that signs its requests."""
    own = service_provider.metadata()
    if single_logout is None:
        return own.to_xml()
    return ServiceProviderMetadata(
        entity_id=own.entity_id, acs_url=own.acs_url(), signing_certificates=own.signing_certificates,
        encryption_certificates=own.encryption_certificates, name_id_formats=own.name_id_formats,
        authn_requests_signed=own.authn_requests_signed, want_assertions_signed=own.want_assertions_signed,
        single_logout=[Endpoint(binding=binding, location=single_logout.url) for binding in ("redirect", "post")],
    ).to_xml()


def _redirect(location: str, cookies: Sequence[tuple[str, str]] = ()) -> Response:
    return Response(status=303, headers=[("location", location), *pages.NEVER_KEPT, *cookies])


def _not_admitted() -> NotLoggedIn:
    return NotLoggedIn("your account may not use this application (any more); ask whoever looks after it", code="web.not_admitted")


def _hint(rejection: Rejection) -> str:
    """What the report says that a person can do, which names nobody."""
    failed = next((outcome for outcome in rejection.report.outcomes if outcome.check == rejection.failed), None)
    return (failed.hint if failed else None) or f"the login does not hold: {rejection.failed.title}"
