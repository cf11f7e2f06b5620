"""SAML 2.0 sign-on, both ends. Times are aware; every class is frozen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, final

from .metadata import IdentityProviderMetadata, ServiceProviderMetadata
from .pki import Certificate, DecryptionKey, SigningKey

__all__ = [
    "AcceptedRequest",
    "AuthnRequest",
    "Check",
    "ClaimedFailure",
    "Expected",
    "FailureResponse",
    "IdentityProvider",
    "NameId",
    "Outcome",
    "PendingRequest",
    "PendingRequests",
    "Policy",
    "RefusedRequest",
    "ReplayCache",
    "Report",
    "ServiceProvider",
    "SignedResponse",
    "Trust",
    "Unspent",
    "Use",
    "VerifiedAssertion",
    "content_security_policy",
]

@final
class NameId:
    """How a person is named in messages. It is personal: its repr is masked."""

    def __new__(
        cls,
        value: str,
        *,
        format: str | None = None,
        name_qualifier: str | None = None,
        sp_name_qualifier: str | None = None,
    ) -> NameId:
        """An email address unless `format` gives the URI of another kind (saml-core 8.3)."""
    @property
    def value(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def name_qualifier(self) -> str | None: ...
    @property
    def sp_name_qualifier(self) -> str | None: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class IdentityProvider:
    """An identity provider that signs what it says.

    Once a service provider is registered (entity id to assertion consumer service URLs, the first of which is the
    default, or by its metadata), only registered ones are answered.
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
        registered: Sequence[ServiceProviderMetadata] = ...,
        encrypt_for: Mapping[str, Certificate] | None = None,
        want_authn_requests_signed: bool = False,
    ) -> IdentityProvider:
        """`valid_for` is five minutes and the Assertion is signed unless said otherwise.

        Assertions for an entity id in `encrypt_for` are encrypted for the holder of that certificate, after they are
        signed (saml-core 2.3.4).
        """
    @property
    def entity_id(self) -> str: ...
    @property
    def certificate(self) -> Certificate:
        """What service providers must trust (R6)."""
    def metadata(self) -> IdentityProviderMetadata:
        """What it says of itself, for service providers that are configured from a file (saml-metadata 2.4.3)."""
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
        friendly_names: Mapping[str, str] | None = None,
        name_formats: Mapping[str, str] | None = None,
        authn_instant: datetime | None = None,
        authn_context_class: str | None = None,
        session_index: str | None = None,
        session_not_on_or_after: datetime | None = None,
        random: Callable[[int], bytes] | None = None,
    ) -> SignedResponse:
        """A signed Response for a person who was authenticated and authorised.

        The subject is an email address unless `name_id_format` says otherwise; the person was authenticated `now`
        unless `authn_instant` does; randomness comes from `os.urandom` unless `random` gives it. What people call an
        attribute, and how its name is to be read, stand in `friendly_names` and `name_formats` (saml-core 2.7.3.1).
        Raises `InvalidInput` (`saml.unregistered`, `saml.blank` and others).
        """
    def decline(
        self,
        *,
        request: AcceptedRequest,
        failure: str,
        now: datetime,
        message: str | None = None,
        random: Callable[[int], bytes] | None = None,
    ) -> FailureResponse:
        """The answer that logs nobody in, by a code such as `saml.failure.request_denied` (saml-core 3.2.2.2).

        It is signed only if the request proved its sender. `message` is for people.
        """
    def refused_redirect(self, *, raw_query: str, now: datetime) -> RefusedRequest | None:
        """Whom to tell that `accept_redirect` refuses the request of this query; `None` where that is in doubt, or it is accepted.

        Only a registered service provider is told, at a registered address (saml-profiles 4.1.4.1, A58).
        """
    def refused_form(self, *, body: str, now: datetime) -> RefusedRequest | None:
        """As `refused_redirect`, for the body that `accept_form` takes."""
    def refuse(
        self, *, request: RefusedRequest, now: datetime, random: Callable[[int], bytes] | None = None
    ) -> FailureResponse:
        """The answer to a request that is refused, never signed: anybody can send such a request (A10)."""
    def accept_redirect(self, *, raw_query: str, now: datetime) -> AcceptedRequest:
        """The request in a query string, given as it came (saml-bindings 3.4). Raises `InvalidInput`."""
    def accept_form(self, *, body: str, now: datetime) -> AcceptedRequest:
        """The request in the body of a form, given as it came (saml-bindings 3.5). Raises `InvalidInput`."""
    def accept_post(
        self, *, saml_request: str, now: datetime, relay_state: str | None = None
    ) -> AcceptedRequest:
        """The request in the fields of a form. Raises `InvalidInput`."""

