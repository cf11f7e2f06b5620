"""The service provider's end (RFC 7644), in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias, final

from ..heap import Variants
from ..wire import Request, Response
from . import Patch

__all__ = [
    "Service",
]

_Json: TypeAlias = str | bytes | Mapping[str, Any]
_Kind: TypeAlias = Literal["User", "Group"]

@final
class Service:
    """A SCIM service provider as RFC 7644 has it, in memory, without rules of its own: for tests and as a peer."""

    def __new__(
        cls, *, base_url: str, bearer_token: str | None = None, variants: Variants | None = None, seed: int | None = None
    ) -> Service:
        """Below `base_url`; without a token anybody may call. Of `variants` the capabilities count.

        Ids are made of `seed`, or of `os.urandom`.
        """
    @property
    def base_url(self) -> str: ...
    def handle(self, *, request: Request, now: datetime) -> Response:
        """Answers a request. Whatever the bytes are, the answer is a SCIM message, and the whole change is stored or none."""
    def add(self, kind: _Kind, resource: _Json, *, now: datetime) -> str:
        """Makes a resource as a POST would, and gives its id. Raises `ScimError`."""
    def alter(self, kind: _Kind, id: str, patch: Patch, *, now: datetime) -> str:
        """Changes a resource as a PATCH would, strictly, and gives the id under which it is now. Raises `ScimError`."""
