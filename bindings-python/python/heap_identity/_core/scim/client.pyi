"""The client's end (RFC 7644): requests as values, lists until they are whole, and what a service provider can do."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, final

from ..wire import Request, Response
from . import Filter, ListResponse, Patch

__all__ = [
    "Declared",
    "Discovery",
    "Endpoint",
    "Listing",
    "Profile",
]

_Json: TypeAlias = str | bytes | Mapping[str, Any]
_Kind: TypeAlias = Literal["User", "Group"]
_Writes: TypeAlias = Literal["patch", "listed_patch", "put"]
_Progress: TypeAlias = Literal["again", "complete", "more"]

@final
class Endpoint:
    """A service provider, as requests name it: it makes them and sends none. Nothing of it is in its `repr`."""

    def __new__(cls, *, base_url: str, bearer_token: str) -> Endpoint:
        """By its base URL (R17). Raises `InvalidInput` (`scim.client.base_url`, `wire.invalid_token`) where no request can be made."""
    def create(self, kind: _Kind, resource: _Json) -> Request:
        """A new resource (RFC 7644 3.3)."""
    def read(self, kind: _Kind, id: str, *, attributes: Sequence[str] = ...) -> Request:
        """One resource (RFC 7644 3.4.1); of its attributes those that are named, or all."""
    def replace(self, kind: _Kind, id: str, resource: _Json) -> Request:
        """A resource in the place of the one with this id (RFC 7644 3.5.1)."""
    def modify(self, kind: _Kind, id: str, patch: Patch) -> Request:
        """A change of a resource (RFC 7644 3.5.2)."""
    def delete(self, kind: _Kind, id: str) -> Request:
        """The end of a resource (RFC 7644 3.6)."""
    def find(self, kind: _Kind, filter: Filter) -> Request:
        """The resources that meet a filter (RFC 7644 3.4.2.2)."""
    def list(self, kind: _Kind, *, position: int | str = 1, count: int = 100, with_members: bool = True) -> Request:
        """A page of at most `count` resources, at an index from 1 or a cursor (RFC 7644 3.4.2.4, RFC 9865).

        Members can be left out, which spares service providers that cannot show large groups (F35).
        """
    def service_provider_config(self) -> Request:
        """What the service provider says that it can do (RFC 7644 4)."""
    def resource_types(self) -> Request:
        """Which types of resources it has (RFC 7644 4)."""
    def schemas(self) -> Request:
        """Which attributes they have (RFC 7644 4)."""
    def change(self, kind: _Kind, *, before: _Json, after: _Json, writes: _Writes = "patch") -> Request | None:
        """The request that makes `after` of `before`, which was read with its id; `None` where they say the same.

        A PUT asks for the version that was read (F22). Raises `ScimError` where no PATCH leads there.
        """

@final
class Listing:
    """A list that is read page by page: the next page starts after what was received, not after what was asked for (F33)."""

    def __new__(cls, *, by_cursor: bool = False) -> Listing:
        """By index until the service provider gives a cursor; `by_cursor` for one that knows cursors only (RFC 9865)."""
    @property
    def position(self) -> int | str:
        """Where the next page begins: an index from 1, or a cursor."""
    @property
    def is_complete(self) -> bool:
        """Whether as many distinct ids were seen as `totalResults` says (F33)."""
    def has(self, id: str) -> bool:
        """Whether a resource was seen."""
    def page(self, page: ListResponse) -> _Progress:
        """Takes a page. `again`: it ended without being whole and starts anew from the first page.

        Raises `InvalidInput` (`scim.client.never_complete`) after the last attempt.
        """
    def again(self) -> _Progress:
        """Begins again, when a page cannot be read or its cursor has expired. Raises as `page`."""

@final
class Declared:
    """What a service provider says of itself (RFC 7643 5, 6, 7): a claim, not evidence. `None` where nothing was said."""

    @property
    def patch(self) -> bool | None: ...
    @property
    def filter(self) -> bool | None: ...
    @property
    def results_max(self) -> int | None:
        """The most resources that a list gives."""
    @property
    def bulk(self) -> bool | None: ...
    @property
    def bulk_operations_max(self) -> int | None:
        """How many operations a bulk request may have."""
    @property
    def bulk_bytes_max(self) -> int | None:
        """How many bytes a bulk request may have."""
    @property
    def etag(self) -> bool | None:
        """Whether versions are compared."""
    @property
    def sort(self) -> bool | None: ...
    @property
    def cursor(self) -> bool | None:
        """Whether lists go by cursor (RFC 9865)."""
    @property
    def index(self) -> bool | None:
        """Whether lists go by index."""
    @property
    def endpoints(self) -> list[str]:
        """The paths of the resource types, as `/Users`."""
    @property
    def schemas(self) -> list[str]:
        """The URNs of the schemas."""

@final
class Profile:
    """What a service provider can do, what it says of itself, and the answers that show it."""

    @property
    def writes(self) -> _Writes | Literal["other"]:
        """How resources are changed."""
    @property
    def ways(self) -> list[_Writes]:
        """The ways to write a change, to be tried in this order while each is refused with 400, 405 or 501 (F16, F17)."""
    @property
    def filters(self) -> Literal["proven", "ignored", "find_nothing", "refused", "unproven", "other"]:
        """How far an answer to a filter is believed (F41)."""
    @property
    def pages(self) -> Literal["index", "cursor", "other"]:
        """How lists are read."""
    @property
    def declared(self) -> Declared: ...
    @property
    def evidence(self) -> list[tuple[str, int]]:
        """What each answer showed, as a stable code, and its status."""

@final
class Discovery:
    """Finding out what a service provider can do: a few reads, one after the other, whose answers are the evidence."""

    def __new__(cls, endpoint: Endpoint) -> Discovery: ...
    def request(self) -> Request | None:
        """The next request, the same until it is answered; `None` when everything was asked."""
    def receive(self, response: Response) -> None:
        """Takes the answer to the last request.

        Raises `ScimError` for 401 and 403, which no further question can mend, and for 429 and 5xx, after which the question
        stands and can be asked again later.
        """
    def profile(self) -> Profile:
        """What was found out so far."""
