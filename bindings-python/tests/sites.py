"""Applications of the frameworks with login in front, and an identity provider, served on loopback."""

from __future__ import annotations

import http.client
import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

from conftest import pem
from heap_identity import IdentityProvider, ServiceProvider, SigningKey, Trust
from heap_identity._markup import element
from heap_identity.web import SingleSignOn, SsoMiddleware, SsoWsgiMiddleware, current_login

ADA = "ada@example.com"
SECRET = "not-a-secret-but-32-characters-long"
FRAMEWORKS = ["fastapi", "starlette", "flask", "django"]


def now() -> datetime:
    return datetime.now(timezone.utc)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(app: Any, port: int) -> Iterator[None]:
    """A WSGI application, on a thread."""
    with make_server("127.0.0.1", port, app, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@contextmanager
def served_asgi(app: Any, port: int) -> Iterator[None]:
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield
    server.should_exit = True
    thread.join()


@dataclass
class Idp:
    """An identity provider at `localhost`, which to a browser is another site than `127.0.0.1`."""

    port: int
    provider: IdentityProvider
    entity_id: str
    acs_url: str
    audience: str
    subject: str = ADA
    asks: bool = False
    """Whether a person has to press a button."""
    sent: list[dict[str, str]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def sso_url(self) -> str:
        return f"{self.origin}/sso"

    def respond(self, in_response_to: str | None = None, relay_state: str | None = None, **more: Any) -> dict[str, str]:
        """The form that a browser posts."""
        response = self.provider.respond(
            subject=self.subject, audience=self.audience, acs_url=self.acs_url, now=now(), in_response_to=in_response_to,
            attributes={"email": [self.subject]}, **more,
        )
        self.sent.append(response.form_fields(relay_state=relay_state))
        return self.sent[-1]

    def answer(self, location: str) -> dict[str, str]:
        """The form for a redirect that asks for a login."""
        return self.respond(self.provider.accept_redirect(raw_query=urlsplit(location).query, now=now()).id)

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        if environ["PATH_INFO"] == "/portal":
            state = parse_qs(query).get("RelayState", [""])[0]
            body = f'<a id="app" href="/launch?{urlencode({"RelayState": state})}">Heap</a>'
        elif environ["PATH_INFO"] == "/sso":
            body = _post_page(self.acs_url, self.answer("?" + query), self.asks)
        elif environ["PATH_INFO"] == "/launch":
            body = _post_page(self.acs_url, self.respond(relay_state=parse_qs(query).get("RelayState", [None])[0]), self.asks)
        else:
            start_response("404 Not Found", [("content-length", "0")])
            return [b""]
        start_response("200 OK", [("content-type", "text/html; charset=utf-8")])
        return [body.encode()]


def _post_page(action: str, fields: dict[str, str], asks: bool) -> str:
    inputs = [element("input", type="hidden", name=name, value=value) for name, value in fields.items()]
    form = element("form", *inputs, element("button", "I am Ada", type="submit"), method="post", action=action)
    return form if asks else f"{form}<script>document.forms[0].submit()</script>"


@dataclass
class Site:
    """An application with login in front."""

    origin: str
    sso: SingleSignOn
    idp: Idp


@contextmanager
def site(framework: str, **options: Any) -> Iterator[Site]:
    port, idp_port = free_port(), free_port()
    origin = f"http://127.0.0.1:{port}"
    entity_id, acs_url, idp_id = f"{origin}/saml/metadata", f"{origin}/saml/acs", f"http://localhost:{idp_port}/idp"
    key = SigningKey.from_pem(key_pem=pem("rsa2048.key"), certificate_pem=pem("rsa2048.cert"))
    sso_url = f"http://localhost:{idp_port}/sso"
    provider = IdentityProvider(entity_id=idp_id, key=key, sso_url=sso_url, service_providers={entity_id: [acs_url]})
    trust = Trust(entity_id=idp_id, certificates=[provider.certificate])
    sso = SingleSignOn(
        service_provider=ServiceProvider(entity_id=entity_id, acs_url=acs_url, trusted=[trust]), idp_entity_id=idp_id, sso_url=sso_url,
        secret=SECRET, public=["/health", "/static/*"], **options,
    )
    idp = Idp(idp_port, provider, idp_id, acs_url, entity_id)
    serve, app = APPLICATIONS[framework](sso)
    with served(idp, idp_port), serve(app, port):
        yield Site(origin, sso, idp)


def greeting(request: Any) -> str:
    login = current_login(request)
    return f'<h1 id="who">{login.subject if login else "nobody"}</h1><a id="out" href="/saml/logout">Log out</a>'


def _starlette(sso: SingleSignOn) -> tuple[Any, Any]:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    async def show(request: Request) -> HTMLResponse:
        return HTMLResponse(greeting(request))

    app = Starlette(routes=[Route("/{path:path}", show, methods=["GET", "POST"])])
    app.add_middleware(SsoMiddleware, sso=sso)
    return served_asgi, app


def _fastapi(sso: SingleSignOn) -> tuple[Any, Any]:
    import fastapi
    from fastapi.responses import HTMLResponse

    app = fastapi.FastAPI()
    app.add_middleware(SsoMiddleware, sso=sso)

    def show(request: fastapi.Request) -> HTMLResponse:
        return HTMLResponse(greeting(request))

    show.__annotations__["request"] = fastapi.Request
    app.add_api_route("/{path:path}", show, methods=["GET", "POST"], response_model=None)
    return served_asgi, app


def _flask(sso: SingleSignOn) -> tuple[Any, Any]:
    import flask

    app = flask.Flask(__name__, static_folder=None)

    def show(path: str = "") -> str:
        return greeting(flask.request)

    app.add_url_rule("/", view_func=show, methods=["GET", "POST"])
    app.add_url_rule("/<path:path>", view_func=show, methods=["GET", "POST"])
    app.wsgi_app = SsoWsgiMiddleware(app.wsgi_app, sso)  # type: ignore[method-assign]
    return served, app


def configure_django() -> None:
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY=secrets.token_hex(), MIDDLEWARE=[], USE_TZ=True,
        )
        django.setup()


def _django(sso: SingleSignOn) -> tuple[Any, Any]:
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import re_path

    def show(request: HttpRequest) -> HttpResponse:
        return HttpResponse(greeting(request))

    configure_django()
    globals()["urlpatterns"] = [re_path("", show)]
    return served, SsoWsgiMiddleware(get_wsgi_application(), sso)


APPLICATIONS: dict[str, Callable[[SingleSignOn], tuple[Any, Any]]] = {
    "starlette": _starlette, "fastapi": _fastapi, "flask": _flask, "django": _django,
}


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def set_cookies(self) -> list[str]:
        return [value for key, value in self.headers if key.lower() == "set-cookie"]


class Visitor:
    """A browser that shows what it gets and follows nothing."""

    def __init__(self, origin: str) -> None:
        self.host = urlsplit(origin).netloc
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, "", {"accept": "text/html", **headers})

    def post(self, path: str, form: dict[str, str] | str, **headers: str) -> Answer:
        body = form if isinstance(form, str) else urlencode(form)
        return self.ask("POST", path, body, {"content-type": "application/x-www-form-urlencoded", **headers})

    def ask(self, method: str, path: str, body: str, headers: dict[str, str]) -> Answer:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with closing(http.client.HTTPConnection(self.host, timeout=30)) as connection:
            connection.request(method, path, body or None, headers)
            got = connection.getresponse()
            answer = Answer(got.status, got.getheaders(), got.read().decode())
        for cookie in answer.set_cookies:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return answer
