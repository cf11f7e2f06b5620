"""What threads share stays whole, and a thread that works in the core lets the others run."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import ACS, HEAP, NOW, SSO_URL, pem
from heap_identity import Expected, IdentityProvider, Rejection, ReplayCache, Request, ServiceProvider, Tenant, VerifiedAssertion

THREADS = 8


def test_a54_of_simultaneous_uses_of_one_login_one_is_the_first(idp: IdentityProvider, sp: ServiceProvider) -> None:
    response = idp.respond(subject="ann@example.com", audience=HEAP, acs_url=ACS, now=NOW)
    value, replay = response.form_fields()["SAMLResponse"], ReplayCache(capacity=10)

    def use(_: int) -> VerifiedAssertion | str:
        try:
            return sp.verify(saml_response=value, expected=Expected.unsolicited(), now=NOW, replay=replay)
        except Rejection as refused:
            return refused.code

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(use, range(50)))
    assert sum(isinstance(outcome, VerifiedAssertion) for outcome in outcomes) == 1
    assert outcomes.count("saml.replay") == 49 and len(replay) == 1


@pytest.mark.parametrize("repeated", range(3))
def test_a_tenant_serves_several_threads_while_administrators_work(repeated: int) -> None:
    tenant = Tenant(name="acme", heap_id="1234")
    tenant.configure_sso(certificate_pem=pem("rsa2048.cert"), remote_login_url=SSO_URL)
    tenant.enable_scim_with_token(default_role="Analyst", bearer_token="chosen")

    def work(number: int) -> int:
        body = b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"p%d@example.com"}' % number
        headers = [("Authorization", "Bearer chosen"), ("Content-Type", "application/scim+json")]
        request = Request(method="POST", url=f"{tenant.base_url}/Users", headers=headers, body=body)
        tenant.begin_login(now=NOW)
        return tenant.handle(request=request, now=NOW).status

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(work, range(200))) == {201}
    assert len({user["id"] for user in tenant.users()}) == 200
