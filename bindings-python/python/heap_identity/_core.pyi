"""The compiled half of the package. Times are aware; every class is frozen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, final

__all__ = [
    "AcceptedRequest",
    "AuthnRequest",
    "Certificate",
    "Check",
    "Expected",
    "IdentityProvider",
    "Outcome",
    "Policy",
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

__version__: str

@final
class Certificate:
    """An X.509 certificate."""

    @staticmethod
    def from_pem(pem: str) -> Certificate: ...
    def to_pem(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def sha256_fingerprint(self) -> str: ...
    @property
    def not_before(self) -> datetime: ...
    @property
    def not_after(self) -> datetime: ...

@final
class SigningKey:
    """A private key with its certificate. It is not printed and cannot be exported."""

    @staticmethod
    def from_pem(*, key_pem: str, certificate_pem: str) -> SigningKey: ...
    @property
    def certificate(self) -> Certificate: ...

@final
class IdentityProvider:
    """An identity provider that signs what it says.

    Once a service provider is registered (entity id to assertion consumer service URLs, the first of which is the
    default), only registered ones are answered.
    """

    def __new__(
        cls,
        *,
        entity_id: str,
        key: SigningKey,
        sso_url: str | None = None,
        service_providers: Mapping[str, Sequence[str]] | None = None,
        sign_scope: Literal["assertion", "response", "both"] | None = None,
        valid_for: timedelta | None = None,
    ) -> IdentityProvider: ...
    @property
    def entity_id(self) -> str: ...
    @property
    def certificate(self) -> Certificate: ...
    def respond(
        self,
        *,
        subject: str,
        audience: str,
        acs_url: str,
        now: datetime,
        name_id_format: str | None = None,
        in_response_to: str | None = None,
        attributes: Mapping[str, Sequence[str]] | None = None,
        authn_instant: datetime | None = None,
        authn_context_class: str | None = None,
        session_index: str | None = None,
        session_not_on_or_after: datetime | None = None,
        random: Callable[[int], bytes] | None = None,
    ) -> SignedResponse:
        """A signed Response for a person who was authenticated and authorised.

        The subject is an email address unless `name_id_format` says otherwise; the person was authenticated `now`
        unless `authn_instant` does; randomness comes from `os.urandom` unless `random` gives it.
        """
    def accept_redirect(self, *, raw_query: str, now: datetime) -> AcceptedRequest:
        """The request in a query string, given as it came."""
    def accept_post(
        self, *, saml_request: str, now: datetime, relay_state: str | None = None
    ) -> AcceptedRequest:
        """The request in a form."""

@final
class SignedResponse:
    """A Response that is signed, and the address that it is for."""

    @property
    def xml(self) -> str: ...
    @property
    def acs_url(self) -> str: ...
    def form_fields(self, *, relay_state: str | None = None) -> dict[str, str]: ...
    def auto_post_page(self, *, nonce: str, relay_state: str | None = None) -> str: ...

@final
class AcceptedRequest:
    """A request that may be answered, at an address that is registered."""

    @property
    def id(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def acs_url(self) -> str: ...
    @property
    def relay_state(self) -> str | None: ...
    @property
    def force_authn(self) -> bool: ...
    @property
    def is_passive(self) -> bool: ...
    @property
    def name_id_format(self) -> str | None: ...

@final
class Trust:
    """An identity provider that is trusted, by the certificates of its keys and no others."""

    def __new__(cls, *, entity_id: str, certificates: Sequence[Certificate]) -> Trust: ...
    @property
    def entity_id(self) -> str: ...
    @property
    def certificates(self) -> list[Certificate]: ...

@final
class Policy:
    """What a service provider insists on."""

    @staticmethod
    def strict(
        *,
        clock_skew: timedelta | None = None,
        signed: Literal["assertion", "assertion_or_response", "response", "both"] | None = None,
        unsolicited: bool | None = None,
        expired_certificates: bool | None = None,
    ) -> Policy:
        """The policy for production, with what is given here in place of its own."""

@final
class Expected:
    """What is awaited. It comes from the service provider's own memory, never from the message."""

    @staticmethod
    def unsolicited() -> Expected:
        """A login that begins at the identity provider."""
    @staticmethod
    def answer_to(*, request_id: str, idp_entity_id: str) -> Expected:
        """The answer to a request, by the identity provider that was asked."""

