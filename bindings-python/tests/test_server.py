"""The tenant as an application: SCIM, SSO by both flows, the page, and a restart."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timezone
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from conftest import pem
from heap_identity.server.identity_provider import DemonstrationIdentityProvider
from killing import listed
from serving import TOKEN, TOKEN_ENV, apply, command, served, write

ACS = "/saml/finalize/1234567890/"
ACS_URL = f"https://heapanalytics.com{ACS}"


class Browser:
    """Keeps cookies, follows redirects, presses buttons."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.ProxyHandler({}))

    def open(self, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(urllib.parse.urljoin(self.origin, path), data=data, headers=headers)
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def press(self, page: str, **more: str) -> tuple[int, str]:
        """The page's form, with its hidden fields."""
        form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL)
        assert form, page
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2])
        return self.open(unescape(form[1]), {unescape(name): unescape(value) for name, value in hidden} | more)


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    with served() as base_url:
        assert apply(write(folder / "d.json", ["ann", "ben"], Analysts=["ann", "ben"]), base_url).returncode == 0
        assert apply(write(folder / "d.json", ["ann"], Analysts=["ann"]), base_url, "--guards", "off").returncode == 0
        yield base_url


@pytest.fixture
def browser(base_url: str) -> Browser:
    return Browser(base_url.removesuffix("/scim/v2/demo"))


def test_the_page_shows_people_groups_and_events(browser: Browser) -> None:
    status, page = browser.open("/")
    assert status == 200
    for shown in ["ann@example.com", "ben@example.com", "inactive", "Analysts", "POST /Users", "Log in"]:
        assert shown in page
    assert TOKEN not in page and "<script" not in page


def test_r10_a_login_that_begins_at_heap_ends_at_the_page(browser: Browser) -> None:
    _, choice = browser.open("/login")
    assert "ann@example.com" in choice
    _, signed = browser.press(choice, subject="ann@example.com")
    status, page = browser.press(signed)
    assert status == 200 and "Logged in as <strong>ann@example.com</strong>" in page
    assert "<caption>Logins (" in page
    _, out = browser.open("/logout", {})
    assert "Logged in as" not in out


def test_r09_a_login_from_the_portal_ends_at_the_page(browser: Browser) -> None:
    _, choice = browser.open("/identity-provider")
    _, signed = browser.press(choice, subject="ann@example.com")
    _, page = browser.press(signed)
    assert "Logged in as <strong>ann@example.com</strong>" in page


def test_r32_who_is_deactivated_is_not_let_in_and_the_page_says_why(browser: Browser) -> None:
    _, choice = browser.open("/identity-provider")
    status, page = browser.press(browser.press(choice, subject="ben@example.com")[1])
    assert status == 403 and "heap.account_inactive" in page
    assert "heap.account_inactive" in browser.open("/")[1]


def test_a54_a_login_is_used_once(browser: Browser) -> None:
    form = DemonstrationIdentityProvider(ACS_URL).form_fields(subject="ann@example.com", now=datetime.now(timezone.utc))
    assert browser.open(ACS, form)[0] == 200
    status, page = browser.open(ACS, form)
    assert status == 403 and "saml.replay" in page


def test_what_is_nobodys_is_refused(browser: Browser) -> None:
    assert browser.open("/nowhere")[0] == 404
    assert browser.open(ACS)[0] == 405
    assert browser.open(ACS, {"SAMLResponse": "nonsense"})[0] == 403
    assert browser.open("/identity-provider", {"subject": ""})[0] == 400
    assert browser.open("/scim/v2/demo/Users")[0] == 401
    assert browser.open("/scim/v2/other/Users", Authorization=f"Bearer {TOKEN}")[0] == 404


def test_a_page_of_another_name_does_not_read_this_one(browser: Browser) -> None:
    assert browser.open("/", Host="attacker.example:8080")[0] == 421


def test_a_tenant_in_a_file_survives_a_restart_and_keeps_what_was_used(tmp_path: Path) -> None:
    db, directory = str(tmp_path / "tenant.sqlite"), write(tmp_path / "d.json", ["ann"], Analysts=["ann"])
    form = DemonstrationIdentityProvider(ACS_URL).form_fields(subject="ann@example.com", now=datetime.now(timezone.utc))
    with served("--db", db) as base_url:
        assert apply(directory, base_url).returncode == 0
        ids = {user["id"] for user in listed(base_url, TOKEN, "Users")}
        assert Browser(base_url).open(ACS, form)[0] == 200
    with served("--db", db) as base_url:
        assert {user["id"] for user in listed(base_url, TOKEN, "Users")} == ids
        assert json.loads(apply(directory, base_url, "--json").stdout)["writes"] == 0
        assert "saml.replay" in Browser(base_url).open(ACS, form)[1]
        assert "ann@example.com" in Browser(base_url).open("/")[1]
    assert TOKEN.encode() not in (tmp_path / "tenant.sqlite").read_bytes(), "only its hash is kept (R16)"


def test_a_certificate_of_ones_own_takes_the_place_of_the_demonstration(tmp_path: Path) -> None:
    certificate = tmp_path / "certificate.pem"
    certificate.write_text(pem("rsa2048.cert"))
    key = tmp_path / "key.pem"
    key.write_text(pem("rsa2048.key"))
    idp = "https://sso.jumpcloud.com/saml2/heap"
    with served("--certificate", str(certificate), "--idp-url", idp) as base_url:
        browser = Browser(base_url)
        assert apply(write(tmp_path / "d.json", ["ann"], All=["ann"]), base_url).returncode == 0
        demonstration = DemonstrationIdentityProvider(ACS_URL).form_fields(subject="ann@example.com", now=datetime.now(timezone.utc))
        assert browser.open(ACS, demonstration)[0] == 403
        assert browser.open("/identity-provider")[0] == 404
        page = tmp_path / "login.html"
        words = ["sso", "login", "ann@example.com", "--heap-id", "1234567890", "--key", str(key), "--certificate", str(certificate)]
        assert command(*words, "--html", str(page), "--post-to", urllib.parse.urljoin(base_url, ACS)).returncode == 0
        assert "Logged in as" in browser.press(page.read_text())[1]


def test_a_login_is_signed_and_verified_by_commands(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_text(pem("rsa2048.cert"))
    key.write_text(pem("rsa2048.key"))
    signed = command("sso", "login", "ann@example.com", "--heap-id", "1", "--key", str(key), "--certificate", str(certificate))
    assert signed.returncode == 0, signed.stderr
    verify = ["sso", "verify", "-", "--certificate", str(certificate), "--heap-id"]
    right = command(*verify, "1", given=signed.stdout)
    assert right.returncode == 0 and "ann@example.com would be logged in" in right.stdout
    assert command(*verify, "1", given=urllib.parse.urlencode({"SAMLResponse": signed.stdout.strip()})).returncode == 0
    wrong = command(*verify, "2", "--json", given=signed.stdout)
    document = json.loads(wrong.stdout)
    assert (wrong.returncode, document["verified"]) == (3, False)
    assert document["report"]["failed"] == document["code"] and document["code"].startswith("saml.")
    assert command(*verify, "1", "--at", "2020-01-01T00:00:00Z", given=signed.stdout).returncode == 3


def test_a_port_that_is_taken_is_told(base_url: str) -> None:
    port = urllib.parse.urlsplit(base_url).port
    ended = command("serve", "--port", str(port), "--token-env", TOKEN_ENV)
    assert ended.returncode == 3 and f"port {port}" in ended.stderr
