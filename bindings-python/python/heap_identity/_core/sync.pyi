"""Plans, guards, and the engine. Times are aware; every class is frozen."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, final

from .._types import Event
from .directory import Snapshot
from .wire import Request, Response

__all__ = [
    "Done",
    "Engine",
    "Guards",
    "Persist",
    "Plan",
    "Progress",
    "RequestId",
    "Send",
    "Step",
    "Trip",
    "WaitForResponse",
    "WaitUntil",
    "plan_words",
]

@final
class Guards:
    """What a plan may take away without approval (D2)."""

    @staticmethod
    def default() -> Guards:
        """Deactivations up to the larger of 10 and 10%, deletions of groups 3 and 10%, half the members of a group of 20."""
    @staticmethod
    def off() -> Guards:
        """No bound."""
    @staticmethod
    def from_json(text: str) -> Guards:
        """A document; what is left out keeps its default. Raises `InvalidInput` (`sync.invalid_guards`)."""
    @property
    def are_on(self) -> bool: ...

@final
class Trip:
    """A guard that holds a plan back. `str` gives it for people."""

    @property
    def guard(self) -> str:
        """Which, such as `deactivations`."""
    @property
    def text(self) -> str: ...
    @property
    def group(self) -> str | None:
        """The group's name, where one is concerned."""
    @property
    def planned(self) -> int | None:
        """How many would go; `None` where that is not known."""
    @property
    def of(self) -> int | None:
        """How many there are."""
    @property
    def allowed(self) -> int | None:
        """How many may go without approval."""

@final
class Step:
    """One step of a plan. `str` gives it for people; what does not apply is empty or `None`."""

    @property
    def kind(self) -> Literal["user", "group", "conflict"]: ...
    @property
    def verb(self) -> str:
        """Of users: activate, adopt, create, deactivate, update; of groups: create, delete, release, take_over, update;
        of conflicts: leave."""
    @property
    def id(self) -> str:
        """The directory id."""
    @property
    def name(self) -> str:
        """The user name, or the group's name after the step."""
    @property
    def remote(self) -> str | None:
        """The id at Heap; `None` for what is still to be created."""
    @property
    def renamed_from(self) -> str | None:
        """The group's name at Heap, where it is changed (R28)."""
    @property
    def changes(self) -> list[tuple[str, str | None, str | None]]:
        """The attributes that are written: name, value before, value after."""
    @property
    def add(self) -> list[tuple[str, str]]:
        """Who joins the group: directory id, user name."""
    @property
    def remove(self) -> list[tuple[str, str | None, str]]:
        """Who is removed from it: id at Heap, user name where it is known, why."""
    @property
    def is_blind(self) -> bool:
        """Heap does not tell the members: those in `add` replace whoever is there (F13)."""
    @property
    def size(self) -> int:
        """How many members the group has at Heap before the step, as far as is known."""
    @property
    def reason(self) -> str:
        """Why, as a stable code."""
    @property
    def why(self) -> str:
        """Why, in words, with its rule; of a conflict also what to do."""
    @property
    def text(self) -> str: ...

@final
class Plan:
    """The steps from what Heap holds to what the directory says. `str` gives it for people."""

    @property
    def digest(self) -> str:
        """What an approval names: the SHA-256 of `to_json`, in hexadecimal."""
    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do and nothing to report."""
    @property
    def has_writes(self) -> bool:
        """Whether any step sends something."""
    @property
    def counts(self) -> dict[str, int]:
        """How many steps of each kind there are: `users_created`, `groups_released`, `conflicts` and so on."""
    @property
    def totals(self) -> dict[str, int]:
        """What the guards measure against: `managed_active` people, `managed_groups`."""
    @property
    def summary(self) -> str:
        """The counts in one line, for people."""
    def steps(self) -> list[Step]:
        """People by directory id, then groups by directory id."""
    def tripped(self, guards: Guards) -> list[Trip]:
        """The guards that this plan trips."""
    def to_json(self) -> str:
        """The plan as a document: the same plan is the same text."""
    def __len__(self) -> int: ...

def plan_words() -> dict[Literal["conflict", "group", "reason", "user"], dict[str, tuple[str, str]]]:
    """The words for the names in a plan's JSON document.

    Conflicts have a code and what to do, reasons a rule and the reason, verbs of groups and users a mark and the verb.
    """

@final
class RequestId:
    """Names a request in `Engine.receive`."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Persist:
    """Store these records durably, in order and after all before them; then poll again (D12)."""

    @property
    def records(self) -> list[str]:
        """Lines of JSON without line breaks."""

@final
class Send:
    """Send this request, and hand the outcome to `Engine.receive`; others may be polled meanwhile."""

    @property
    def id(self) -> RequestId: ...
    @property
    def request(self) -> Request: ...
    @property
    def give_up_at(self) -> datetime:
        """When the engine stops waiting for the answer."""

@final
class WaitUntil:
    """Nothing to do before this time."""

    @property
    def at(self) -> datetime: ...

@final
class WaitForResponse:
    """Nothing to do before an answer arrives, or this time."""

    @property
    def until(self) -> datetime: ...

