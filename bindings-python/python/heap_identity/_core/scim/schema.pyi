"""Schemas as data (RFC 7643 2.2, 7): what an attribute is, who may write it, how it is compared; and the URNs."""

from collections.abc import Sequence
from typing import Literal, TypeAlias, final

from . import AttributePath

__all__ = [
    "BULK_REQUEST",
    "BULK_RESPONSE",
    "ENTERPRISE_USER",
    "ERROR",
    "GROUP",
    "LIST_RESPONSE",
    "PATCH_OP",
    "RESOURCE_TYPE",
    "SCHEMA",
    "SEARCH_REQUEST",
    "SERVICE_PROVIDER_CONFIG",
    "USER",
    "Attribute",
    "Resolved",
    "ResourceType",
    "Schema",
]

_Type: TypeAlias = Literal["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"]
_Mutability: TypeAlias = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
_Returned: TypeAlias = Literal["always", "never", "default", "request"]
_Uniqueness: TypeAlias = Literal["none", "server", "global"]

USER: str
GROUP: str
ENTERPRISE_USER: str
LIST_RESPONSE: str
PATCH_OP: str
SEARCH_REQUEST: str
BULK_REQUEST: str
BULK_RESPONSE: str
ERROR: str
SERVICE_PROVIDER_CONFIG: str
RESOURCE_TYPE: str
SCHEMA: str

@final
class Attribute:
    """An attribute of a schema (RFC 7643 7)."""

    def __new__(
        cls,
        *,
        name: str,
        type: _Type = "string",
        description: str = "",
        multi_valued: bool = False,
        required: bool = False,
        case_exact: bool | None = None,
        mutability: _Mutability = "readWrite",
        returned: _Returned = "default",
        uniqueness: _Uniqueness = "none",
        sub_attributes: Sequence[Attribute] = ...,
    ) -> Attribute:
        """One with the characteristics that RFC 7643 2.2 names as default; references and binaries are compared with case."""
    @property
    def name(self) -> str:
        """Its name, in the case in which it is written."""
    @property
    def type(self) -> _Type: ...
    @property
    def multi_valued(self) -> bool:
        """Whether it has several values, in an array."""
    @property
    def description(self) -> str: ...
    @property
    def required(self) -> bool:
        """Whether a resource must have it."""
    @property
    def canonical_values(self) -> list[str]:
        """Values that are usual."""
    @property
    def case_exact(self) -> bool:
        """Whether its texts are compared with regard to case."""
    @property
    def mutability(self) -> _Mutability:
        """Who may write it, and when."""
    @property
    def returned(self) -> _Returned:
        """When it is part of an answer."""
    @property
    def uniqueness(self) -> _Uniqueness:
        """Among which resources a value is unique."""
    @property
    def reference_types(self) -> list[str]:
        """What a reference may refer to."""
    @property
    def sub_attributes(self) -> list[Attribute]:
        """Its sub-attributes, where it is complex."""
    def sub_attribute(self, name: str) -> Attribute | None:
        """The sub-attribute with this name, compared without regard to case."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Schema:
    """A schema (RFC 7643 7)."""

    @property
    def id(self) -> str:
        """Its URN."""
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def attributes(self) -> list[Attribute]:
        """Its attributes, without the common ones of RFC 7643 3.1."""
    def attribute(self, name: str) -> Attribute | None:
        """The attribute with this name, compared without regard to case."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Resolved:
    """What a name means for a type of resource: an attribute, or an extension as a whole, which has no `attribute`."""

    @property
    def extension(self) -> str | None:
        """The URN of the extension that it is of."""
    @property
    def attribute(self) -> Attribute | None: ...
    @property
    def sub(self) -> Attribute | None:
        """The sub-attribute, where the name has one."""

@final
class ResourceType:
    """A type of resource: its schema, its extensions, its endpoint (RFC 7643 6)."""

    @staticmethod
    def user() -> ResourceType:
        """The User with the enterprise extension (RFC 7643 4.1, 4.3)."""
    @staticmethod
    def group() -> ResourceType:
        """The Group (RFC 7643 4.2)."""
    @property
    def name(self) -> str: ...
    @property
    def endpoint(self) -> str:
        """Its endpoint, as `/Users`."""
    @property
    def schema(self) -> Schema:
        """Its core schema."""
    @property
    def extensions(self) -> list[Schema]:
        """Its extensions, all optional."""
    def with_attribute(self, attribute: Attribute) -> ResourceType:
        """The same with one more attribute in the core schema."""
    def attribute(self, name: str) -> Attribute | None:
        """The attribute of the core schema with this name, or the common one (RFC 7643 3.1)."""
    def extension(self, urn: str) -> Schema | None:
        """The extension with this URN."""
    def resolve(self, path: str | AttributePath) -> Resolved | None:
        """What a name means here; `None` when there is no such schema, attribute or sub-attribute."""
    def __eq__(self, other: object, /) -> bool: ...
