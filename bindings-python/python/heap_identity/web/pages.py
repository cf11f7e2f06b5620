"""The pages that a person sees when a login does not lead where it should: a code and what to do, and nothing personal."""

from __future__ import annotations

import base64
import hashlib

from .. import Response
from .._markup import Html, element, join, text

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:15vh auto 0;max-width:34rem;padding:0 1.2rem;font:1rem/1.5 system-ui,sans-serif}"
    "h1{font-size:1.4rem}code{overflow-wrap:anywhere}a,button{font:inherit}button{padding:.4rem 1rem}"
)
_POLICY = "; ".join([
    "default-src 'none'",
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
])
NEVER_KEPT = [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff")]


def page(status: int, title: str, *parts: Html, cookies: list[tuple[str, str]] | None = None) -> Response:
    """A page of ours."""
    body = join([
        Html('<!doctype html><html lang="en"><head><meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title), element("style", Html(_STYLE)), Html("</head><body>"),
        element("main", element("h1", title), *parts), Html("</body></html>"),
    ])
    headers = [("content-type", "text/html; charset=utf-8"), ("content-security-policy", _POLICY), *NEVER_KEPT, *(cookies or [])]
    return Response(status=status, headers=headers, body=body.encode())


def refusal(status: int, code: str, hint: str, retry: str, cookies: list[tuple[str, str]] | None = None) -> Response:
    """Nobody is logged in: why, by its code, and what to do."""
    return page(
        status, "You are not logged in",
        element("p", text(hint[:1].upper() + hint[1:]), "" if hint.endswith(".") else "."),
        element("p", "Whoever looks after logins needs this code: ", element("code", code, id="code")),
        element("p", element("a", "Log in again", href=retry)),
        cookies=cookies,
    )


def logged_out(login: str, cookies: list[tuple[str, str]], *, everywhere: bool = False) -> Response:
    """The session here has ended; those elsewhere may not have."""
    elsewhere = "You may still be logged in at your identity provider: log out there too on a computer that others use."
    return page(
        200, "You are logged out",
        element("p", "Here, at your identity provider, and where it has logged you in." if everywhere else elsewhere),
        element("p", element("a", "Log in again", href=login)), cookies=cookies,
    )


def logout_refused(code: str, hint: str) -> Response:
    """A message of single logout is not acted upon: why, by its code."""
    return page(
        400, "Nobody was logged out", element("p", f"A message of your identity provider is not acted upon: {hint}."),
        element("p", "Whoever looks after logins needs this code: ", element("code", code, id="code")),
    )


def confirm_logout(logout: str) -> Response:
    """Another site has led here: a person says whether that is meant."""
    form = element("form", element("button", "Log out", type="submit"), method="post", action=logout)
    return page(200, "Log out?", form)
