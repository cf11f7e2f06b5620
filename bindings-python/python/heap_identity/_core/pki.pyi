"""Keys and certificates. Times are aware; every class is frozen."""

from datetime import datetime
from typing import Literal, final

__all__ = [
    "Certificate",
    "DecryptionKey",
    "SigningKey",
]

@final
class Certificate:
    """An X.509 certificate."""

    @staticmethod
    def from_pem(pem: str) -> Certificate:
        """The first certificate of a PEM text. Raises `InvalidInput` (`pki....`) for what cannot be used."""
    @staticmethod
    def from_der(der: bytes) -> Certificate:
        """Raises `InvalidInput` (`pki....`) for what cannot be used."""
    def to_pem(self) -> str:
        """As a file has it."""
    def to_der(self) -> bytes:
        """As signatures and fingerprints have it."""
    @property
    def subject(self) -> str:
        """The distinguished name (RFC 4514)."""
    @property
    def serial(self) -> str: ...
    @property
    def key_type(self) -> Literal["rsa", "p256", "p384", "ed25519", "other"]: ...
    @property
    def sha256_fingerprint(self) -> str:
        """Of the DER, in hexadecimal with colons."""
    @property
    def not_before(self) -> datetime: ...
    @property
    def not_after(self) -> datetime: ...
    def is_valid_at(self, *, now: datetime) -> bool:
        """Whether it is within its dates."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class SigningKey:
    """A private key (RSA 2048-4096, P-256, P-384, Ed25519) with its certificate. It is not printed and cannot be exported.

    It is read from PKCS#8, PKCS#1 or SEC 1.
    """

    @staticmethod
    def from_pem(*, key_pem: str, certificate_pem: str) -> SigningKey:
        """Of a private key that is not encrypted. Raises `InvalidInput`, also where the two do not belong together."""
    @staticmethod
    def from_der(*, key_der: bytes, certificate_der: bytes) -> SigningKey:
        """As `from_pem`, of DER."""
    @property
    def certificate(self) -> Certificate: ...
    @property
    def default_scheme(self) -> str: ...

@final
class DecryptionKey:
    """A private RSA key that decrypts, with the certificate that others encrypt for. It is not printed and cannot be exported.

    It is read from PKCS#8 or PKCS#1.
    """

    @staticmethod
    def from_pem(*, key_pem: str, certificate_pem: str) -> DecryptionKey:
        """Of a private key that is not encrypted. Raises `InvalidInput`, also where the two do not belong together."""
    @staticmethod
    def from_der(*, key_der: bytes, certificate_der: bytes) -> DecryptionKey:
        """As `from_pem`, of DER."""
    @property
    def certificate(self) -> Certificate: ...
