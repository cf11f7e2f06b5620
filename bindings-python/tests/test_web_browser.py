"""From the click to the page of somebody who is logged in, in Chromium, with each framework."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sites import ADA, FRAMEWORKS, Site, site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module", params=FRAMEWORKS)
def each(request: pytest.FixtureRequest) -> Iterator[Site]:
    with site(request.param) as served:
        yield served


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_r10_from_a_link_to_its_page(each: Site, page: Page) -> None:
    page.goto(f"{each.origin}/reports/7?tab=2")
    expect(page.locator("#who")).to_have_text(ADA)
    assert page.url == f"{each.origin}/reports/7?tab=2"
    page.goto(f"{each.origin}/other")
    expect(page.locator("#who")).to_have_text(ADA)
    assert len(each.idp.sent) >= 1
    kept = {cookie["name"]: cookie for cookie in page.context.cookies(each.origin)}
    assert list(kept) == ["heap_identity"], "the request's cookie is gone"
    assert (kept["heap_identity"]["httpOnly"], kept["heap_identity"]["secure"]) == (True, True)
    assert page.evaluate("document.cookie") == ""


def test_r09_from_the_click_in_the_portal(each: Site, page: Page) -> None:
    page.goto(f"{each.idp.origin}/portal?RelayState=/reports/7")
    page.click("#app")
    expect(page.locator("#who")).to_have_text(ADA)
    assert page.url == f"{each.origin}/reports/7"


def test_logout_asks_for_a_login_again(each: Site, page: Page) -> None:
    page.goto(f"{each.origin}/")
    page.click("#out")
    expect(page.locator("h1")).to_have_text("You are logged out")
    assert page.context.cookies(each.origin) == []
    before = len(each.idp.sent)
    page.click("text=Log in again")
    expect(page.locator("#who")).to_have_text(ADA)
    assert len(each.idp.sent) == before + 1


def test_another_site_logs_nobody_out_without_a_click(each: Site, page: Page) -> None:
    page.goto(f"{each.origin}/")
    page.goto(f"{each.idp.origin}/portal")
    page.evaluate(f"location.href = '{each.origin}/saml/logout'")
    expect(page.locator("h1")).to_have_text("Log out?")
    page.click("button")
    expect(page.locator("h1")).to_have_text("You are logged out")


def test_a54_the_same_answer_posted_again_is_refused(each: Site, page: Page) -> None:
    page.goto(f"{each.origin}/")
    _post(page, each, each.idp.respond())
    expect(page.locator("#who")).to_have_text(ADA)
    _post(page, each, each.idp.sent[-1])
    expect(page.locator("#code")).to_have_text("saml.replay")


def test_an_answer_that_was_tampered_with_is_refused(each: Site, page: Page) -> None:
    form = dict(each.idp.respond())
    form["SAMLResponse"] = base64.b64encode(base64.b64decode(form["SAMLResponse"]).replace(b"ada@", b"eve@")).decode()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    _post(page, each, form)
    expect(page.locator("#code")).to_have_text("saml.signature_digest")
    assert "@example.com" not in page.content()
    assert not [text for text in complaints if "Content Security Policy" in text]
    page.goto(f"{each.origin}/health")
    expect(page.locator("#who")).to_have_text("nobody")


@pytest.mark.parametrize("elsewhere", ["https://attacker.example/", "//attacker.example/", "/\\attacker.example", "javascript:alert(1)"])
def test_a58_no_relay_state_leads_to_another_site(each: Site, page: Page, elsewhere: str) -> None:
    _post(page, each, each.idp.respond(relay_state=elsewhere))
    expect(page.locator("#who")).to_have_text(ADA)
    assert page.url == f"{each.origin}/"


def test_d21_two_tabs_each_come_to_their_page(each: Site, page: Page) -> None:
    tabs = {"/first": page, "/second": page.context.new_page()}
    each.idp.asks = True
    try:
        for path, tab in tabs.items():
            tab.goto(each.origin + path)
        for path, tab in reversed(tabs.items()):
            tab.get_by_role("button", name="I am Ada").press("Enter")
            expect(tab.locator("#who")).to_have_text(ADA)
            assert tab.url == each.origin + path
    finally:
        each.idp.asks = False


def _post(page: Page, served: Site, form: dict[str, str]) -> None:
    """Posts a form from a page of another site, as an identity provider's page does."""
    page.goto(f"{served.idp.origin}/portal")
    script = """([action, fields]) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action });
      for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { name, value }));
      document.body.append(form);
      form.submit();
    }"""
    with page.expect_navigation():
        page.evaluate(script, [served.idp.acs_url, form])
