"""The shapes of documents that are dictionaries in Python because they are JSON elsewhere."""

from typing import Protocol, TypedDict


class _EventChangeAlways(TypedDict):
    field: str
    to: str | None


# `from` is a word of the language, so this one has the other form.
_EventChangeBefore = TypedDict("_EventChangeBefore", {"from": str}, total=False)


class EventChange(_EventChangeAlways, _EventChangeBefore):
    """What was to be changed: the attribute at Heap, its value before (absent where there was none) and after."""


class EventResource(TypedDict):
    """Whom or what an event is about: the directory id, `user` or `user_group`, and the name, masked."""

    id: str
    type: str
    displayName: str


class _EventAlways(TypedDict):
    id: str
    service: str
    event_type: str
    timestamp: str
    attempts: int
    error_message: str | None


class Event(_EventAlways, total=False):
    """An attempt and how it ended (R38-R41), with the fields of Directory Insights; personal values are masked.

    `timestamp` is RFC 3339 in UTC; `attempts` counts requests; `error_message` is `None` where it worked; `resource` is
    absent for the integration itself, and `changes` where nothing was to be changed.
    """

    resource: EventResource
    changes: list[EventChange]


class ArrowTable(Protocol):
    """A table that gives its rows as a stream through Arrow's PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A capsule of the name `arrow_array_stream`."""
        ...
