"""Single logout: what an application sends, and what it does with what comes (saml-profiles 4.4)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .. import (
    HeapIdentityError, LogoutMessage, LogoutRejection, ReplayCache, Response, SingleLogout, VerifiedLogout, content_security_policy,
)
from . import pages
from .http import Incoming
from .session import Login, Signer

# How long an identity provider may take to log a person out everywhere.
LOGOUT_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Ended:
    """A request of the identity provider, carried out: the answer to it, and whether this browser's session ends."""

    answer: LogoutMessage
    is_ours: bool


class LogOut:
    """The application's end, with one identity provider. Both bindings; a browser carries every message."""

    def __init__(
        self, single_logout: SingleLogout, idp_entity_id: str, signer: Signer, ended: Callable[[VerifiedLogout], bool] | None
    ) -> None:
        self._logout, self._idp, self._signer, self._ended = single_logout, idp_entity_id, signer, ended
        self._replay = ReplayCache(capacity=10_000)

    def asked(self, login: Login, now: datetime) -> tuple[LogoutMessage, str]:
        """The request to end somebody's sessions everywhere, and the cookie that remembers it.

        Raises `InvalidInput` where the identity provider takes none.
        """
        indexes = [login.session_index] if login.session_index else []
        message = self._logout.request(partner=self._idp, name_id=login.name_id, now=now, session_indexes=indexes)
        expires = int((now + LOGOUT_LIFETIME).timestamp())
        return message, self._signer.sign("logout", {"id": message.id, "expires": expires})

    def is_answered(self, request: Incoming, cookie: str | None, now: datetime) -> bool:
        """Whether the identity provider has ended all sessions, by its answer. Raises `LogoutRejection`, `NotAsked`."""
        waiting = self._signer.read("logout", cookie)
        if waiting is None or waiting["expires"] <= now.timestamp():
            raise NotAsked
        query, form = _carried(request, "SAMLResponse")
        outcome = self._logout.verify_response(
            request_id=waiting["id"], partner=self._idp, now=now, raw_query=query, form_value=form,
            relay_state=request.form.get("RelayState") if form else None,
        )
        return outcome.status == "complete"

    def told(self, request: Incoming, login: Login | None, now: datetime) -> Ended:
        """The identity provider ends a person's sessions. Raises `LogoutRejection`.

        A session that another browser holds as a cookie is not ours to end: only who keeps `ended` can say that it has.
        """
        query, form = _carried(request, "SAMLRequest")
        verified = self._logout.verify_request(
            now=now, replay=self._replay, raw_query=query, form_value=form, relay_state=request.form.get("RelayState") if form else None
        )
        # With a form from another site the browser sends no cookie of ours; it is the person's browser all the same.
        is_ours = login is None or (
            login.issuer == verified.issuer and verified.ends(name_id=login.name_id, session_index=login.session_index)
        )
        is_whole = login is not None and is_ours and verified.session_indexes == [login.session_index]
        if self._ended is not None:
            is_whole = self._ended(verified)
        answer = self._logout.answer(request=verified, now=now, status="complete" if is_whole else "partial")
        return Ended(answer, is_ours)


class NotAsked(Exception):
    """An answer to a request that this browser has not sent, or long ago."""


def is_message(request: Incoming) -> bool:
    """Whether a message of single logout came."""
    return bool({"SAMLRequest", "SAMLResponse"} & (request.form if request.method == "POST" else request.parameters).keys())


def is_answer(request: Incoming) -> bool:
    """Whether it is the answer to a request of ours."""
    return "SAMLResponse" in (request.form if request.method == "POST" else request.parameters)


def _carried(request: Incoming, name: str) -> tuple[str | None, str | None]:
    """The raw query, or the value of the form."""
    return (None, request.form.get(name, "")) if request.method == "POST" else (request.query, None)


def carry(message: LogoutMessage, cookies: list[tuple[str, str]]) -> Response:
    """What makes the browser carry a message."""
    if message.redirect_url is not None:
        return Response(status=303, headers=[("location", message.redirect_url), *pages.NEVER_KEPT, *cookies])
    nonce = secrets.token_urlsafe(16)
    headers = [
        ("content-type", "text/html; charset=utf-8"), ("content-security-policy", content_security_policy(nonce=nonce)),
        *pages.NEVER_KEPT, *cookies,
    ]
    return Response(status=200, headers=headers, body=(message.auto_post_page(nonce=nonce) or "").encode())


def refused(error: HeapIdentityError) -> Response:
    """A message that nobody acts upon: by its code, without what it says."""
    hint = "it does not hold" if isinstance(error, LogoutRejection) else str(error)
    return pages.logout_refused(error.code, hint)
