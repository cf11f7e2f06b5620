#!/usr/bin/env python3
"""Single sign-on in a real browser, from the click to the page of somebody who is logged in: our identity provider with
our service provider (example `sign_on`) and with a foreign one, begun by either side, with and without JavaScript."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import foreign
from partner import ROOT
from webdriver import Browser, Driver, free_port

ALICE = "alice@example.com"
HOSTILE = [
    '"><script>alert(1)</script>',
    "javascript:alert(1)",
    "</form><form action='http://127.0.0.1:9/'>",
    "//attacker.example/",
    "&quot; onfocus=alert(1) autofocus x=&quot;",
]
passed, failed = 0, 0


def check(name, right, found):
    global passed, failed
    passed, failed = passed + bool(right), failed + (not right)
    print(f"{'ok    ' if right else 'FAILED'} {name}" + ("" if right else f": {found}"), flush=True)


def sites(port, entity_id, acs):
    subprocess.run(["cargo", "build", "--quiet", "--example", "sign_on"], cwd=ROOT, check=True)
    told = subprocess.run(["cargo", "metadata", "--no-deps", "--format-version=1"], cwd=ROOT, check=True, capture_output=True)
    tool = Path(json.loads(told.stdout)["target_directory"]) / "debug/examples/sign_on"
    process = subprocess.Popen([tool, str(port), entity_id, acs], stdout=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sp", timeout=5).close()
            return process
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.1)
    raise RuntimeError("sign_on did not start")


def log_in(browser, clicks):
    """Clicks; without JavaScript the page that posts itself has a button."""
    for selector in clicks:
        browser.click(selector)
    if not browser.javascript:
        browser.click("noscript button, form button")
    return browser.text("#subject")


def from_the_portal(driver, idp, javascript):
    with Browser(driver, javascript) as browser:
        browser.open(idp)
        subject = log_in(browser, ["#heap"])
        check(f"from the portal, {words(javascript)}", subject == ALICE and browser.url().endswith("/sp?page=/reports/7"), browser.url())
        blocked = [message for message in browser.log() if "Content Security Policy" in message]
        check(f"the policy blocks nothing of ours, {words(javascript)}", not blocked, blocked)


def from_the_service_provider(driver, sp, javascript):
    with Browser(driver, javascript) as browser:
        browser.open(sp)
        subject = log_in(browser, ["#login"])
        check(f"from the service provider, {words(javascript)}", subject == ALICE and browser.url().endswith("/sp?page=/reports/7"), browser.url())
        browser.open(sp)
        check(f"still logged in on another visit, {words(javascript)}", browser.text("#subject") == ALICE, browser.source())


def with_a_foreign_service_provider(driver, idp, acs, javascript):
    with Browser(driver, javascript) as browser:
        browser.open(idp)
        subject = log_in(browser, ["#foreign"])
        check(f"from the portal to python3-saml, {words(javascript)}", (subject, browser.text("#relay")) == (ALICE, "/reports/7"), browser.source())
    with Browser(driver, javascript) as browser:
        browser.open(acs.replace("/acs", "/login"))
        subject = log_in(browser, [])
        check(f"from python3-saml, {words(javascript)}", (subject, browser.text("#relay")) == (ALICE, "/reports/7"), browser.source())


def with_a_hostile_relay_state(driver, idp):
    for relay_state in HOSTILE:
        url = f"{idp}?RelayState={quote(relay_state, safe='')}"
        with Browser(driver) as browser:
            browser.open(url)
            browser.click("#heap")
            subject = browser.text("#subject")
            check(f"{relay_state!r} leads nowhere", subject == ALICE and browser.url().endswith("/sp?page=/") and not browser.has_alert(), browser.url())
        with Browser(driver, javascript=False) as browser:
            browser.open(url)
            browser.click("#heap")
            kept = browser.attribute("input[name=RelayState]", "value")
            one = len(browser.find("form")) == 1 and len(browser.find("input")) == 2
            check(f"{relay_state!r} stays text", kept == relay_state and one, browser.source())


def headers(idp):
    with urllib.request.urlopen(f"{idp}/launch?to=heap", timeout=5) as answer:
        policy, body = answer.headers["content-security-policy"], answer.read().decode()
    nonce = policy.split("'nonce-")[1].split("'")[0]
    check("the one script has the nonce of the policy", body.count("<script") == 1 and f'<script nonce="{nonce}">' in body, body)
    with urllib.request.urlopen(f"{idp}/launch?to=heap", timeout=5) as answer:
        check("the nonce is another one each time", nonce not in answer.headers["content-security-policy"], policy)
        check("nothing is kept", "no-store" in answer.headers["cache-control"], answer.headers)
    check("forms are not completed, no Referer is sent", 'autocomplete="off"' in body and "no-referrer" in body, body)


def words(javascript):
    return "with JavaScript" if javascript else "without JavaScript"


def main():
    port, foreign_port = free_port(), free_port()
    idp, sp = f"http://localhost:{port}/idp", f"http://127.0.0.1:{port}/sp"
    entity_id, acs = foreign.serve(foreign_port, idp)
    process = sites(port, entity_id, acs)
    try:
        headers(idp)
        with Driver() as driver:
            for javascript in (True, False):
                from_the_portal(driver, idp, javascript)
                from_the_service_provider(driver, sp, javascript)
                with_a_foreign_service_provider(driver, idp, acs, javascript)
            with_a_hostile_relay_state(driver, idp)
    finally:
        process.terminate()
        process.wait()
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