@final
class SignedResponse:
    """A Response that is signed, and the address that it is for."""

    @property
    def xml(self) -> str: ...
    @property
    def acs_url(self) -> str: ...
    def form_fields(self, *, relay_state: str | None = None) -> dict[str, str]:
        """The fields of the form to be posted to `acs_url`, by name (saml-bindings 3.5.4)."""
    def auto_post_page(self, *, nonce: str, relay_state: str | None = None) -> str:
        """A page that posts the form by itself; send it with `content_security_policy(nonce=nonce)`."""

@final
class FailureResponse:
    """A Response that says why nobody is logged in, and the address that it is for."""

    @property
    def xml(self) -> str: ...
    @property
    def acs_url(self) -> str: ...
    def form_fields(self, *, relay_state: str | None = None) -> dict[str, str]:
        """The fields of the form to be posted to `acs_url`, by name (saml-bindings 3.5.4)."""
    def auto_post_page(self, *, nonce: str, relay_state: str | None = None) -> str:
        """A page that posts the form by itself; send it with `content_security_policy(nonce=nonce)`."""

@final
class RefusedRequest:
    """A request that is refused, and whose sender can be told. Nothing else of it is believed."""

    @property
    def id(self) -> str: ...
    @property
    def issuer(self) -> str:
        """The entity id of the service provider."""
    @property
    def acs_url(self) -> str:
        """Where the answer goes."""
    @property
    def relay_state(self) -> str | None:
        """To be sent back unchanged with the answer."""
    @property
    def failure(self) -> str:
        """The stable code of what it is refused with."""

