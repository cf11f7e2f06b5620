"""Heap as the other side of the integration: its names and roles, its set-up, and an embedded tenant.

What would lock people out is told before it does.
"""

from ._core.heap import (
    ACS_URL_TEMPLATE,
    ENTITY_ID,
    AttributeMapping,
    AttributeSource,
    ConnectionTest,
    HeapId,
    JoinCheck,
    JoinIssue,
    Missing,
    Outage,
    Prerequisites,
    Role,
    Rollover,
    RolloverPlan,
    RolloverStep,
    Session,
    SsoSettings,
    Tenant,
    TenantName,
    Variants,
    fill_template,
    test_connection,
)

__all__ = [
    "ACS_URL_TEMPLATE",
    "ENTITY_ID",
    "AttributeMapping",
    "AttributeSource",
    "ConnectionTest",
    "HeapId",
    "JoinCheck",
    "JoinIssue",
    "Missing",
    "Outage",
    "Prerequisites",
    "Role",
    "Rollover",
    "RolloverPlan",
    "RolloverStep",
    "Session",
    "SsoSettings",
    "Tenant",
    "TenantName",
    "Variants",
    "fill_template",
    "test_connection",
]
