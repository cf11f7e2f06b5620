"""SCIM 2.0: resources and messages, filters and PATCH, without I/O.

Resources are dictionaries; where one is an argument, JSON as text or bytes is taken, too, and then a name that is given twice
is refused (RFC 7643 2.1). Every class is frozen and safe to use from several threads.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias, final

from . import client as client, schema as schema, service as service
from .schema import ResourceType

__all__ = [
    "Applied",
    "AttributePath",
    "CheckedFilter",
    "Email",
    "ErrorBody",
    "Filter",
    "Group",
    "ListResponse",
    "Member",
    "Meta",
    "Name",
    "Operation",
    "Patch",
    "Path",
    "User",
    "client",
    "schema",
    "service",
    "dialects",
]

_Json: TypeAlias = str | bytes | Mapping[str, Any]
_Described: TypeAlias = Literal["User", "Group"] | ResourceType
_Attribute: TypeAlias = str | AttributePath
_Path: TypeAlias = str | Path
_Operator: TypeAlias = Literal["co", "ew", "eq", "ge", "gt", "le", "lt", "ne", "sw"]
_Dialect: TypeAlias = Literal["strict", "entra", "okta", "onelogin", "jumpcloud", "tolerant"]

def dialects() -> dict[str, list[str]]:
    """What each dialect of PATCH tolerates beyond RFC 7644 3.5.2, as stable codes by the dialect's name."""

@final
class AttributePath:
    """The name of an attribute in filters and paths (RFC 7644 3.10): `[URN:]name[.sub-attribute]`.

    Two are equal when they are written the same but for case (RFC 7643 2.1).
    """

    def __new__(cls, text: str) -> AttributePath:
        """Reads one. Raises `ScimError` (`scim.invalid_path`) with the byte at which it is malformed."""
    @property
    def schema(self) -> str | None:
        """The URN of the schema, where it is given."""
    @property
    def name(self) -> str:
        """The attribute's name."""
    @property
    def sub_attribute(self) -> str | None:
        """The sub-attribute's name, where one is meant."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class Path:
    """What a PATCH operation is about (RFC 7644 3.5.2): `name.familyName`, `emails[type eq "work"].value`."""

    def __new__(cls, text: str) -> Path:
        """Reads one. Raises `ScimError` (`scim.invalid_path`) with the byte at which it is malformed."""
    @staticmethod
    def member(id: str) -> Path:
        """The member of a group with this id: members are removed by id, never by place (F23)."""
    @property
    def attribute(self) -> AttributePath:
        """The attribute, with the sub-attribute where the path ends in one."""
    @property
    def filter(self) -> Filter | None:
        """The filter that chooses among the attribute's values."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Filter:
    """A condition on resources (RFC 7644 3.4.2.2). `&`, `|` and `~` join and negate; `str` writes it.

    An attribute is named by a text or an `AttributePath`.
    """

    def __new__(cls, text: str) -> Filter:
        """Reads one. Raises `ScimError` (`scim.invalid_filter`) with the byte at which it is malformed, too long or too deep."""
    @staticmethod
    def equals(attribute: _Attribute, value: str | bool | float | None) -> Filter:
        """`attribute eq value`; a text is escaped as it has to be."""
    @staticmethod
    def compare(attribute: _Attribute, operator: _Operator, value: str | bool | float | None) -> Filter:
        """`attribute operator value`."""
    @staticmethod
    def present(attribute: _Attribute) -> Filter:
        """`attribute pr`."""
    def __and__(self, other: Filter, /) -> Filter:
        """`self and other`."""
    def __rand__(self, value: Filter, /) -> Filter: ...
    def __or__(self, other: Filter, /) -> Filter:
        """`self or other`."""
    def __ror__(self, value: Filter, /) -> Filter: ...
    def __invert__(self, /) -> Filter:
        """`not (self)`."""
    def attributes(self) -> list[AttributePath]:
        """Every attribute that is named outside of brackets."""
    def as_equality(self) -> tuple[AttributePath, str] | None:
        """The attribute and the value, where the filter is one `eq` with a text: what an index can answer."""
    def check(self, kind: _Described) -> CheckedFilter:
        """The filter, fitted to the schema of a type of resource (D24). A name that the schema does not have is no error.

        Raises `ScimError` (`scim.invalid_filter`) where a comparison is not defined: the value is not of the attribute's
        type, an order of booleans or binaries, a part of what is no text.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class CheckedFilter:
    """A filter that fits its schema. Only `Filter.check` makes one."""

    def matches(self, resource: _Json) -> bool:
        """Whether a resource meets the filter. An absent attribute counts as `null` (RFC 7643 2.5)."""

@final
class Operation:
    """One operation of a PATCH (RFC 7644 3.5.2)."""

    def __new__(cls, *, op: Literal["add", "remove", "replace"], path: _Path | None = None, value: Any = None) -> Operation:
        """`None` is no value here; `Patch.replace(path, None)` unassigns (RFC 7643 2.5)."""
    @property
    def op(self) -> Literal["add", "remove", "replace"]: ...
    @property
    def path(self) -> Path | None:
        """To what it is done; to the resource itself where absent."""
    @property
    def value(self) -> Any:
        """With what."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Applied:
    """What applying a PATCH did."""

    @property
    def resource(self) -> dict[str, Any]:
        """The resource as it is now."""
    @property
    def changed(self) -> bool:
        """Whether it is another than before."""
    @property
    def tolerated(self) -> list[str]:
        """The stable codes of what was tolerated on the way."""

