"""People, groups, snapshots, and their difference. Times are aware; every class is frozen."""

from collections.abc import Callable, Iterable
from typing import Literal, final

from .._types import ArrowTable

__all__ = [
    "Access",
    "Diff",
    "Group",
    "Person",
    "Snapshot",
]

@final
class Person:
    """A person of the directory. `None` means that the directory does not say, which is never the same as an empty text."""

    def __new__(
        cls,
        *,
        id: str,
        user_name: str,
        active: bool = True,
        given_name: str | None = None,
        family_name: str | None = None,
        email: str | None = None,
        role: str | None = None,
    ) -> Person: ...
    @property
    def id(self) -> str:
        """The directory's own id: never changes, never reused."""
    @property
    def user_name(self) -> str:
        """The name by which Heap knows the account (R21)."""
    @property
    def active(self) -> bool:
        """False for a suspended person."""
    @property
    def given_name(self) -> str | None: ...
    @property
    def family_name(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def role(self) -> str | None:
        """Heap's role; `None` leaves the role at Heap alone (D8)."""
    @property
    def name_id(self) -> str | None:
        """The NameID of this person's assertions: the email, else the user name if it is an address (D10)."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Group:
    """A group of the directory."""

    def __new__(cls, *, id: str, name: str, bound: bool = True) -> Group: ...
    @property
    def id(self) -> str:
        """The directory's own id: a rename keeps it (R28)."""
    @property
    def name(self) -> str: ...
    @property
    def bound(self) -> bool:
        """Whether the group is bound to the application (D1): only bound groups give access and are synced."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Access:
    """Whether a person may use the application (R12), and why. It is true where access is granted."""

    @property
    def granted(self) -> bool: ...
    @property
    def groups(self) -> list[Group]:
        """The bound groups that hold the person."""
    @property
    def code(self) -> str | None:
        """Why not, as a stable code; `None` where access is granted."""
    @property
    def reason(self) -> str | None:
        """Why not, and what to do, for people."""
    def __bool__(self) -> bool: ...

@final
class Snapshot:
    """What the directory says at one moment, whole: whoever is not in it is gone at the identity provider (D1, D11)."""

    @staticmethod
    def from_json(text: str, *, ignored: Callable[[str], object] | None = None) -> Snapshot:
        """A directory file: `{"users": [...], "groups": [...], "groupManagement"?}`.

        `ignored` is called with the path of each key that is not known. Raises `InvalidInput` with the line
        (`directory.file`) for a file that is malformed or of another shape.
        """
    @staticmethod
    def of(
        *,
        people: Iterable[Person],
        groups: Iterable[Group],
        memberships: Iterable[tuple[str, str]],
        group_management: bool = True,
    ) -> Snapshot:
        """The whole directory; a membership is a group's id and a person's.

        Raises `InvalidInput` for an id that occurs twice, `ValueError` for a membership of somebody who is not given.
        """
    @staticmethod
    def from_arrow(
        *, people: ArrowTable, groups: ArrowTable, memberships: ArrowTable, group_management: bool = True
    ) -> Snapshot:
        """The whole directory out of three tables with `__arrow_c_stream__`: those of pyarrow, polars, duckdb and pandas.

        `people` has the columns `id`, `userName`, `active`, and may have `givenName`, `familyName`, `email`, `role`; `groups` has
        `id`, `name`, and may have `bound`; `memberships` has `group` and `person`, their ids. Texts may be string, large_string,
        string_view or dictionaries of them, nulls are what the directory does not say, and other columns are passed over.

        Raises `InvalidInput` with table, column and row (`directory.table`) for what is of another type, empty or null where it
        must not be, or the id of nobody; and for an id that occurs twice. Without the interpreter's lock while it reads.
        """
    @property
    def people_count(self) -> int: ...
    @property
    def group_count(self) -> int: ...
    @property
    def membership_count(self) -> int: ...
    @property
    def group_management(self) -> bool:
        """Whether groups and memberships are managed at Heap at all (R24, R31)."""
    def people(self) -> list[Person]:
        """Everybody, by directory id."""
    def groups(self) -> list[Group]:
        """All groups, by directory id."""
    def person(self, id: str) -> Person | None:
        """The person with this directory id."""
    def group(self, id: str) -> Group | None:
        """The group with this directory id."""
    def members(self, group: str) -> list[str]:
        """The ids of a group's members; none where there is no such group."""
    def access(self, person: str) -> Access:
        """Whether a person, by directory id, may use the application, and why (R12)."""

@final
class Diff:
    """How two snapshots of one directory differ, by directory ids."""

    @staticmethod
    def between(*, before: Snapshot, after: Snapshot) -> Diff:
        """What leads from one snapshot to the other."""
    @property
    def people(self) -> list[tuple[Literal["added", "removed", "changed"], str]]:
        """How the person differs, and the directory id."""
    @property
    def groups(self) -> list[tuple[Literal["added", "removed", "changed"], str]]:
        """How the group differs, and the directory id."""
    @property
    def memberships(self) -> list[tuple[Literal["joined", "left"], str, str]]:
        """How, the group, the person."""
    @property
    def is_empty(self) -> bool: ...
