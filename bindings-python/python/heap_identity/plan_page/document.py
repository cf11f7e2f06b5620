"""The plan's JSON document, read into values that can be drawn."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from .._core import Plan, plan_words
from ..errors import InvalidInput

VERSION = 1

_ACTED_ON: tuple[Literal["user", "group"], ...] = ("user", "group")
# What is taken away is looked at first.
_ORDER = ["lose", "gain", "change", "leave"]
_TONES = {
    "create": "gain", "activate": "gain", "deactivate": "lose", "delete": "lose", "release": "leave",
}
_MINUS = str.maketrans({"-": "\N{MINUS SIGN}"})


@dataclass(frozen=True)
class Verb:
    """What is done: the document's name for it, a mark, and words."""

    kind: str
    mark: str
    words: str

    @property
    def tone(self) -> str:
        """What it means to those concerned: `lose`, `gain`, `change`, or `leave` as it is."""
        return _TONES.get(self.kind.partition(".")[2], "change")

    @property
    def rank(self) -> tuple[int, str]:
        """Where the verb stands among others."""
        return _ORDER.index(self.tone), self.kind


@dataclass(frozen=True)
class Why:
    """A reason and the rule that it follows."""

    words: str
    rule: str


@dataclass(frozen=True)
class Change:
    """An attribute before and after; `None` is none."""

    attribute: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class UserStep:
    verb: Verb
    user_name: str
    person: str
    changes: Sequence[Change]
    why: Why


@dataclass(frozen=True)
class GroupStep:
    verb: Verb
    name: str
    group: str
    renamed_from: str | None
    add: Sequence[tuple[str, str]]
    """User names and directory ids."""
    remove: Sequence[tuple[str, Why]]
    size: int
    blind: bool
    why: Why

    @property
    def losses(self) -> int:
        """How many people are members no longer, as far as is known: all of them where the group goes."""
        return self.size if self.verb.kind == "group.delete" else len(self.remove)


@dataclass(frozen=True)
class Conflict:
    kind: str
    code: str
    explanation: str
    name: str
    id: str
    is_of_group: bool


@dataclass(frozen=True)
class Document:
    """A plan: its steps by what they take or give, and in the document's order within."""

    digest: str
    users: Sequence[UserStep]
    groups: Sequence[GroupStep]
    conflicts: Sequence[Conflict]
    managed_active: int
    managed_groups: int
    verbs: Sequence[Verb] = field(repr=False)
    """Every verb that there is."""

    @cached_property
    def counts(self) -> Counter[str]:
        """How many steps there are of each verb, by `Verb.kind`."""
        return Counter([step.verb.kind for step in self.users] + [step.verb.kind for step in self.groups])

    @property
    def steps(self) -> int:
        return len(self.users) + len(self.groups) + len(self.conflicts)


def read(plan: Plan | Mapping[str, Any], digest: str | None = None) -> Document:
    """Reads a plan or its JSON document.

    Raises `InvalidInput` (`plan_page.document`) for what is no plan's document of this version.
    """
    given: Mapping[str, Any]
    given, digest = (json.loads(plan.to_json()), plan.digest) if isinstance(plan, Plan) else (plan, digest)
    try:
        if given["version"] != VERSION:
            raise ValueError("version")
        return _Reader().document(given, digest or _digest(given))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"expected a plan's JSON document of version {VERSION}, found one with another {error}; "
            "give what Plan.to_json() gave, of the same release",
            code="plan_page.document",
        ) from error


def _digest(plan: Mapping[str, Any]) -> str:
    """SHA-256 of the document as the core writes it: compact, in its own order."""
    text = json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class _Reader:
    def __init__(self) -> None:
        words = plan_words()
        self.reasons = {name: Why(text, rule) for name, (rule, text) in words["reason"].items()}
        self.conflicts = words["conflict"]
        self.verbs = {
            f"{what}.{name}": Verb(f"{what}.{name}", mark.translate(_MINUS), text)
            for what in _ACTED_ON
            for name, (mark, text) in words[what].items()
        }

    def document(self, plan: Mapping[str, Any], digest: str) -> Document:
        users, groups, conflicts = [], [], []
        for step in plan["steps"]:
            match step["step"]:
                case "user":
                    users.append(self.user(step))
                case "group":
                    groups.append(self.group(step))
                case "conflict":
                    conflicts.append(self.conflict(step))
                case _:
                    raise ValueError("step")
        totals = plan["totals"]
        return Document(
            digest=digest,
            users=sorted(users, key=lambda step: step.verb.rank),
            groups=sorted(groups, key=lambda step: step.verb.rank),
            conflicts=conflicts,
            managed_active=int(totals["managed_active"]),
            managed_groups=int(totals["managed_groups"]),
            verbs=sorted(self.verbs.values(), key=lambda verb: verb.rank),
        )

    def user(self, step: Mapping[str, Any]) -> UserStep:
        return UserStep(
            verb=self.verbs["user." + step["verb"]],
            user_name=step["user_name"],
            person=step["person"],
            changes=[Change(each["attribute"], each["from"], each["to"]) for each in step["changes"]],
            why=self.reasons[step["reason"]],
        )

    def group(self, step: Mapping[str, Any]) -> GroupStep:
        return GroupStep(
            verb=self.verbs["group." + step["verb"]],
            name=step["name"],
            group=step["group"],
            renamed_from=step["renamed_from"],
            add=[(each["user_name"], each["person"]) for each in step["add"]],
            remove=[(each["user_name"] or each["remote"], self.reasons[each["reason"]]) for each in step["remove"]],
            size=int(step["size"]),
            blind=step.get("blind", False),
            why=self.reasons[step["reason"]],
        )

    def conflict(self, step: Mapping[str, Any]) -> Conflict:
        code, explanation = self.conflicts[step["kind"]]
        return Conflict(
            kind=step["kind"],
            code=code,
            explanation=explanation,
            name=step["name"],
            id=step["id"],
            is_of_group=step["kind"].startswith("group"),
        )
