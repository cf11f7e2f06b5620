"""Login in front of Flask, Django, and every other application of WSGI (PEP 3333)."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .. import Response
from .http import FORM_BYTES_MAX, Incoming
from .session import LOGIN_KEY
from .sign_on import SingleSignOn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SsoWsgiMiddleware:
    """Lets in who is logged in: `app.wsgi_app = SsoWsgiMiddleware(app.wsgi_app, sso)`.

    The application finds the `Login` by `current_login`, and its subject as `REMOTE_USER`, which Django's
    `RemoteUserMiddleware` takes.
    """

    def __init__(self, app: WSGIApplication, sso: SingleSignOn) -> None:
        self._app, self._sso = app, sso

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], _path(environ)
        body = _body(environ) if self._sso.needs_body(method, path) else b""
        if body is None:
            return _answer(start_response, Response(status=413), with_body=True)
        answer = self._sso.handle(Incoming(
            method=method, path=path, query=environ.get("QUERY_STRING", ""), body=body, headers=_headers(environ),
        ))
        if isinstance(answer, Response):
            return _answer(start_response, answer, with_body=method != "HEAD")
        environ[LOGIN_KEY] = answer
        environ.pop("REMOTE_USER", None)
        if answer is not None:
            environ["REMOTE_USER"] = answer.subject
        return self._app(environ, start_response)


def _path(environ: WSGIEnvironment) -> str:
    """The whole path: its bytes come as Latin-1 (PEP 3333, Unicode Issues)."""
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return path.encode("latin-1").decode("utf-8", "replace")


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    return {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}


def _body(environ: WSGIEnvironment) -> bytes | None:
    """The body, or nothing where it is larger than a form may be."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > FORM_BYTES_MAX:
        return None
    body: bytes = environ["wsgi.input"].read(length)
    return body


def _answer(start_response: StartResponse, answer: Response, *, with_body: bool) -> list[bytes]:
    headers = [*answer.headers, ("content-length", str(len(answer.body)))]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return [answer.body] if with_body else []
