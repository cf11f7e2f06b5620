import json
from datetime import timedelta
from typing import Any

import pytest

from conftest import NOW, SSO_URL, pem
from heap_identity import (
    Diff,
    Done,
    Engine,
    Group,
    Guards,
    InvalidInput,
    Persist,
    Person,
    Refused,
    Request,
    Response,
    Send,
    Snapshot,
    Tenant,
    Variants,
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


def test_d12_a_journal_is_any_iterable_of_lines_and_is_compacted(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    journal: list[str] = []
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann", "ben"))
    drive(engine, tenant, journal)
    compacted = engine.compacted_journal()
    assert len(compacted) < len(journal)
    again = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann", "ben"), journal=iter(compacted))
    assert drive(again, tenant).steps == 0
    with pytest.raises(InvalidInput) as torn:
        Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann"), journal=["{}", *compacted])
    assert torn.value.code == "sync.journal_malformed"


def test_r19_a_refused_token_is_replaced_and_the_work_goes_on(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    new = tenant.renew_token()
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann"))
    refused = drive(engine, tenant)
    assert refused.outcome == "token_refused" and refused.reasons
    engine.reauthorise(bearer_token=new)
    assert drive(engine, tenant).outcome == "finished"
    assert people(tenant) == {"ann@example.com": True}
    with pytest.raises(InvalidInput) as wrong:
        engine.reauthorise(bearer_token="a b")
    assert wrong.value.code == "wire.invalid_token"


def test_a_cancelled_engine_begins_nothing_more_and_goes_on_later(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann", "ben"))
    engine.cancel()
    assert drive(engine, tenant).outcome == "cancelled"
    assert people(tenant) == {}
    engine.reconcile()
    assert drive(engine, tenant).outcome == "finished"


def test_a_plan_is_reviewed_shown_step_by_step_and_dismissed(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann"), review="always")
    done = drive(engine, tenant)
    plan = engine.plan
    assert plan is not None and (done.outcome, done.trips) == ("awaiting_approval", [])
    user, group = plan.steps()
    assert (user.kind, user.verb, user.id, user.name, user.reason) == ("user", "create", "ann", "ann@example.com", "in_bound_group")
    assert ("name.familyName", None, "Ott") in user.changes and "R12" in user.why
    assert (group.kind, group.verb, group.add) == ("group", "create", [("ann", "ann@example.com")])
    assert plan.counts["users_created"] == plan.counts["groups_created"] == 1 == len(plan) - 1
    assert plan.has_writes and plan.tripped(Guards.default()) == [] and "1 to create" in plan.summary
    engine.dismiss()
    assert drive(engine, tenant).outcome == "finished" and people(tenant) == {}


def test_d02_a_trip_says_which_guard_and_how_many(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    before, after = directory(*[f"p{number}" for number in range(30)]), directory("p0")
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=before)
    drive(engine, tenant)
    engine.change(before=before, after=after)
    done = drive(engine, tenant)
    trips = {trip.guard: (trip.planned, trip.of, trip.allowed, trip.group) for trip in done.trips}
    assert trips == {"deactivations": (29, 30, 10, None), "members_removed": (29, 30, 15, "Analysts")}
    assert [str(trip) for trip in done.trips] == done.reasons
    with pytest.raises(InvalidInput) as misspelt:
        Guards.from_json('{"deactivation": {"count": 1, "percent": 1}}')
    assert misspelt.value.code == "sync.invalid_guards"


def test_r22_a_changed_user_name_is_replaced_where_that_is_the_policy(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    engine = Engine(
        base_url=tenant.base_url, bearer_token=token, directory=directory("ann"), changed_user_name="replace"
    )
    drive(engine, tenant)
    renamed = Snapshot.of(
        people=[Person(id="ann", user_name="anna@example.com")],
        groups=[Group(id="g1", name="Analysts")],
        memberships=[("g1", "ann")],
    )
    engine.change(before=directory("ann"), after=renamed)
    drive(engine, tenant)
    assert people(tenant) == {"ann@example.com": False, "anna@example.com": True}


def test_progress_counts_steps_and_tells_the_time_left(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann", "ben"))
    now, seen = NOW, []
    assert engine.progress(now=now) is None
    while not isinstance(poll := engine.poll(now=now), Done):
        now += timedelta(seconds=6)
        if isinstance(poll, Send):
            engine.receive(id=poll.id, response=tenant.handle(request=poll.request, now=now), now=now)
        if (progress := engine.progress(now=now)) is not None and progress.done:
            seen.append((progress.done, progress.total, progress.per_minute, progress.time_left))
    done, total, per_minute, left = seen[0]
    assert (done, total) == (1, 3) and per_minute is not None and per_minute <= 10
    assert left is not None and left >= timedelta(seconds=12)


def test_r41_events_have_the_fields_of_directory_insights_and_are_masked(tenant: Tenant) -> None:
    token = tenant.enable_scim(default_role="Analyst")
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann"))
    drive(engine, tenant)
    events = engine.events()
    created = next(event for event in events if event["event_type"] == "user_create_provision")
    assert created["resource"] == {"id": "ann", "type": "user", "displayName": "a…@example.com"}
    assert (created["service"], created["attempts"], created["error_message"]) == ("scim", 1, None)
    assert engine.events() == []
    account, team = engine.account_of("ann"), engine.team_of("g1")
    assert account == tenant.users()[0]["id"] and team == tenant.groups()[0]["id"]


def test_r12_access_is_explained() -> None:
    snapshot = Snapshot.of(
        people=[Person(id="ann", user_name="ann@example.com"), Person(id="ben", user_name="ben@example.com", active=False)],
        groups=[Group(id="g1", name="Analysts"), Group(id="g2", name="Others", bound=False)],
        memberships=[("g1", "ann"), ("g2", "ben")],
    )
    granted, denied = snapshot.access("ann"), snapshot.access("ben")
    assert granted and granted.groups == [Group(id="g1", name="Analysts")] and granted.reason is None
    assert not denied and denied.code == "directory.suspended" and denied.reason
    assert snapshot.access("nobody").code == "directory.unknown_person"
    assert snapshot.members("g1") == ["ann"] and [person.id for person in snapshot.people()] == ["ann", "ben"]
    assert snapshot.person("ann") == Person(id="ann", user_name="ann@example.com") != snapshot.person("ben")
    with pytest.raises(ValueError, match="not given"):
        Snapshot.of(people=[], groups=[], memberships=[("g1", "ann")])


def test_keys_of_a_directory_file_that_are_not_known_are_named() -> None:
    ignored: list[str] = []
    Snapshot.from_json('{"users": [], "groups": [], "colour": 1}', ignored=ignored.append)
    assert ignored == ["colour"]


def test_a_tenant_is_stored_by_what_changes_and_restored(tenant: Tenant) -> None:
    lines = tenant.export()
    token = tenant.enable_scim(default_role="Analyst")
    drive(Engine(base_url=tenant.base_url, bearer_token=token, directory=directory("ann", "ben")), tenant)
    for key, line in tenant.take_changes().items():
        if line is None:
            del lines[key]
        else:
            lines[key] = line
    assert tenant.take_changes() == {}
    restored = Tenant.restore(lines)
    assert (restored.users(), restored.groups(), restored.base_url) == (tenant.users(), tenant.groups(), tenant.base_url)
    assert (restored.name, restored.heap_id, restored.default_role) == ("acme", "1234", "Analyst")
    engine = Engine(base_url=restored.base_url, bearer_token=token, directory=directory("ann", "ben"))
    assert drive(engine, restored).outcome == "finished", "the token is known by its hash"
    assert token not in "".join(lines.values())
    with pytest.raises(Refused) as refused:
        Tenant.restore({"settings": "{}"})
    assert refused.value.code == "heap.stored_tenant"


def test_r11_r15_r20_an_administrator_works_within_heap(tenant: Tenant) -> None:
    ann = tenant.add_teammate(email="ann@example.com", now=NOW, role="Admin")
    team = tenant.add_team(name="Board", members=[ann], now=NOW)
    assert tenant.groups()[0]["id"] == team and tenant.groups()[0]["members"] == [{"value": ann}]
    assert tenant.may_use_password(ann) and tenant.sso_configured and not tenant.scim_enabled
    tenant.set_role(account=ann, role="Growth", now=NOW)
    assert tenant.role_of(ann) == "Growth" and not tenant.may_use_password(ann)
    tenant.enable_scim_with_token(default_role="Consumer", bearer_token="chosen")
    tenant.set_default_role("Architect")
    assert (tenant.default_role, tenant.scim_enabled) == ("Architect", True) and tenant.client_id
    with pytest.raises(Refused) as managed:
        tenant.remove_teammate(account=ann, now=NOW)
    assert managed.value.code == "heap.managed_by_identity_provider"
    with pytest.raises(Refused) as needed:
        tenant.disable_sso()
    assert needed.value.code == "heap.scim_needs_sso"
    tenant.disable_scim()
    tenant.disable_sso()
    assert not tenant.sso_configured
    tenant.remove_teammate(account=ann, now=NOW)
    assert tenant.users() == [] and "Read-Only" in Tenant.default_roles()


def test_a_tenant_plays_variants_at_an_origin_of_its_own() -> None:
    tenant = Tenant(
        name="demo", heap_id="1", origin="http://127.0.0.1:8080", variants=Variants(patch=False, page_size_max=2)
    )
    assert (tenant.base_url, tenant.acs_url) == (
        "http://127.0.0.1:8080/scim/v2/demo",
        "https://heapanalytics.com/saml/finalize/1/",
    )
    with pytest.raises(ValueError, match="expected one of"):
        Variants(renaming="never")  # type: ignore[arg-type]


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
