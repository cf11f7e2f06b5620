"""The client's end (RFC 7644): requests as values, lists until they are whole, and what a service provider can do."""

from .._core.scim.client import (
    Declared,
    Discovery,
    Endpoint,
    Listing,
    Profile,
)

__all__ = [
    "Declared",
    "Discovery",
    "Endpoint",
    "Listing",
    "Profile",
]
