"""Plans as JSON documents, of any size and with every kind of step."""

from random import Random
from typing import Any

GIVEN = ["Ada", "Ben", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jun", "Kofi", "Lena", "Mira", "Noor", "Omar", "Pia"]
FAMILY = ["Abe", "Berg", "Costa", "Diaz", "Evans", "Fischer", "Gupta", "Haddad", "Ito", "Jensen", "Khan", "Larsen", "Moreau", "Novak"]
TEAMS = ["Analysts", "Data Platform", "Growth", "Support Tier 2", "Marketing EMEA", "Product Research and Insights", "Finance", "Security"]
USER = [("create", "in_bound_group", 45), ("update", "attributes_differ", 25), ("deactivate", "no_bound_group", 12),
        ("deactivate", "suspended", 5), ("adopt", "same_user_name", 8), ("activate", "returned", 5)]
GROUP = [("update", "team_differs", 60), ("create", "group_has_members", 15), ("take_over", "same_group_name", 10),
         ("delete", "deleted_group", 8), ("release", "unbound", 7)]
CONFLICTS = ["user_name_changed", "account_claimed", "accounts_ambiguous", "group_name_case", "email_changed"]


def user(verb: str, user_name: str, person: str, reason: str, changes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"step": "user", "verb": verb, "person": person, "user_name": user_name, "remote": None, "changes": changes or [],
            "reason": reason}


def change(attribute: str, before: str | None, after: str | None) -> dict[str, Any]:
    return {"attribute": attribute, "from": before, "to": after}


def group(verb: str, name: str, id: str, reason: str, add: list[str] = [], remove: list[str] = [], **more: Any) -> dict[str, Any]:
    added = [{"person": f"id-{each}", "user_name": each} for each in add]
    removed = [{"remote": f"h-{each}", "user_name": each, "reason": "not_in_directory_group"} for each in remove]
    return {"step": "group", "verb": verb, "group": id, "name": name, "remote": None, "renamed_from": None, "add": added,
            "remove": removed, "size": len(remove), "reason": reason} | more


def conflict(kind: str, name: str, id: str) -> dict[str, Any]:
    return {"step": "conflict", "kind": kind, "id": id, "name": name}


def document(*steps: dict[str, Any], managed_active: int = 40, managed_groups: int = 6) -> dict[str, Any]:
    totals = {"managed_active": managed_active, "managed_groups": managed_groups, "source_is_empty": False}
    return {"version": 1, "totals": totals, "steps": list(steps)}


def sample(changes: int, seed: int = 1) -> dict[str, Any]:
    """A plan of so many steps, of which one in eight is a group's, and one in forty a conflict."""
    random = Random(seed)
    groups = max(2, min(changes // 8, 400))
    conflicts = changes // 40 + (changes < 40)
    people = [_person(at, random) for at in range(changes - groups - conflicts)]
    steps = []
    for at, name in enumerate(people):
        [(verb, reason, _)] = random.choices(USER, [weight for *_, weight in USER])
        changed = {"create": [change("givenName", None, "Ada"), change("familyName", None, "Berg")],
                   "update": [change("familyName", "Berg", "Khan"), change("role", "Analyst", None)]}.get(verb)
        steps.append(user(verb, name, f"u{at:05}", reason, changed))
    for at in range(groups):
        [(verb, reason, _)] = random.choices(GROUP, [weight for *_, weight in GROUP])
        size = int(random.paretovariate(0.9) * 3) % max(4, changes // 12) + 1
        moved = random.sample(people, min(size, len(people)))
        cut = random.randint(0, len(moved)) if verb in ("update", "take_over") else len(moved)
        add, remove = (moved[:cut], moved[cut:]) if verb not in ("delete", "release") else ([], [])
        members = len(moved) if verb == "delete" else len(remove) * 2
        steps.append(group(verb, _team(at), f"g{at:04}", reason, add, remove, size=members))
    for at in range(conflicts):
        kind = random.choice(CONFLICTS)
        steps.append(conflict(kind, _team(at + 900) if "group" in kind else _person(at + 70_000, random), f"c{at:04}"))
    return document(*steps, managed_active=4 * changes, managed_groups=3 * groups)


def _person(at: int, random: Random) -> str:
    return f"{random.choice(GIVEN)}.{random.choice(FAMILY)}{at or ''}@example.com".lower()


def _team(at: int) -> str:
    return TEAMS[at % len(TEAMS)] + (f" {at // len(TEAMS) + 1}" if at >= len(TEAMS) else "")
