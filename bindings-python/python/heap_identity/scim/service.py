"""The service provider's end (RFC 7644), in memory."""

from .._core.scim.service import (
    Service,
)

__all__ = [
    "Service",
]
