"""SCIM 2.0: resources and messages, filters and PATCH, without I/O.

Both ends of the protocol are in `heap_identity.scim.client` and `heap_identity.scim.service`, schemas in
`heap_identity.scim.schema`.

Resources are dictionaries; where one is an argument, JSON as text or bytes is taken, too, and then a name that is given twice
is refused (RFC 7643 2.1). Every class is frozen and safe to use from several threads.
"""

from .._core.scim import (
    Applied,
    AttributePath,
    CheckedFilter,
    Email,
    ErrorBody,
    Filter,
    Group,
    ListResponse,
    Member,
    Meta,
    Name,
    Operation,
    Patch,
    Path,
    User,
    dialects,
)

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
    "dialects",
]
