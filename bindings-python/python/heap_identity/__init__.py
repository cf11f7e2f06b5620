"""SAML 2.0 single sign-on and SCIM 2.0 provisioning between an identity provider and Heap, without I/O.

The names, verdicts and codes are those of the Rust library `heap-identity`.
"""

from ._core import (
    AcceptedRequest,
    AuthnRequest,
    Certificate,
    Check,
    Expected,
    IdentityProvider,
    Outcome,
    Policy,
    ReplayCache,
    Report,
    ServiceProvider,
    SignedResponse,
    SigningKey,
    Trust,
    Unspent,
    VerifiedAssertion,
    __version__,
)
from .errors import HeapIdentityError, InvalidInput, Rejection

__all__ = [
    "AcceptedRequest",
    "AuthnRequest",
    "Certificate",
    "Check",
    "Expected",
    "HeapIdentityError",
    "IdentityProvider",
    "InvalidInput",
    "Outcome",
    "Policy",
    "Rejection",
    "ReplayCache",
    "Report",
    "ServiceProvider",
    "SignedResponse",
    "SigningKey",
    "Trust",
    "Unspent",
    "VerifiedAssertion",
    "__version__",
]