@final
class ReplayCache:
    """Remembers which Assertions were used: in memory, for one process; refuses when full."""

    def __new__(cls, *, capacity: int) -> ReplayCache: ...
    def __len__(self) -> int: ...

@final
class ServiceProvider:
    """A service provider: who it is, where it takes Responses, and whom it trusts."""

    def __new__(
        cls, *, entity_id: str, acs_url: str, trusted: Sequence[Trust], policy: Policy | None = None
    ) -> ServiceProvider: ...
    @property
    def entity_id(self) -> str: ...
    @property
    def acs_url(self) -> str: ...
    def verify(
        self, *, saml_response: str, expected: Expected, now: datetime, replay: ReplayCache
    ) -> VerifiedAssertion:
        """Verifies the value of the form's field `SAMLResponse` and records its use; raises `Rejection`."""
    def verify_unspent(self, *, saml_response: str, expected: Expected, now: datetime) -> Unspent:
        """Verifies everything but that the login is used for the first time; raises `Rejection`."""
    @staticmethod
    def claimed_request(*, saml_response: str) -> str | None:
        """The ID of the request that a Response claims to answer: to find what waits for it, for nothing else."""
    def authn_request(
        self, *, sso_url: str, now: datetime, random: Callable[[int], bytes] | None = None
    ) -> AuthnRequest:
        """A request to log a person in."""

@final
class AuthnRequest:
    """A request to log a person in, to be sent by the browser."""

    @property
    def id(self) -> str: ...
    @property
    def destination(self) -> str: ...
    @property
    def issue_instant(self) -> datetime: ...
    def to_xml(self) -> str: ...
    def redirect_url(self, *, relay_state: str | None = None) -> str: ...

@final
class Unspent:
    """A login that is verified but was not spent: it says nothing about the person yet."""

    def spend(self, replay: ReplayCache) -> VerifiedAssertion:
        """Records the use, and gives the login if it was the first; raises `Rejection`."""

@final
class VerifiedAssertion:
    """A person is logged in. There is no other way to one of these than a verification."""

    @property
    def id(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def name_id_format(self) -> str: ...
    @property
    def attributes(self) -> dict[str, list[str]]: ...
    @property
    def authn_instant(self) -> datetime: ...
    @property
    def authn_context_class(self) -> str | None: ...
    @property
    def session_index(self) -> str | None: ...
    @property
    def session_not_on_or_after(self) -> datetime | None: ...
    @property
    def not_on_or_after(self) -> datetime: ...
    @property
    def report(self) -> Report: ...

@final
class Check:
    """One thing that a Response must satisfy."""

    @staticmethod
    def all() -> list[Check]:
        """Every check once, in the order in which they are looked at."""
    @property
    def code(self) -> str: ...
    @property
    def clause(self) -> str: ...
    @property
    def title(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Outcome:
    """One check and how it ended."""

    @property
    def check(self) -> Check: ...
    @property
    def status(self) -> Literal["passed", "warned", "failed", "not_applicable", "not_reached"]: ...
    @property
    def expected(self) -> str | None: ...
    @property
    def found(self) -> str | None: ...
    @property
    def at(self) -> str | None: ...
    @property
    def hint(self) -> str | None: ...

@final
class Report:
    """Every check once, in order, with how it ended. `str` gives a table for people."""

    @property
    def outcomes(self) -> list[Outcome]: ...
    def to_json(self) -> str: ...
