from datetime import datetime, timezone
from pathlib import Path

import pytest

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
