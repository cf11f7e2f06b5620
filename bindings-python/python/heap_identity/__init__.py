"""SAML 2.0 single sign-on and SCIM 2.0 provisioning between an identity provider and Heap, without I/O."""

from ._core import __version__
from .errors import HeapIdentityError

__all__ = ["HeapIdentityError", "__version__"]
