"""`demo`: the main job on an embedded tenant, without a network and without an account."""

import json
import time
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from .._core import Engine, Guards, Snapshot, Tenant
from ..errors import HeapIdentityError
from ..rounds import Answer, Launch, Result, Run
from ..state import MemoryJournal
from . import common
from .common import out


def demo(json_: common.Json = False) -> None:
    """Shows the main job on an embedded tenant of Heap: people come, change and leave, and one of them logs in.

    It needs no account, no network and no file. Exit status: 0 all went as it should, 3 it did not.
    """
    from ..server.identity_provider import IDP_URL, DemonstrationIdentityProvider

    tenant = Tenant(name="demo", heap_id="1234567890")
    tenant.configure_sso(certificate_pem=DemonstrationIdentityProvider.certificate_pem(), remote_login_url=IDP_URL)
    token = tenant.enable_scim(default_role="Read-Only")
    journal = MemoryJournal()
    chapters: list[dict[str, Any]] = []
    for title, people, groups in STORY:
        result = provision(tenant, token, journal, directory(people, groups))
        chapters.append({"title": title, "outcome": result.outcome, "steps": result.steps, "writes": result.writes, **shown(tenant)})
        if not json_:
            tell(chapters[-1])
    who = log_in(tenant, "ann@example.com")
    gone = log_in(tenant, "ben@example.com")
    is_right = all(chapter["outcome"] == "equal" for chapter in chapters) and (who, gone) == (None, "heap.account_inactive")
    if json_:
        common.show_json({"outcome": "equal" if is_right else "failed", "chapters": chapters, "logins": {"ann@example.com": who, "ben@example.com": gone}})
    else:
        out.print("\nAnn logs in from the portal: " + ("let in" if who is None else f"refused ({who})"), markup=False)
        out.print("Ben tries as well: " + ("let in" if gone is None else f"refused ({gone})"), markup=False)
        out.print("\nNext: heap-identity serve --port 8080 --token-env HEAP_TOKEN", markup=False)
    if not is_right:
        common.fail("the demonstration did not go as it should", is_json=False, code="demo", status=common.HELD_OR_FAILED)


STORY = [
    ("Three people and two groups are provisioned", {"ann": "Ann", "ben": "Ben", "cleo": "Cleo"}, {"Analysts": ["ann", "ben"], "Leads": ["cleo"]}),
    ("Dora joins, Cleo becomes an analyst, and Ben leaves", {"ann": "Ann", "cleo": "Cleo", "dora": "Dora"}, {"Analysts": ["ann", "cleo", "dora"], "Leads": ["cleo"]}),
    ("Nothing has changed: nothing is written", {"ann": "Ann", "cleo": "Cleo", "dora": "Dora"}, {"Analysts": ["ann", "cleo", "dora"], "Leads": ["cleo"]}),
]


def directory(people: dict[str, str], groups: dict[str, list[str]]) -> Snapshot:
    """What the identity provider says."""
    users = [{"id": id, "userName": f"{id}@example.com", "active": True, "givenName": name, "familyName": "Example"} for id, name in people.items()]
    teams = [{"id": name.lower(), "name": name, "members": members} for name, members in groups.items()]
    return Snapshot.from_json(json.dumps({"users": users, "groups": teams}))


def provision(tenant: Tenant, token: str, journal: MemoryJournal, directory: Snapshot) -> Result:
    """A run whose other side is in this process."""
    engine = Engine(base_url=tenant.base_url, bearer_token=token, directory=directory, guards=Guards.default(), journal=journal.records())
    steps = Run(engine, journal, bearer_token=token).settle()
    answers: list[Answer] = []
    given: list[Answer] | None = None
    try:
        while True:
            action = next(steps) if given is None else steps.send(given)
            given = []
            if isinstance(action, Launch):
                response = tenant.handle(request=action.request, now=datetime.now(timezone.utc))
                answers.append(Answer(action.id, action.request.method != "GET", response))
            elif answers:
                given, answers = answers, []
            else:
                time.sleep(action.seconds)
    except StopIteration as ended:
        result: Result = ended.value
        return result


def log_in(tenant: Tenant, subject: str) -> str | None:
    """A login from the portal; the code where it is refused."""
    from ..server.identity_provider import DemonstrationIdentityProvider

    now = datetime.now(timezone.utc)
    form = DemonstrationIdentityProvider(tenant.acs_url).form_fields(subject=subject, now=now)
    try:
        tenant.finish_login(form=urlencode(form).encode(), now=now)
    except HeapIdentityError as refused:
        return refused.code
    return None


def shown(tenant: Tenant) -> dict[str, Any]:
    """What the tenant holds."""
    users = tenant.users()
    names = {user["id"]: str(user["userName"]) for user in users}
    members = {str(group["displayName"]): sorted(names[member["value"]] for member in group.get("members", [])) for group in tenant.groups()}
    return {"users": {str(user["userName"]): bool(user.get("active", True)) for user in users}, "groups": members}


def tell(chapter: dict[str, Any]) -> None:
    """A chapter for people."""
    out.print(f"\n{chapter['title']}", markup=False, style="bold")
    for name, is_active in chapter["users"].items():
        teams = ", ".join(team for team, members in chapter["groups"].items() if name in members)
        out.print(f"  {name:18} {'active' if is_active else 'inactive':9} {teams}", markup=False)
    out.print(f"  {chapter['steps']} steps, {chapter['writes']} writes: {chapter['outcome']}", markup=False)
