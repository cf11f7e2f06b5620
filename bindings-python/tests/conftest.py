from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from heap_identity import IdentityProvider, ReplayCache, ServiceProvider, SigningKey, Trust

KEYS = Path(__file__).parents[2] / "core/tests/vectors/keys"
NOW = datetime(2026, 3, 1, 10, 0, tzinfo=timezone.utc)
IDP = "https://sso.jumpcloud.com/saml2/heap"
SSO_URL = "https://sso.jumpcloud.com/saml2/heap"
HEAP = "https://heapanalytics.com"
ACS = "https://heapanalytics.com/saml/finalize/1234/"


def pem(name: str) -> str:
    return (KEYS / f"{name}.pem").read_text()


@pytest.fixture
def idp() -> IdentityProvider:
    key = SigningKey.from_pem(key_pem=pem("rsa2048.key"), certificate_pem=pem("rsa2048.cert"))
    return IdentityProvider(entity_id=IDP, key=key, sso_url=SSO_URL, service_providers={HEAP: [ACS]})


@pytest.fixture
def sp(idp: IdentityProvider) -> ServiceProvider:
    trusted = [Trust(entity_id=IDP, certificates=[idp.certificate])]
    return ServiceProvider(entity_id=HEAP, acs_url=ACS, trusted=trusted)


@pytest.fixture
def replay() -> ReplayCache:
    return ReplayCache(capacity=10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Where it is missing, the tests that need it fail: `cargo xtask interop browser` installs it."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield browser
        browser.close()
