"""Signatures over XML. Times are aware; every class is frozen."""

from collections.abc import Sequence
from typing import Literal, final

from .pki import Certificate, SigningKey

__all__ = [
    "Covered",
    "Element",
    "Explanation",
    "canonicalize_xml",
    "explain_xml",
    "sign_xml",
    "verify_xml",
]

@final
class Element:
    """An element of a document, copied from the tree that a signature was verified over; the signature itself is left out."""

    @property
    def namespace(self) -> str: ...
    @property
    def name(self) -> str:
        """Its local name."""
    @property
    def attributes(self) -> list[tuple[str, str, str]]:
        """Namespace, local name and value of each."""
    @property
    def text(self) -> str | None:
        """What it holds, where that is text alone."""
    @property
    def elements(self) -> list[Element]: ...
    def attribute(self, name: str) -> str | None:
        """The value of an attribute without namespace."""

@final
class Covered:
    """An element that a signature of a configured key covers: the only door to what a document says.

    What is above or beside the element is not covered.
    """

    @property
    def element(self) -> Element: ...
    @property
    def key_index(self) -> int:
        """Which of the certificates has the key."""
    @property
    def scheme(self) -> str: ...

@final
class Explanation:
    """What was hashed for a signature. It is no verdict and opens no content: `verify_xml` does."""

    @property
    def matches(self) -> bool:
        """Whether the digest of `canonical` is the one in the signature."""
    @property
    def suspicion(self) -> str | None:
        """Where it is not: how the other side must have written the same element; `None` where its content was changed."""
    @property
    def canonical(self) -> bytes:
        """The bytes that are hashed: the sender's document, which may hold personal data."""
    def compare(self, theirs: bytes) -> tuple[int, str] | None:
        """The first byte that differs from what the other side hashed, and why most likely; `None` where nothing does."""

def canonicalize_xml(
    xml: bytes,
    *,
    method: Literal["exclusive", "inclusive10", "inclusive11"] = "exclusive",
    comments: bool = False,
    prefixes: Sequence[str] = ...,
    element: str | None = None,
) -> bytes:
    """The canonical form of a document, or of the first element with this local name: what signatures are made over.

    `prefixes` is the `InclusiveNamespaces PrefixList` of the exclusive form; `#default` is the default namespace. Raises
    `InvalidInput` (`xml....`).
    """

def sign_xml(xml: str, *, id: str, key: SigningKey, scheme: str | None = None) -> str:
    """The document with an enveloped signature over the element whose `ID` is `id`, with the key's default scheme.

    Other schemes: `rsa-sha384`, `rsa-sha512`, `rsa-pss-sha256`, `rsa-pss-sha384`, `rsa-pss-sha512`. Raises `InvalidInput`
    (`dsig....`).
    """

def verify_xml(
    xml: bytes,
    *,
    certificates: Sequence[Certificate],
    id: str | None = None,
    comments: bool = False,
    legacy_sha1: bool = False,
) -> Covered:
    """Verifies the enveloped signature of the root, or of the element with this `ID`, under one of the certificates.

    Keys in the document count for nothing (A46). `comments` tolerates canonicalizations that keep them; `legacy_sha1`
    verifies SHA-1, for a signer that can do nothing else. Raises `InvalidInput` (`dsig....`).
    """

def explain_xml(
    xml: bytes, *, id: str | None = None, comments: bool = False, legacy_sha1: bool = False
) -> Explanation:
    """Shows what is hashed for a signature, for the error that `dsig.digest_mismatch` is worth; no verdict."""