@final
class Patch:
    """A PATCH request (RFC 7644 3.5.2): operations in order, applied all or not at all. Its methods give a new one.

    `dialect` names who writes the message: `strict` is RFC 7644 alone, `tolerant` all that contradicts no rule of it.
    """

    def __new__(cls, operations: Iterable[Operation] | None = None) -> Patch: ...
    @staticmethod
    def from_json(body: _Json) -> Patch:
        """Reads a message, strictly. Raises `ScimError`: `scim.invalid_syntax`, `scim.invalid_path`, `scim.invalid_value`,
        `scim.no_target`.
        """
    @staticmethod
    def read(body: _Json, *, dialect: _Dialect) -> tuple[Patch, list[str]]:
        """Reads a message in a dialect, and says what was tolerated. Raises as `from_json`."""
    @staticmethod
    def between(*, before: _Json, after: _Json, kind: _Described, dialect: _Dialect = "strict") -> Patch:
        """What leads from one resource to another: no operation where they say the same. Members join and leave by id (F23).

        Raises `ScimError` where no PATCH leads there: `scim.mutability`, `scim.invalid_path`, `scim.invalid_value`.
        """
    @staticmethod
    def in_any_dialect(body: _Json, *, resource: _Json, kind: _Described) -> Applied:
        """Reads a message and applies it, strictly first and then with what is tolerated (D24). Raises `ScimError`."""
    @property
    def operations(self) -> list[Operation]: ...
    def add(self, path: _Path, value: Any) -> Patch:
        """Adds to an attribute (RFC 7644 3.5.2.1)."""
    def replace(self, path: _Path, value: Any) -> Patch:
        """Replaces an attribute (RFC 7644 3.5.2.3)."""
    def remove(self, path: _Path) -> Patch:
        """Removes an attribute, or the values that a path's filter finds (RFC 7644 3.5.2.2)."""
    def add_members(self, ids: Iterable[str]) -> Patch:
        """Adds the members with these ids to a group."""
    def remove_members(self, ids: Iterable[str]) -> Patch:
        """Removes the members with these ids from a group, one operation each."""
    def chunks(self, *, values_max: int) -> list[Patch]:
        """The same as several messages that add or remove so many values at most, each atomic by itself (F10)."""
    def apply(self, resource: _Json, *, kind: _Described, dialect: _Dialect = "strict") -> Applied:
        """Applies the operations in order, all or none; what was given stays as it is.

        Raises `ScimError` with the operation's number: `scim.invalid_path`, `scim.no_target`, `scim.mutability`,
        `scim.invalid_value`, `scim.invalid_filter` (RFC 7644 3.12).
        """
    def to_json(self) -> bytes:
        """The message."""
    def __len__(self, /) -> int:
        """How many operations there are."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Name:
    """A user's name in parts (RFC 7643 4.1.1)."""

    def __new__(
        cls,
        *,
        formatted: str | None = None,
        family_name: str | None = None,
        given_name: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Name: ...
    @property
    def formatted(self) -> str | None:
        """The whole name, ready for display."""
    @property
    def family_name(self) -> str | None: ...
    @property
    def given_name(self) -> str | None: ...
    @property
    def extra(self) -> dict[str, Any]:
        """Every other attribute, as it came."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Email:
    """An e-mail address of a user (RFC 7643 4.1.2)."""

    def __new__(
        cls,
        *,
        value: str | None = None,
        type: str | None = None,
        primary: bool | None = None,
        display: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Email: ...
    @property
    def value(self) -> str | None:
        """The address."""
    @property
    def type(self) -> str | None:
        """What it is for: `work`, `home`, `other`."""
    @property
    def primary(self) -> bool | None:
        """Whether it is the one to use."""
    @property
    def display(self) -> str | None:
        """A name for display."""
    @property
    def extra(self) -> dict[str, Any]:
        """Every other attribute, as it came."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Meta:
    """What the service provider says about a resource (RFC 7643 3.1); times as it wrote them."""

    def __new__(
        cls,
        *,
        resource_type: str | None = None,
        created: str | None = None,
        last_modified: str | None = None,
        location: str | None = None,
        version: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Meta: ...
    @property
    def resource_type(self) -> str | None:
        """`User`, `Group`."""
    @property
    def created(self) -> str | None:
        """When the resource was made."""
    @property
    def last_modified(self) -> str | None:
        """When it was last changed."""
    @property
    def location(self) -> str | None:
        """Its address."""
    @property
    def version(self) -> str | None:
        """Its version, as an ETag."""
    @property
    def extra(self) -> dict[str, Any]:
        """Every other attribute, as it came."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Member:
    """A member of a group (RFC 7643 4.2)."""

    def __new__(
        cls,
        *,
        value: str,
        display: str | None = None,
        reference: str | None = None,
        type: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Member: ...
    @property
    def value(self) -> str:
        """The member's id."""
    @property
    def display(self) -> str | None:
        """The member's name for display."""
    @property
    def reference(self) -> str | None:
        """The member's address, `$ref`."""
    @property
    def type(self) -> str | None:
        """`User` or `Group`."""
    @property
    def extra(self) -> dict[str, Any]:
        """Every other attribute, as it came."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class User:
    """A user (RFC 7643 4.1), typed where provisioning looks and lossless everywhere else (D25)."""

    def __new__(
        cls,
        *,
        user_name: str,
        id: str | None = None,
        external_id: str | None = None,
        name: Name | None = None,
        display_name: str | None = None,
        active: bool | None = None,
        emails: Sequence[Email] | None = None,
        meta: Meta | None = None,
        schemas: Sequence[str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> User:
        """One of the core schema, unless `schemas` names others."""
    @staticmethod
    def from_json(body: _Json) -> User:
        """Reads one. Raises `ScimError` (`scim.invalid_syntax`) for one without its required name or with a name twice."""
    @property
    def schemas(self) -> list[str]:
        """The URNs of the schemas in use."""
    @property
    def id(self) -> str | None:
        """The service provider's id."""
    @property
    def external_id(self) -> str | None:
        """The provisioning side's id."""
    @property
    def user_name(self) -> str:
        """The name to log in with, unique without regard to case."""
    @property
    def name(self) -> Name | None: ...
    @property
    def display_name(self) -> str | None: ...
    @property
    def active(self) -> bool | None:
        """Whether the account may be used."""
    @property
    def emails(self) -> list[Email] | None:
        """The e-mail addresses; absent and empty are different."""
    @property
    def email(self) -> str | None:
        """The address to use: the primary one, else the first."""
    @property
    def meta(self) -> Meta | None: ...
    @property
    def extra(self) -> dict[str, Any]:
        """Every other attribute, as it came; also a known one whose value is null or of an unexpected type (F25)."""
    def to_json(self) -> bytes:
        """The resource as JSON."""
    def to_dict(self) -> dict[str, Any]:
        """The resource as a dictionary, by the names of RFC 7643."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Group:
    """A group (RFC 7643 4.2), typed where provisioning looks and lossless everywhere else (D25)."""

    def __new__(
        cls,
        *,
        display_name: str,
        id: str | None = None,
        external_id: str | None = None,
        members: Sequence[Member] | None = None,
        meta: Meta | None = None,
        schemas: Sequence[str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Group:
        """One of the core schema, unless `schemas` names others."""
    @staticmethod
    def from_json(body: _Json) -> Group:
        """Reads one. Raises `ScimError` (`scim.invalid_syntax`) for one without its required name or with a name twice."""
    @property
    def schemas(self) -> list[str]:
        """The URNs of the schemas in use."""
    @property
    def id(self) -> str | None:
        """The service provider's id."""
    @property
    def external_id(self) -> str | None:
        """The provisioning side's id."""
    @property
    def display_name(self) -> str: ...
    @property
    def members(self) -> list[Member] | None:
        """`None` where the service provider did not say who is in it; empty where it said that nobody is (F13, F20)."""
    @property
    def meta(self) -> Meta | None: ...
    @property
    def extra(self) -> dict[str, Any]:
        """Every other attribute, as it came; also a known one whose value is null or of an unexpected type (F25)."""
    def to_json(self) -> bytes:
        """The resource as JSON."""
    def to_dict(self) -> dict[str, Any]:
        """The resource as a dictionary, by the names of RFC 7643."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class ErrorBody:
    """What a service provider says of an error (RFC 7644 3.12)."""

    @staticmethod
    def from_json(body: _Json) -> ErrorBody | None:
        """Reads one; `None` where the body is none."""
    @property
    def status(self) -> int | None:
        """The HTTP status that it names."""
    @property
    def scim_type(self) -> str | None: ...
    @property
    def detail(self) -> str | None:
        """What it says to people."""
    @property
    def code(self) -> str | None:
        """The stable code of its kind, where RFC 7644 or RFC 9865 knows it."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class ListResponse:
    """A page of resources (RFC 7644 3.4.2, RFC 9865)."""

    @staticmethod
    def from_json(body: _Json) -> ListResponse:
        """Reads one. Raises `ScimError` (`scim.invalid_syntax`) for what is no list or has no `totalResults`."""
    @property
    def total_results(self) -> int:
        """How many resources match, on all pages."""
    @property
    def start_index(self) -> int | None:
        """The index of the first resource of this page, from 1, as the service provider says it."""
    @property
    def items_per_page(self) -> int | None:
        """How many resources the service provider says are on this page."""
    @property
    def next_cursor(self) -> str | None:
        """The cursor of the next page."""
    @property
    def previous_cursor(self) -> str | None:
        """The cursor of the page before."""
    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources of this page; none where the message has none."""
    def users(self) -> list[User]:
        """The resources, typed. Raises `ScimError` for one that is no user."""
    def groups(self) -> list[Group]:
        """The resources, typed. Raises `ScimError` for one that is no group."""
    def __iter__(self, /) -> Iterator[dict[str, Any]]:
        """The resources of this page."""
    def __len__(self, /) -> int:
        """How many resources are on the page."""
    def __eq__(self, other: object, /) -> bool: ...
