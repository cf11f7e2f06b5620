import json
from typing import Any

import pytest

from conftest import NOW, SSO_URL, pem
from heap_identity import (
    Diff,
    Done,
    Engine,
    Guards,
    InvalidInput,
    Persist,
    Request,
    Response,
    Send,
    Snapshot,
    Tenant,
)


def directory(*names: str, group: str = "Analysts", active: bool = True) -> Snapshot:
    users = [
        {"id": name, "userName": f"{name}@example.com", "givenName": name.title(), "familyName": "Ott", "active": active}
        for name in names
    ]
    groups = [{"id": "g1", "name": group, "members": list(names)}]
    return Snapshot.from_json(json.dumps({"users": users, "groups": groups}))


@pytest.fixture
def tenant() -> Tenant:
    tenant = Tenant(name="acme", heap_id="1234")
    tenant.configure_sso(certificate_pem=pem("rsa2048.cert"), remote_login_url=SSO_URL)
    return tenant


def drive(engine: Engine, tenant: Tenant, journal: list[str] | None = None) -> Done:
    while True:
        match engine.poll(now=NOW):
            case Persist(records=records):
                if journal is not None:
                    journal.extend(records)
            case Send(id=id, request=request):
                engine.receive(id=id, response=tenant.handle(request=request, now=NOW), now=NOW)
            case Done() as done:
                return done
            case waiting:
                pytest.fail(f"an embedded tenant answers at once, but: {waiting}")


def people(tenant: Tenant) -> dict[str, Any]:
    return {user["userName"]: user["active"] for user in tenant.users()}


def test_two_snapshots_are_compared() -> None:
    diff = Diff.between(before=directory("ann", "ben"), after=directory("ann", "cat", group="Data"))
    assert diff.people == [("removed", "ben"), ("added", "cat")]
    assert diff.groups == [("changed", "g1")]
    assert diff.memberships == [("left", "g1", "ben"), ("joined", "g1", "cat")]
    assert not diff.is_empty
    assert Diff.between(before=directory("ann"), after=directory("ann")).is_empty


def test_a_bad_directory_file_is_one_clear_error() -> None:
    with pytest.raises(InvalidInput, match="line 2") as wrong:
        Snapshot.from_json('{"users": [],\n "groups": [{"id": "g", "name": "G", "members": ["nobody"]}]}')
    assert wrong.value.code == "directory.file"


def test_r32_an_embedded_tenant_is_provisioned_and_follows_the_directory(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    before, after = directory("ann", "ben"), directory("ann", "cat")
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=before)
    done = drive(engine, tenant)
    assert (done.outcome, done.failed, done.conflicts) == ("finished", 0, 0)
    assert people(tenant) == {"ann@example.com": True, "ben@example.com": True}
    assert [group["displayName"] for group in tenant.groups()] == ["Analysts"]
    engine.change(before=before, after=after)
    assert drive(engine, tenant).outcome == "finished"
    assert people(tenant) == {"ann@example.com": True, "ben@example.com": False, "cat@example.com": True}
    assert {"user_create_provision", "user_deprovision"} <= {event["event_type"] for event in engine.events()}
    writes = engine.writes
    engine.reconcile()
    assert drive(engine, tenant).steps == 0
    assert engine.writes == writes, "a second run is idle"


def test_d02_a_tripped_guard_waits_for_approval_by_digest(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    names = [f"person{number}" for number in range(30)]
    before, after = directory(*names), directory(*names[:5])
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=before)
    drive(engine, tenant)
    engine.change(before=before, after=after)
    waiting = drive(engine, tenant)
    assert waiting.outcome == "awaiting_approval"
    assert any("25 of 30" in reason for reason in waiting.reasons)
    assert all(people(tenant).values()), "nothing of it was sent"
    plan = engine.plan
    assert plan is not None and plan.digest == waiting.digest and "deactivate" in str(plan)
    with pytest.raises(InvalidInput) as refused:
        engine.approve(digest="0" * 64)
    assert refused.value.code == "sync.not_this_plan"
    engine.approve(digest=plan.digest)
    assert drive(engine, tenant).outcome == "finished"
    assert sum(people(tenant).values()) == 5


def test_d12_an_engine_goes_on_from_its_journal(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    journal: list[str] = []
    first = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann"), guards=Guards.off())
    drive(first, tenant, journal)
    second = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann"), journal=journal)
    assert drive(second, tenant).steps == 0
    assert second.writes == 0


def test_r16_the_token_is_in_no_repr(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann"))
    polls = [engine.poll(now=NOW), engine.poll(now=NOW)]
    request = next(poll.request for poll in polls if isinstance(poll, Send))
    assert dict(request.headers)["authorization"] == f"Bearer {token}"
    assert token not in repr([tenant, engine, polls, request])


def test_r17_nobody_gets_in_without_the_token(tenant: Tenant) -> None:
    tenant.enable_scim(default_role="Analyst")
    request = Request(method="GET", url=f"{tenant.base_url}/Users", headers=[("Authorization", "Bearer guess")])
    assert tenant.handle(request=request, now=NOW).status == 401


def test_http_values_are_what_they_were_made_of() -> None:
    request = Request(method="PATCH", url="https://heap.example/a?b=c", headers=[("X-One", "1")], body=b"{}")
    assert (request.method, request.url, request.headers, request.body) == (
        "PATCH",
        "https://heap.example/a?b=c",
        [("x-one", "1")],
        b"{}",
    )
    response = Response(status=201, headers=[("ETag", '"1"')], body=b"x")
    assert (response.status, response.headers, response.body) == (201, [("etag", '"1"')], b"x")
    with pytest.raises(ValueError):
        Request(method="GET", url="not a url")