@final
class AcceptedRequest:
    """A request that may be answered, at an address that is registered (A58)."""

    @property
    def id(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def acs_url(self) -> str: ...
    @property
    def relay_state(self) -> str | None:
        """To be sent back unchanged with the answer."""
    @property
    def is_authenticated(self) -> bool:
        """Whether a signature by a registered key proves who sent it."""
    @property
    def force_authn(self) -> bool:
        """The person must prove again who they are."""
    @property
    def is_passive(self) -> bool:
        """The person must not be asked anything."""
    @property
    def subject(self) -> NameId | None:
        """Whom the service provider wants to be authenticated, where it knows (saml-core 3.4.1)."""
    @property
    def name_id_format(self) -> str | None: ...
    @property
    def sp_name_qualifier(self) -> str | None: ...
    @property
    def allow_create(self) -> bool: ...
    @property
    def authn_context(self) -> tuple[Literal["exact", "minimum", "maximum", "better"], list[str]] | None:
        """How the person is to be authenticated: the comparison and the classes (saml-core 3.3.2.2.1)."""
    def refusal(
        self, *, subject: NameId, authn_context_class: str | None = None, classes: Sequence[str] = ...
    ) -> str | None:
        """Why a login of this person, authenticated in this way, is not what was asked for; `None` where it is.

        `classes` are the ways that the identity provider knows, the weakest first. The answer is a code for `decline`.
        """

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
    """What a service provider insists on (D17)."""

    @staticmethod
    def strict(
        *,
        clock_skew: timedelta | None = None,
        signed: Literal["assertion", "assertion_or_response", "response", "both"] | None = None,
        unsolicited: bool | None = None,
        expired_certificates: bool | None = None,
    ) -> Policy:
        """The policy for production, with what is given here in place of its own.

        Its own: 60 seconds of skew (5 minutes at most), the Assertion or the Response that holds it signed, logins that
        nobody asked for allowed (R9), certificates that have expired verify with a warning.
        """
    @property
    def clock_skew(self) -> timedelta: ...
    @property
    def unsolicited(self) -> bool: ...
    @property
    def expired_certificates(self) -> bool: ...

@final
class Expected:
    """What is awaited. It comes from the service provider's own memory, never from the message."""

    @staticmethod
    def unsolicited() -> Expected:
        """A login that begins at the identity provider (R9)."""
    @staticmethod
    def answer_to(*, request_id: str, idp_entity_id: str) -> Expected:
        """The answer to a request, by the identity provider that was asked (A55)."""

@final
class PendingRequest:
    """A request that was sent and not answered yet."""

    @property
    def id(self) -> str: ...
    @property
    def idp_entity_id(self) -> str: ...
    @property
    def relay_state(self) -> str | None:
        """What is to be known again after the login, such as the page that was asked for. It never travels (A58)."""
    @property
    def expires(self) -> datetime: ...
    @property
    def expected(self) -> Expected:
        """What a Response must be to answer this request."""

@final
class PendingRequests:
    """The requests that wait for their answer (D21): one-time, expiring, several at once. Safe to use from several threads.

    Its methods raise `Refused`: `saml.pending_full`, `saml.pending_duplicate`, `saml.pending_too_long`,
    `saml.pending_unknown`, `saml.pending_expired`. Bind a request to the browser that made it, by a cookie for example.
    """

    def __new__(cls, *, capacity: int, lifetime: timedelta) -> PendingRequests: ...
    def open(self, *, id: str, idp_entity_id: str, now: datetime, relay_state: str | None = None) -> None:
        """Remembers a request that is about to be sent."""
    def find(self, id: str, *, now: datetime) -> PendingRequest:
        """The request of this ID, which goes on waiting: a forged answer must not use it up."""
    def take(self, id: str, *, now: datetime) -> PendingRequest:
        """Ends the wait: a second answer finds nothing."""
    def forget(self, id: str) -> None:
        """Ends the wait for an answer that will not come."""
    def __len__(self) -> int: ...

@final
class Use:
    """The use of one Assertion, as a store of the caller's records it: once for an issuer and an id."""

    @property
    def issuer(self) -> str: ...
    @property
    def assertion_id(self) -> str: ...
    @property
    def until(self) -> datetime:
        """Until when it must be remembered."""

@final
class ReplayCache:
    """Remembers which messages were used (D22): in memory, for one process; refuses when full."""

    def __new__(cls, *, capacity: int) -> ReplayCache: ...
    def __len__(self) -> int: ...

@final
class ServiceProvider:
    """A service provider: who it is, where it takes Responses, and whom it trusts. Safe to use from several threads."""

    def __new__(
        cls,
        *,
        entity_id: str,
        acs_url: str,
        trusted: Sequence[Trust],
        policy: Policy | None = None,
        decryption_keys: Sequence[DecryptionKey] = ...,
        request_key: SigningKey | None = None,
    ) -> ServiceProvider:
        """Each of the decryption keys is tried: two or more during a rollover. With a request key, requests are signed."""
    @property
    def entity_id(self) -> str: ...
    @property
    def acs_url(self) -> str: ...
    def verify(
        self, *, saml_response: str, expected: Expected, now: datetime, replay: ReplayCache
    ) -> VerifiedAssertion:
        """Verifies the value of the form's field `SAMLResponse` and records its use; raises `Rejection`."""
    def verify_unspent(self, *, saml_response: str, expected: Expected, now: datetime) -> Unspent:
        """Verifies everything but that the login is used for the first time (D22); raises `Rejection`."""
    @staticmethod
    def claimed_request(*, saml_response: str) -> str | None:
        """The ID of the request that a Response claims to answer: to find what waits for it, for nothing else."""
    def claimed_failure(self, *, saml_response: str) -> ClaimedFailure | None:
        """What a Response says that carries a failure: after a `Rejection` by `saml.status`."""
    def metadata(self) -> ServiceProviderMetadata:
        """What it says of itself, for identity providers that are configured from a file (saml-metadata 2.4.4)."""
    def authn_request(
        self,
        *,
        sso_url: str,
        now: datetime,
        force_authn: bool = False,
        is_passive: bool = False,
        name_id_format: str | None = None,
        authn_context: Sequence[str] | None = None,
        random: Callable[[int], bytes] | None = None,
    ) -> AuthnRequest:
        """A request to log a person in (R10), to be remembered in `PendingRequests`.

        `authn_context` names classes of authentication, of which exactly one is wanted. Raises `InvalidInput` for an
        address that nothing may be sent to.
        """

@final
class ClaimedFailure:
    """What a Response says that logs nobody in. Nothing proves it: it is for telling the person."""

    @property
    def code(self) -> str:
        """Such as `saml.failure.authn_failed`."""
    @property
    def in_response_to(self) -> str | None: ...
    @property
    def issuer(self) -> str | None: ...
    @property
    def message(self) -> str | None:
        """Foreign text, to be shown as text only."""

@final
class AuthnRequest:
    """A request to log a person in, to be sent by the browser."""

    @property
    def id(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def destination(self) -> str: ...
    @property
    def acs_url(self) -> str: ...
    @property
    def issue_instant(self) -> datetime: ...
    @property
    def force_authn(self) -> bool: ...
    @property
    def is_passive(self) -> bool: ...
    @property
    def name_id_format(self) -> str | None: ...
    def to_xml(self) -> str:
        """Unsigned."""
    def redirect_url(self, *, relay_state: str | None = None) -> str:
        """The address to redirect the browser to (saml-bindings 3.4)."""
    def form_fields(self, *, relay_state: str | None = None) -> dict[str, str]:
        """The fields of the form that carries it (saml-bindings 3.5)."""
    def auto_post_page(self, *, nonce: str, relay_state: str | None = None) -> str:
        """A page that posts the form by itself; send it with `content_security_policy(nonce=nonce)`."""

@final
class Unspent:
    """A login that is verified but was not spent: it says nothing about the person yet."""

    @property
    def recorded(self) -> Use:
        """What a store of the caller's has to record, atomically."""
    def spend(self, replay: ReplayCache) -> VerifiedAssertion:
        """Records the use, and gives the login if it was the first; raises `Rejection`."""
    def spend_recorded(self, outcome: Literal["recorded", "replayed", "full", "failed"]) -> VerifiedAssertion:
        """Gives the login if the caller's store has recorded it for the first time; raises `Rejection`."""

@final
class VerifiedAssertion:
    """A person is logged in. There is no other way to one of these than a verification."""

    @property
    def id(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def subject(self) -> str:
        """The value of `name_id`: at Heap, the email address (R13)."""
    @property
    def name_id(self) -> NameId: ...
    @property
    def name_id_format(self) -> str: ...
    @property
    def attributes(self) -> dict[str, list[str]]: ...
    @property
    def friendly_names(self) -> dict[str, str]:
        """Names for people (FriendlyName) of the attributes that have one, by the name of the attribute."""
    @property
    def name_formats(self) -> dict[str, str]:
        """How the names of the attributes are to be read where that is said, by the name of the attribute (saml-core 8.2)."""
    @property
    def authn_instant(self) -> datetime: ...
    @property
    def authn_context_class(self) -> str | None: ...
    @property
    def session_index(self) -> str | None:
        """For single logout."""
    @property
    def session_not_on_or_after(self) -> datetime | None: ...
    @property
    def not_on_or_after(self) -> datetime: ...
    @property
    def report(self) -> Report: ...

@final
class Check:
    """One thing that a message must satisfy."""

    @staticmethod
    def all() -> list[Check]:
        """Every check of a Response once, in the order in which they are looked at."""
    @staticmethod
    def all_of_logout() -> list[Check]:
        """Every check of a message of single logout."""
    @property
    def code(self) -> str: ...
    @property
    def clause(self) -> str:
        """Where the rule is written down."""
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
    def at(self) -> str | None:
        """Line and column."""
    @property
    def hint(self) -> str | None:
        """What a person can do about it."""

@final
class Report:
    """Every check once, in order, with how it ended. `str` gives a table for people."""

    @property
    def outcomes(self) -> list[Outcome]: ...
    @property
    def failed(self) -> Check | None: ...
    def masked(self) -> Report:
        """The same without the values of the message and of the configuration, for logs that many people read."""
    def to_json(self) -> str:
        """The outcomes as JSON, for logs; `masked` first where many people read them."""

def content_security_policy(*, nonce: str) -> str:
    """The value of `Content-Security-Policy` for a page that posts a form by itself."""
