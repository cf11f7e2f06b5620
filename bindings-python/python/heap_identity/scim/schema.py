"""Schemas as data (RFC 7643 2.2, 7): what an attribute is, who may write it, how it is compared; and the URNs."""

from .._core.scim.schema import (
    BULK_REQUEST,
    BULK_RESPONSE,
    ENTERPRISE_USER,
    ERROR,
    GROUP,
    LIST_RESPONSE,
    PATCH_OP,
    RESOURCE_TYPE,
    SCHEMA,
    SEARCH_REQUEST,
    SERVICE_PROVIDER_CONFIG,
    USER,
    Attribute,
    Resolved,
    ResourceType,
    Schema,
)

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
