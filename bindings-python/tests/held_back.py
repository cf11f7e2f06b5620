"""An engine whose plan waits for an approval: the directory has lost everybody that it had."""

import json
from typing import Any

from conftest import NOW, pem
from heap_identity import Done, Engine, Persist, Send, Snapshot, Tenant


def held_back() -> tuple[Engine, Done]:
    tenant = Tenant(name="acme", heap_id="1234")
    tenant.configure_sso(certificate_pem=pem("rsa2048.cert"), remote_login_url="https://sso.jumpcloud.com/saml2/heap")
    token = tenant.enable_scim(default_role="Analyst")
    people = [{"id": f"u{at}", "userName": f"p{at}@example.com", "active": True} for at in range(12)]
    before: dict[str, Any] = {"users": people, "groups": [{"id": "g1", "name": "Analysts", "members": [person["id"] for person in people]}]}
    journal: list[str] = []
    after: dict[str, Any] = {"users": [], "groups": []}
    for directory in (before, after):
        engine = Engine(
            base_url=tenant.base_url, bearer_token=token, directory=Snapshot.from_json(json.dumps(directory)), journal=journal,
        )
        done = _run(engine, tenant, journal)
    return engine, done


def _run(engine: Engine, tenant: Tenant, journal: list[str]) -> Done:
    while True:
        match engine.poll(now=NOW):
            case Persist(records=records):
                journal += records
            case Send(id=id, request=request):
                engine.receive(id=id, response=tenant.handle(request=request, now=NOW), now=NOW)
            case Done() as done:
                return done
