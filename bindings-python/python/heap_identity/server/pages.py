"""The pages: people, groups, events and logins of the tenant. No script, no address of another site."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from .._core import Tenant

#: How many people and groups are listed; more are counted.
LISTED_MAX: Final = 500

STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; justify-content: space-between; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); vertical-align: top; }
ul { list-style: none; padding: 0; } li { margin: .3rem 0; }
button { font: inherit; padding: .3rem .8rem; }
.off { opacity: .7; }
"""


@dataclass(frozen=True)
class Write:
    """A SCIM request that was to change something."""

    at: str
    method: str
    path: str
    status: int


@dataclass(frozen=True)
class Login:
    """Somebody who has logged in, or why not."""

    at: str
    user_name: str | None
    role: str | None
    refused: str | None


def page(title: str, body: str) -> str:
    """A whole page."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} · Heap demo</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )


def refused(code: str, reason: str) -> str:
    """Why somebody is not logged in."""
    return page("Not logged in", f'<p>{escape(reason)}</p><p><code>{escape(code)}</code></p><p><a href="/">Back</a></p>')


def overview(tenant: Tenant, writes: Collection[Write], logins: Collection[Login], who: str | None, has_demonstration: bool) -> str:
    """Everything on one page."""
    users, groups = tenant.users(), tenant.groups()
    names = {str(user["id"]): str(user["userName"]) for user in users}
    if who is None:
        entry = '<a href="/login">Log in</a>' + (' <a href="/identity-provider">Identity provider</a>' if has_demonstration else "")
    else:
        entry = f'<form method="post" action="/logout">Logged in as <strong>{escape(who)}</strong> <button>Log out</button></form>'
    header = f"<header><p>SCIM at <code>{escape(tenant.base_url)}</code></p><div>{entry}</div></header>"
    return page(
        "Heap",
        header
        + _table("Users", ("User name", "Name", "State", "Role"), map(_user, users[:LISTED_MAX]), len(users))
        + _table("Groups", ("Name", "Members"), (_group(group, names) for group in groups[:LISTED_MAX]), len(groups))
        + _table("Events", ("Time", "Request", "Answer"), map(_write, reversed(list(writes))), len(writes))
        + _table("Logins", ("Time", "Who", "Role", "Refused"), map(_login, reversed(list(logins))), len(logins)),
    )


def _table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]], count: int) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    more = f"<p>… and {count - LISTED_MAX} more</p>" if count > LISTED_MAX else ""
    return f"<table><caption>{escape(caption)} ({count})</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _user(user: dict[str, Any]) -> Iterable[str]:
    name = user.get("name") or {}
    full = " ".join(str(name[part]) for part in ("givenName", "familyName") if name.get(part))
    return str(user["userName"]), full, "active" if user.get("active", True) else "inactive", str(user.get("role", ""))


def _group(group: dict[str, Any], names: dict[str, str]) -> Iterable[str]:
    members = [names.get(str(member["value"]), str(member["value"])) for member in group.get("members", [])]
    shown = ", ".join(members[:20]) + (f" … and {len(members) - 20} more" if len(members) > 20 else "")
    return str(group.get("displayName", "")), shown


def _write(write: Write) -> Iterable[str]:
    return write.at, f"{write.method} {write.path}", str(write.status)


def _login(login: Login) -> Iterable[str]:
    return login.at, login.user_name or "", login.role or "", login.refused or ""
