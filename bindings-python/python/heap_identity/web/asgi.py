"""Login in front of FastAPI, Starlette, and every other application of ASGI 3."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .. import Response
from .http import FORM_BYTES_MAX, Incoming
from .session import LOGIN_KEY
from .sign_on import SingleSignOn

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class SsoMiddleware:
    """Lets in who is logged in: `app.add_middleware(SsoMiddleware, sso=sso)`, or around any application.

    The application finds the `Login` by `current_login`; it is `None` on a public path without one.
    """

    def __init__(self, app: App, sso: SingleSignOn) -> None:
        self._app, self._sso = app, sso

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        is_socket = scope["type"] == "websocket"
        method = "WEBSOCKET" if is_socket else scope["method"]
        body = await _body(receive) if self._sso.needs_body(method, scope["path"]) else b""
        if body is None:
            return await _answer(send, Response(status=413))
        answer = self._sso.handle(Incoming(
            method=method, path=scope["path"], query=scope["query_string"].decode("latin-1"), body=body, headers=_headers(scope),
        ))
        if not isinstance(answer, Response):
            return await self._app({**scope, LOGIN_KEY: answer}, receive, send)
        if is_socket:
            # Before it is accepted, a closed socket is answered 403 (ASGI, WebSocket).
            return await send({"type": "websocket.close", "code": 1008})
        return await _answer(send, answer, with_body=method != "HEAD")


def _headers(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        # HTTP/2 may split the cookies (RFC 9113, 8.2.3).
        headers[key] = f"{headers[key]}; {text}" if key == "cookie" and key in headers else text
    return headers


async def _body(receive: Receive) -> bytes | None:
    """The body, or nothing where it is larger than a form may be."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > FORM_BYTES_MAX:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, answer: Response, with_body: bool = True) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})