@final
class Done:
    """All is done that can be done without a decision or a change. Counts are since the last `Done`.

    `awaiting_approval`: `Engine.approve`, `dismiss`, or another directory. `token_refused`: `Engine.reauthorise` (R19).
    `unreadable`: the tenant cannot be read whole, so nothing was compared and nothing written. `cancelled`:
    `Engine.reconcile` goes on.
    """

    @property
    def outcome(
        self,
    ) -> Literal["finished", "awaiting_approval", "cancelled", "token_refused", "unreadable", "other"]: ...
    @property
    def steps(self) -> int:
        """Steps that were carried out, failed ones included."""
    @property
    def failed(self) -> int:
        """Steps that failed; each has an event with the reason."""
    @property
    def conflicts(self) -> int:
        """Conflicts that were reported and left."""
    @property
    def digest(self) -> str | None:
        """Of the plan that awaits approval."""
    @property
    def trips(self) -> list[Trip]:
        """The guards that hold that plan back; none where every plan is reviewed."""
    @property
    def reasons(self) -> list[str]:
        """The trips for people, or what Heap said."""

@final
class Progress:
    """How far the plan is that is being carried out."""

    @property
    def done(self) -> int:
        """Steps that have ended."""
    @property
    def total(self) -> int:
        """Steps in all, conflicts apart."""
    @property
    def elapsed(self) -> timedelta: ...
    @property
    def per_minute(self) -> float | None:
        """Steps that end in a minute; `None` before the first has."""
    @property
    def time_left(self) -> timedelta | None:
        """How long the rest takes at this rate; `None` before the first step has ended."""

@final
class Engine:
    """Brings a tenant to what a directory says, and keeps it there. It does no I/O: `poll` says what to do.

    Safe to use from several threads, of which one polls.
    """

    def __new__(
        cls,
        *,
        base_url: str,
        bearer_token: str,
        directory: Snapshot,
        guards: Guards | None = None,
        seed: int = 0,
        journal: Iterable[str] | None = None,
        review: Literal["always", "tripped"] = "tripped",
        changed_user_name: Literal["replace", "report"] = "report",
        in_flight_max: int | None = None,
        page_size: int | None = None,
        role_attribute: str | None = None,
    ) -> Engine:
        """With the records that an earlier engine persisted, goes on from there (D12).

        `guards` are the default ones unless given. `seed` feeds the jitter of repetitions. `review` says which plans need
        an approval. `changed_user_name` says what is done when a user name changes, which Heap cannot follow (R22): a new
        account and the old one deactivated, or a report. `role_attribute` is where Heap's role is (D8).

        Raises `InvalidInput` for a base URL or token that cannot be used (`sync.base_url`, `wire.invalid_token`), and for
        a journal of another tenant, of a later version or damaged (`sync.journal_...`).
        """
    def poll(self, *, now: datetime) -> Persist | Send | WaitUntil | WaitForResponse | Done:
        """What to do next. Call it again after each of its answers was acted on, and after each call of another method."""
    def receive(
        self,
        *,
        id: RequestId,
        now: datetime,
        response: Response | None = None,
        failure: Literal["not_sent", "outcome_unknown"] | None = None,
    ) -> None:
        """Hands over the answer to a request, or why there is none; one that comes twice or too late is passed over.

        `not_sent` means that surely not a byte of it left; anything else is `outcome_unknown`.
        """
    def change(self, *, before: Snapshot, after: Snapshot) -> None:
        """Takes over what happened in the directory between two snapshots: the next directory, after `Done` or before."""
    def approve(self, *, digest: str) -> None:
        """Approves the plan that waits, or the one that a reading will make, by its digest (D2).

        Raises `InvalidInput`: `sync.not_this_plan` when another plan waits, `sync.invalid_digest`.
        """
    def dismiss(self) -> None:
        """Gives a plan that waits for approval up; what it wanted is seen again by the next comparison."""
    def cancel(self) -> None:
        """Begins nothing more: what is under way is waited for and noted, then `Done` has the outcome `cancelled`."""
    def reauthorise(self, *, bearer_token: str) -> None:
        """Replaces the token, and reads the tenant again (R19)."""
    def reconcile(self) -> None:
        """Reads the whole tenant again and compares everything: finds drift, and what earlier failed."""
    @property
    def has_plan(self) -> bool:
        """Whether there is a plan, without a copy of it."""
    @property
    def plan(self) -> Plan | None:
        """The plan that waits for approval or is being carried out."""
    def progress(self, *, now: datetime) -> Progress | None:
        """How far the plan is that is being carried out; `None` while none is."""
    def events(self) -> list[Event]:
        """The events since the last call, in order (R38-R41)."""
    @property
    def requests(self) -> dict[str, int]:
        """How many requests were sent, by kind."""
    @property
    def writes(self) -> int:
        """How many of them were writes."""
    def account_of(self, person: str) -> str | None:
        """The account at Heap that is a person's, by directory id."""
    def team_of(self, group: str) -> str | None:
        """The group at Heap that is a group's, by directory id, while it is synced."""
    def compacted_journal(self) -> list[str]:
        """The shortest journal with the meaning of all records so far, to be stored in their place."""
