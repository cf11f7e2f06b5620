"""HTTP as values. Times are aware; every class is frozen."""

from collections.abc import Sequence
from typing import final

__all__ = [
    "Request",
    "Response",
]

@final
class Request:
    """An HTTP request with its whole body. Its headers may hold the token, so its repr does not show them."""

    def __new__(
        cls, *, method: str, url: str, headers: Sequence[tuple[str, str]] = ..., body: bytes = ...
    ) -> Request: ...
    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...

@final
class Response:
    """An HTTP response with its whole body."""

    def __new__(cls, *, status: int, headers: Sequence[tuple[str, str]] = ..., body: bytes = ...) -> Response: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...
