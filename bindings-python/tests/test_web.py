"""Login in front of real applications, by requests over loopback."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import HEAP
from heap_identity import InvalidInput, Metadata, ServiceProvider
from heap_identity.web import Incoming, SingleSignOn, SqliteUsedLogins, SsoMiddleware, SsoWsgiMiddleware
from heap_identity.web.http import FORM_BYTES_MAX, is_below, local_path
from sites import ADA, FRAMEWORKS, SECRET, Answer, Site, Visitor, now, site

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:uvicorn", "ignore::DeprecationWarning:websockets")


@pytest.fixture(scope="module", params=FRAMEWORKS)
def each(request: pytest.FixtureRequest) -> Iterator[Site]:
    with site(request.param) as served:
        yield served


@pytest.fixture(scope="module")
def one() -> Iterator[Site]:
    with site("flask") as served:
        yield served


def code(answer: Answer) -> str | None:
    found = re.search('<code id="code">(.*?)</code>', answer.text)
    return found[1] if found else None


def logged_in(served: Site, path: str = "/") -> Visitor:
    visitor = Visitor(served.origin)
    form = served.idp.answer(visitor.get(path).header("location"))
    assert visitor.post("/saml/acs", form).status == 303
    return visitor


def test_r10_a_login_leads_to_the_page_that_was_asked_for(each: Site) -> None:
    visitor = Visitor(each.origin)
    asked = visitor.get("/reports/7?tab=2&q=%C3%A9")
    assert asked.status == 303 and asked.header("location").startswith(each.idp.sso_url + "?SAMLRequest=")
    assert "RelayState" not in asked.header("location")
    came = visitor.post("/saml/acs", each.idp.answer(asked.header("location")))
    assert (came.status, came.header("location")) == (303, "/reports/7?tab=2&q=%C3%A9")
    assert ADA in visitor.get("/reports/7?tab=2").text


def test_r09_a_login_from_the_portal_leads_to_its_page(each: Site) -> None:
    visitor = Visitor(each.origin)
    came = visitor.post("/saml/acs", each.idp.respond(relay_state="/reports/7"))
    assert (came.status, came.header("location")) == (303, "/reports/7")
    assert ADA in visitor.get("/").text


def test_everything_that_is_not_public_needs_a_login(each: Site) -> None:
    visitor = Visitor(each.origin)
    assert "nobody" in visitor.get("/health").text and "nobody" in visitor.get("/static/a/b.css").text
    for path in ["/", "/healthy", "/static", "/static/../admin", "/static/%2e%2e/admin", "/static//admin", "/Health", "/saml"]:
        assert visitor.get(path).status == 303, path
    script = visitor.get("/data", accept="application/json")
    assert (script.status, script.header("location")) == (401, "")
    assert visitor.get("/data", sec_fetch_mode="cors").status == 401
    assert visitor.post("/data", {"a": "b"}).status == 401
    assert "nobody" not in visitor.post("/data", {}).text


def test_a54_a_replay_is_refused(each: Site) -> None:
    form = each.idp.respond()
    assert Visitor(each.origin).post("/saml/acs", form).status == 303
    again = Visitor(each.origin)
    refused = again.post("/saml/acs", form)
    assert (refused.status, code(refused)) == (403, "saml.replay")
    assert again.cookies == {} and again.get("/").status == 303


def test_a_login_that_was_tampered_with_is_refused_and_uses_nothing_up(each: Site) -> None:
    visitor = Visitor(each.origin)
    form = each.idp.answer(visitor.get("/reports").header("location"))
    forged = base64.b64encode(base64.b64decode(form["SAMLResponse"]).replace(b"ada@", b"eve@")).decode()
    refused = visitor.post("/saml/acs", form | {"SAMLResponse": forged})
    assert (refused.status, code(refused)) == (403, "saml.signature_digest")
    assert "eve@" not in refused.text and "ada@" not in refused.text
    assert refused.header("cache-control") == "no-store" and "default-src 'none'" in refused.header("content-security-policy")
    assert visitor.get("/").status == 303
    assert visitor.post("/saml/acs", form).header("location") == "/reports", "the right answer still counts"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://attacker.example/", "//attacker.example/", "/\\attacker.example", "\\\\attacker.example", "/\t/attacker.example",
     "javascript:alert(1)", "http:attacker.example", " //attacker.example", "/a\r\nset-cookie: a=b", "", "/é", "/" + "a" * 3000],
)
def test_a58_nothing_leads_to_another_site(one: Site, elsewhere: str) -> None:
    visitor = Visitor(one.origin)
    assert visitor.post("/saml/acs", one.idp.respond(relay_state=elsewhere or None)).header("location") == "/"
    assert local_path(elsewhere) == "/"
    asked = one.sso.handle(Incoming("GET", "/saml/login", query="next=" + elsewhere.replace("&", "%26")))
    assert not isinstance(asked, (type(None),)) and "attacker" not in str(dict(getattr(asked, "headers", [])).get("location"))


def test_a58_a_path_that_browsers_take_for_a_host_leads_home(each: Site) -> None:
    visitor = Visitor(each.origin)
    asked = visitor.get("//attacker.example/a")
    assert asked.status == 303
    # Some servers make one slash of the two.
    assert visitor.post("/saml/acs", each.idp.answer(asked.header("location"))).header("location") in ("/", "/attacker.example/a")


def test_an_answer_counts_only_in_the_browser_that_asked(each: Site) -> None:
    asking, other = Visitor(each.origin), Visitor(each.origin)
    form = each.idp.answer(asking.get("/").header("location"))
    refused = other.post("/saml/acs", form)
    assert (refused.status, code(refused)) == (403, "saml.pending_unknown")
    assert asking.post("/saml/acs", form).status == 303


def test_d21_several_tabs_log_in_at_once(one: Site) -> None:
    visitor = Visitor(one.origin)
    asked = [visitor.get(f"/tab/{at}").header("location") for at in range(3)]
    for at in (1, 0, 2):
        assert visitor.post("/saml/acs", one.idp.answer(asked[at])).header("location") == f"/tab/{at}"


def test_logins_that_are_never_ended_do_not_pile_up(one: Site) -> None:
    visitor = Visitor(one.origin)
    for at in range(20):
        visitor.get(f"/{at}")
    assert len(visitor.cookies) <= 5


def test_cookies_are_for_this_site_and_out_of_reach_of_scripts(one: Site) -> None:
    visitor = Visitor(one.origin)
    asked = visitor.get("/")
    came = visitor.post("/saml/acs", one.idp.answer(asked.header("location")))
    session = next(cookie for cookie in came.set_cookies if cookie.startswith("heap_identity="))
    for cookie, same_site in ((session, "Lax"), (asked.set_cookies[0], "None")):
        assert {"Path=/", "Secure", "HttpOnly", f"SameSite={same_site}"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    behind_tls = SingleSignOn(
        service_provider=ServiceProvider(entity_id=HEAP, acs_url="https://app.example/acs", trusted=[]), idp_entity_id="i",
        sso_url="https://i.example/", secret=SECRET,
    )
    answer = behind_tls.handle(Incoming("GET", "/", headers={"accept": "text/html"}))
    assert "__Host-heap_identity." in str(dict(getattr(answer, "headers", {}))["set-cookie"])


def test_a_session_that_was_changed_or_is_anothers_is_none(one: Site) -> None:
    visitor = logged_in(one)
    kept = visitor.cookies["heap_identity"]
    visitor.cookies["heap_identity"] = ("A" if kept[0] != "A" else "B") + kept[1:]
    assert visitor.get("/").status == 303
    pending = Visitor(one.origin)
    pending.get("/")
    visitor.cookies["heap_identity"] = next(iter(pending.cookies.values()))
    assert visitor.get("/").status == 303, "what was signed for a request is no session"
    with site("flask") as other:
        stranger = Visitor(other.origin)
        stranger.cookies["heap_identity"] = kept
        assert stranger.get("/").status == 303, "the same secret in another application"


def test_a_cookie_that_no_standard_allows_hides_no_other(one: Site) -> None:
    visitor = logged_in(one)
    visitor.cookies = {"odd[{": 'a"b,{}', **visitor.cookies}
    assert ADA in visitor.get("/").text


def test_a_session_ends_and_so_does_the_wait_for_an_answer() -> None:
    clock = [now()]
    with site("flask", session_lifetime=timedelta(hours=1), clock=lambda: clock[0]) as served:
        visitor = logged_in(served)
        late = Visitor(served.origin)
        asked = late.get("/").header("location")
        clock[0] += timedelta(minutes=59)
        assert ADA in visitor.get("/").text
        clock[0] += timedelta(minutes=1)
        assert visitor.get("/").status == 303
        refused = late.post("/saml/acs", served.idp.answer(asked))
        assert code(refused) == "saml.pending_expired"


def test_whoever_is_no_longer_admitted_is_out_at_once() -> None:
    admitted = {ADA}
    with site("flask", admit=lambda login: login.subject in admitted) as served:
        visitor = logged_in(served)
        assert ADA in visitor.get("/").text
        admitted.clear()
        refused = visitor.get("/")
        assert (refused.status, code(refused)) == (403, "web.not_admitted")
        assert "nobody" in visitor.get("/health").text
        fresh = Visitor(served.origin).post("/saml/acs", served.idp.respond())
        assert code(fresh) == "web.not_admitted" and fresh.set_cookies == []


def test_a_logout_ends_the_session_and_other_sites_cannot_cause_one(each: Site) -> None:
    visitor = logged_in(each)
    assert "Log out?" in visitor.get("/saml/logout", sec_fetch_site="cross-site").text
    assert ADA in visitor.get("/").text
    assert "You are logged out" in visitor.get("/saml/logout", sec_fetch_site="same-origin").text
    assert visitor.get("/").status == 303


def test_a54_processes_that_share_a_store_refuse_each_others_replays(tmp_path: Path) -> None:
    with site("flask", used_logins=SqliteUsedLogins(tmp_path / "used.sqlite")) as first:
        form = first.idp.respond()
        assert Visitor(first.origin).post("/saml/acs", form).status == 303
        second = SqliteUsedLogins(tmp_path / "used.sqlite")
        first.sso._used, first.sso._replay = second, type(first.sso._replay)(capacity=10)
        refused = Visitor(first.origin).post("/saml/acs", form)
        assert code(refused) == "saml.replay"


def test_a_used_login_is_remembered_until_it_could_not_be_used_anyway(tmp_path: Path) -> None:
    used, at = SqliteUsedLogins(tmp_path / "used.sqlite"), now()

    def use(minutes: int) -> bool:
        until = at + timedelta(minutes=10)
        return used.is_first_use(issuer="i", assertion_id="a", until=until, now=at + timedelta(minutes=minutes))

    assert [use(0), use(0), use(9), use(11)] == [True, False, False, True]


def test_a_form_that_is_none_is_answered_with_its_code(each: Site) -> None:
    visitor = Visitor(each.origin)
    for form in ["", "SAMLResponse=", "SAMLResponse=a&SAMLResponse=b", "a=b", "&" * 100]:
        assert code(visitor.post("/saml/acs", form)) == "web.form", form
    assert code(visitor.get("/saml/acs")) == "web.method"
    assert visitor.post("/saml/acs", {"SAMLResponse": "not base64!"}).status == 403


def test_a_body_that_no_form_has_is_not_read(one: Site) -> None:
    told: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/saml/acs", "CONTENT_LENGTH": str(FORM_BYTES_MAX + 1), "wsgi.input": None}
    SsoWsgiMiddleware(lambda *_: [], one.sso)(environ, lambda status, _headers: told.append(status))  # type: ignore[arg-type]
    assert [status[:3] for status in told] == ["413"]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"A" * FORM_BYTES_MAX, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(*_: Any) -> None:
        raise AssertionError("the application is not asked")

    scope = {"type": "http", "method": "POST", "path": "/saml/acs", "query_string": b"", "headers": []}
    asyncio.run(SsoMiddleware(app, one.sso)(scope, receive, send))
    assert sent[0]["status"] == 413


def test_attributes_that_fit_in_no_cookie_are_told_and_can_be_left_out() -> None:
    attributes = {"groups": [secrets.token_urlsafe(30) for _ in range(100)], "email": [ADA]}

    def attempt(served: Site) -> Answer:
        response = served.idp.provider.respond(
            subject=ADA, audience=served.idp.audience, acs_url=served.idp.acs_url, now=now(), attributes=attributes,
        )
        return Visitor(served.origin).post("/saml/acs", response.form_fields())

    with site("flask") as served:
        assert code(attempt(served)) == "web.session_too_large"
    with site("flask", keep=["email"]) as served:
        assert attempt(served).status == 303


def test_metadata_are_the_applications_own_unless_others_are_given(one: Site) -> None:
    own = Visitor(one.origin).get("/saml/metadata")
    assert (own.status, own.header("content-type")) == (200, "application/samlmetadata+xml")
    read = Metadata(own.text.encode()).service_provider(now=now())
    assert (read.entity_id, read.acs_urls) == (f"{one.origin}/saml/metadata", [f"{one.origin}/saml/acs"])
    with site("flask", metadata="<EntityDescriptor/>") as served:
        assert Visitor(served.origin).get("/saml/metadata").text == "<EntityDescriptor/>"



def test_a_secret_can_be_changed_while_people_are_logged_in(one: Site) -> None:
    visitor = logged_in(one)
    sp = one.sso.service_provider
    for secret, known in (([SECRET[::-1] + "2", SECRET], True), (SECRET[::-1] + "2", False)):
        changed = SingleSignOn(service_provider=sp, idp_entity_id="i", sso_url="https://i.example/", secret=secret)
        login = changed.login_of(Incoming("GET", "/", headers={"cookie": f"heap_identity={visitor.cookies['heap_identity']}"}))
        assert (login is not None) == known


@pytest.mark.parametrize(("changed", "told"), [({"secret": "short"}, "web.weak_secret"), ({"secret": []}, "web.weak_secret"),
                                               ({"acs_url": "http://app.example/acs"}, "web.insecure")])
def test_an_unsafe_set_up_is_refused(changed: dict[str, str], told: str) -> None:
    given = {"acs_url": "https://app.example/acs", "secret": SECRET} | changed
    sp = ServiceProvider(entity_id=HEAP, acs_url=given["acs_url"], trusted=[])
    with pytest.raises(InvalidInput) as refused:
        SingleSignOn(service_provider=sp, idp_entity_id="i", sso_url="https://i.example/", secret=given["secret"])
    assert refused.value.code == told


def test_public_paths_are_met_as_they_are_written() -> None:
    patterns = ["/health", "/static/*"]
    assert all(is_below(path, patterns) for path in ["/health", "/static/", "/static/a.css", "/static/a/b..c"])
    for path in ["/health/", "/healthz", "/static", "/static/../x", "/static/./x", "/static//x", "/static/%2e", "/static/..\\x", "/static/x/.."]:
        assert not is_below(path, patterns), path


def test_nothing_personal_is_in_a_repr_or_a_log(one: Site, caplog: pytest.LogCaptureFixture) -> None:
    visitor = logged_in(one)
    login = one.sso.login_of(Incoming("GET", "/", headers={"cookie": f"heap_identity={visitor.cookies['heap_identity']}"}))
    assert login is not None and login.subject == ADA and ADA not in repr(login)
    form = one.idp.respond()
    forged = base64.b64encode(base64.b64decode(form["SAMLResponse"]).replace(b"ada@", b"eve@")).decode()
    Visitor(one.origin).post("/saml/acs", {"SAMLResponse": forged})
    assert "saml.signature_digest" in caplog.text and "@example.com" not in caplog.text
