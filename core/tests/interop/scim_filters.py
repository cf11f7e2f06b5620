"""Generated filters, evaluated by the example `judge` and by PyPI `scim2-models`.

What they may differ in, with the reasons: core/docs/DESIGN.md, "Where SCIM libraries read the RFC otherwise".
"""

import json
import random
import subprocess

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
META = {"resourceType": "User", "created": "2010-01-23T04:56:22Z", "lastModified": "2024-02-29T23:59:59.999+01:00"}
USERS = [
    {
        "schemas": [CORE, ENTERPRISE],
        "id": "u1",
        "externalId": "Ann",
        "userName": "Ann@Example.org",
        "name": {"familyName": "O'Malley", "givenName": "Ann"},
        "title": 'He said "hi" (and) [x]',
        "active": True,
        "emails": [{"value": "ann@example.org", "type": "work", "primary": True}, {"value": "a@home.org"}],
        "addresses": [{"type": "work", "region": "CA"}, {"type": "home", "region": "OR"}],
        ENTERPRISE: {"employeeNumber": "7", "manager": {"value": "m1", "displayName": "Boss"}},
        "meta": META,
    },
    {"schemas": [CORE], "id": "u2", "userName": "min", "active": False, "title": "", "meta": META},
]
# One value each, so that all read `ne` alike; texts that every type takes.
SINGLE = [
    "userName", "USERNAME", "title", "nickName", "id", "externalId", "name.familyName", "name.givenName",
    f"{CORE}:userName", f"{ENTERPRISE}:employeeNumber", f"{ENTERPRISE}:manager.displayName",
]  # fmt: skip
MANY = ["emails.type", "addresses.region", "addresses.type", "emails.display"]
TEXTS = ["Ann", "ann@example.org", "ANN", "min", "O'Malley", "work", "CA", "7", "Boss", "", 'said "hi"', "(and)", "[x]", "u"]
DATES = ["2010-01-23T04:56:22Z", "2010-01-23T05:56:22+01:00", "2024-02-29T22:59:59.999Z", "2015-01-01T00:00:00Z"]
OPERATORS = ["eq", "co", "sw", "ew", "gt", "ge", "lt", "le"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def leaf(self, names=None):
        one = self.random.choice
        if names:
            name = one(names)
        elif self.random.random() < 0.15:
            return f"meta.{one(['created', 'lastModified'])} {one(['eq', 'gt', 'ge', 'lt', 'le'])} {json.dumps(one(DATES))}"
        elif self.random.random() < 0.15:
            return f"active {one(['eq', 'ne'])} {one(['true', 'false'])}"
        else:
            name = one(SINGLE + MANY)
        if self.random.random() < 0.2:
            return f"{name} {one(['pr', 'PR'])}"
        operators = OPERATORS + (["ne"] if name in SINGLE else [])
        return f"{name} {one(operators)} {json.dumps(one(TEXTS))}"

    def filter(self, depth, names=None):
        if depth == 0:
            if not names and self.random.random() < 0.25:
                attribute, inner = self.random.choice([("emails", ["type", "value"]), ("addresses", ["type", "region"])])
                inner = [name for name in inner if (attribute, name) != ("emails", "value")]
                return f"{attribute}[{self.filter(self.random.randrange(2), inner)}]"
            return self.leaf(names)
        part = lambda: self.filter(depth - 1, names)
        return self.random.choice(
            [lambda: f"not ({part()})", lambda: f"({part()} or {part()})", lambda: f"{part()} and {part()}",
             lambda: f"{part()} or {part()}"]  # fmt: skip
        )()


def check(judge, seed, count):
    """The filters on which both agree, and on which they do not."""
    from scim2_models import EnterpriseUser, ScimFilter, User

    model = User[EnterpriseUser]
    maker = Maker(seed)
    cases = [(maker.random.randrange(len(USERS)), maker.filter(maker.random.randrange(4))) for _ in range(count)]
    lines = [
        json.dumps({"id": place, "resource": USERS[user], "filter": text}) for place, (user, text) in enumerate(cases)
    ]
    run = subprocess.run([judge, "filter"], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    answers = [json.loads(line)["got"] for line in run.stdout.splitlines()]
    resources = [model.model_validate(user) for user in USERS]
    failed = 0
    for (user, text), ours in zip(cases, answers, strict=True):
        theirs = bool(ScimFilter[model](text).match(resources[user]))
        if ours != theirs:
            failed += 1
            print(f"FAIL  user {user + 1}, {text}: ours {ours}, scim2-models {theirs}")
    return count - failed, failed
