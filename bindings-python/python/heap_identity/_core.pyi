"""The compiled half of the package. Times are aware; every class is frozen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, final

__all__ = [
    "AcceptedRequest",
    "AuthnRequest",
    "Certificate",
    "Check",
    "Diff",
    "Done",
    "Engine",
    "Expected",
    "Guards",
    "IdentityProvider",
    "Outcome",
    "Persist",
    "Plan",
    "Policy",
    "ReplayCache",
    "Report",
    "Request",
    "RequestId",
    "Response",
    "Send",
    "ServiceProvider",
    "SignedResponse",
    "SigningKey",
    "Snapshot",
    "Tenant",
    "Trust",
    "Unspent",
    "VerifiedAssertion",
    "WaitForResponse",
    "WaitUntil",
    "__version__",
    "plan_words",
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

@final
class Snapshot:
    """What the directory says at one moment, whole."""

    @staticmethod
    def from_json(text: str) -> Snapshot:
        """A directory file: `{"users": [...], "groups": [...], "groupManagement"?}`."""
    @property
    def people_count(self) -> int: ...
    @property
    def group_count(self) -> int: ...
    @property
    def membership_count(self) -> int: ...

@final
class Diff:
    """How two snapshots of one directory differ, by directory ids."""

    @staticmethod
    def between(*, before: Snapshot, after: Snapshot) -> Diff: ...
    @property
    def people(self) -> list[tuple[Literal["added", "removed", "changed"], str]]: ...
    @property
    def groups(self) -> list[tuple[Literal["added", "removed", "changed"], str]]: ...
    @property
    def memberships(self) -> list[tuple[Literal["joined", "left"], str, str]]:
        """How, the group, the person."""
    @property
    def is_empty(self) -> bool: ...

@final
class Request:
    """An HTTP request with its whole body. Its headers may hold the token, so its repr does not show them."""

    def __new__(
        cls, *, method: str, url: str, headers: Sequence[tuple[str, str]] = ..., body: bytes = ...
    ) -> Request: ...
    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...

@final
class Response:
    """An HTTP response with its whole body."""

    def __new__(cls, *, status: int, headers: Sequence[tuple[str, str]] = ..., body: bytes = ...) -> Response: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...

@final
class Tenant:
    """An embedded tenant of Heap, in memory: for demonstrations, tests and simulation."""

    def __new__(cls, *, name: str, heap_id: str, seed: int = 0) -> Tenant: ...
    @property
    def base_url(self) -> str: ...
    def configure_sso(self, *, certificate_pem: str, remote_login_url: str) -> None: ...
    def enable_scim(self, *, default_role: str, random: Callable[[int], bytes] | None = None) -> str:
        """Turns SCIM on and gives the bearer token, this once."""
    def add_teammate(
        self,
        *,
        email: str,
        now: datetime,
        given_name: str | None = None,
        family_name: str | None = None,
        role: str | None = None,
    ) -> str:
        """Adds a person within Heap, and gives the account's id."""
    def handle(self, *, request: Request, now: datetime) -> Response: ...
    def users(self) -> list[dict[str, Any]]: ...
    def groups(self) -> list[dict[str, Any]]: ...

@final
class Guards:
    """What a plan may take away without approval."""

    @staticmethod
    def default() -> Guards: ...
    @staticmethod
    def off() -> Guards: ...
    @staticmethod
    def from_json(text: str) -> Guards: ...

@final
class Plan:
    """The steps from what Heap holds to what the directory says. `str` gives it for people."""

    @property
    def digest(self) -> str:
        """What an approval names."""
    @property
    def is_empty(self) -> bool: ...
    def to_json(self) -> str: ...
    def __len__(self) -> int: ...

def plan_words() -> dict[Literal["conflict", "group", "reason", "user"], dict[str, tuple[str, str]]]:
    """The words for the names in a plan's JSON document.

    Conflicts have a code and what to do, reasons a rule and the reason, verbs of groups and users a mark and the verb.
    """

@final
class RequestId:
    """Names a request in `Engine.receive`."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Persist:
    """Store these records durably, in order; then poll again."""

    @property
    def records(self) -> list[str]: ...

@final
class Send:
    """Send this request, and hand the outcome to `Engine.receive`."""

    @property
    def id(self) -> RequestId: ...
    @property
    def request(self) -> Request: ...
    @property
    def give_up_at(self) -> datetime: ...

@final
class WaitUntil:
    """Nothing to do before this time."""

    @property
    def at(self) -> datetime: ...

@final
class WaitForResponse:
    """Nothing to do before an answer arrives, or this time."""

    @property
    def until(self) -> datetime: ...

@final
class Done:
    """All is done that can be done without a decision or a change."""

    @property
    def outcome(self) -> Literal["finished", "awaiting_approval", "token_refused", "unreadable", "other"]: ...
    @property
    def steps(self) -> int: ...
    @property
    def failed(self) -> int: ...
    @property
    def conflicts(self) -> int: ...
    @property
    def digest(self) -> str | None:
        """Of the plan that awaits approval."""
    @property
    def reasons(self) -> list[str]:
        """The guards that were tripped, or what Heap said."""

@final
class Engine:
    """Brings a tenant to what a directory says, and keeps it there. It does no I/O: `poll` says what to do."""

    def __new__(
        cls,
        *,
        base_url: str,
        bearer_token: str,
        directory: Snapshot,
        guards: Guards | None = None,
        seed: int = 0,
        journal: Sequence[str] | None = None,
    ) -> Engine:
        """With the records that an earlier engine persisted, goes on from there."""
    def poll(self, *, now: datetime) -> Persist | Send | WaitUntil | WaitForResponse | Done: ...
    def receive(
        self,
        *,
        id: RequestId,
        now: datetime,
        response: Response | None = None,
        failure: Literal["not_sent", "outcome_unknown"] | None = None,
    ) -> None: ...
    def change(self, *, before: Snapshot, after: Snapshot) -> None:
        """Takes over what happened in the directory between two snapshots."""
    def approve(self, *, digest: str) -> None: ...
    def reconcile(self) -> None:
        """Reads the whole tenant again and compares everything."""
    @property
    def plan(self) -> Plan | None: ...
    def events(self) -> list[dict[str, Any]]:
        """The events since the last call."""
    @property
    def requests(self) -> dict[str, int]: ...
    @property
    def writes(self) -> int: ...
    def compacted_journal(self) -> list[str]: ...
