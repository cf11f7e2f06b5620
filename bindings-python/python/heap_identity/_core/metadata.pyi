"""SAML's metadata and single logout. Times are aware; every class is frozen."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal, final

from .pki import Certificate, SigningKey
from .saml import NameId, Policy, ReplayCache, Report, Trust

__all__ = [
    "Endpoint",
    "IdentityProviderMetadata",
    "LogoutMessage",
    "LogoutOutcome",
    "LogoutPartner",
    "Metadata",
    "ServiceProviderMetadata",
    "SingleLogout",
    "VerifiedLogout",
]

@final
class Endpoint:
    """An address that takes messages of one binding (saml-metadata 2.2.2)."""

    def __new__(cls, *, binding: str, location: str, response_location: str | None = None) -> Endpoint:
        """`binding` is `redirect`, `post`, or the URI of another one."""
    @property
    def binding(self) -> str: ...
    @property
    def location(self) -> str: ...
    @property
    def response_location(self) -> str | None: ...
    @property
    def for_responses(self) -> str:
        """Where responses go."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class IdentityProviderMetadata:
    """What an identity provider says of itself (saml-metadata 2.4.3). Two signing certificates while a key is rolled over."""

    def __new__(
        cls,
        *,
        entity_id: str,
        single_sign_on: Sequence[Endpoint],
        signing_certificates: Sequence[Certificate],
        single_logout: Sequence[Endpoint] = ...,
        name_id_formats: Sequence[str] = ...,
        encryption_certificates: Sequence[Certificate] = ...,
        want_authn_requests_signed: bool = False,
        valid_until: datetime | None = None,
        cache_duration: timedelta | None = None,
    ) -> IdentityProviderMetadata: ...
    @property
    def single_sign_on(self) -> list[Endpoint]: ...
    @property
    def want_authn_requests_signed(self) -> bool: ...
    def trust(self) -> Trust:
        """What a service provider configures; raises `InvalidInput` without a certificate that can be used."""
    def sso_url(self, *, binding: str = "redirect") -> str:
        """The address that takes AuthnRequests; raises `InvalidInput` where there is none that can be used."""
    @property
    def entity_id(self) -> str: ...
    @property
    def single_logout(self) -> list[Endpoint]: ...
    @property
    def name_id_formats(self) -> list[str]: ...
    @property
    def signing_certificates(self) -> list[Certificate]: ...
    @property
    def encryption_certificates(self) -> list[Certificate]: ...
    @property
    def unusable_certificate(self) -> str | None:
        """Why a signing certificate of the file is not among the above."""
    @property
    def valid_until(self) -> datetime | None: ...
    @property
    def cache_duration(self) -> timedelta | None: ...
    def refresh_by(self, *, fetched: datetime) -> datetime | None:
        """When a file that was fetched then has to be fetched again (saml-metadata 4.3.1)."""
    def check_validity(self, *, fetched: datetime, now: datetime) -> None:
        """Raises `InvalidInput`: `saml.metadata.expired` or `saml.metadata.stale`."""
    def logout_partner(self) -> LogoutPartner:
        """Raises `InvalidInput` where it takes no logouts or nothing of it can be verified."""
    def to_xml(self) -> str:
        """Unsigned."""
    def to_signed_xml(self, *, key: SigningKey, random: Callable[[int], bytes] | None = None) -> str:
        """The same, signed. Raises `InvalidInput` for a key that cannot sign."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class ServiceProviderMetadata:
    """What a service provider says of itself (saml-metadata 2.4.4)."""

    def __new__(
        cls,
        *,
        entity_id: str,
        acs_url: str,
        other_acs_urls: Sequence[str] = ...,
        signing_certificates: Sequence[Certificate] = ...,
        single_logout: Sequence[Endpoint] = ...,
        name_id_formats: Sequence[str] = ...,
        encryption_certificates: Sequence[Certificate] = ...,
        authn_requests_signed: bool = False,
        want_assertions_signed: bool = True,
        requested_attributes: Sequence[tuple[str, bool]] = ...,
        service_name: str = "",
        valid_until: datetime | None = None,
        cache_duration: timedelta | None = None,
    ) -> ServiceProviderMetadata:
        """Of each requested attribute the name, and whether the service cannot do without."""
    @property
    def assertion_consumer(self) -> list[tuple[int, Endpoint, bool | None]]:
        """The number of each, the endpoint, and whether it says that it is the default."""
    @property
    def acs_urls(self) -> list[str]:
        """Where Responses can be sent over HTTP-POST, the default first."""
    @property
    def authn_requests_signed(self) -> bool: ...
    @property
    def want_assertions_signed(self) -> bool: ...
    @property
    def requested_attributes(self) -> list[tuple[str, bool]]: ...
    def acs_url(self, *, index: int | None = None) -> str:
        """The address of this number, or the default; raises `InvalidInput` where there is none that can be used."""
    @property
    def entity_id(self) -> str: ...
    @property
    def single_logout(self) -> list[Endpoint]: ...
    @property
    def name_id_formats(self) -> list[str]: ...
    @property
    def signing_certificates(self) -> list[Certificate]: ...
    @property
    def encryption_certificates(self) -> list[Certificate]: ...
    @property
    def unusable_certificate(self) -> str | None:
        """Why a signing certificate of the file is not among the above."""
    @property
    def valid_until(self) -> datetime | None: ...
    @property
    def cache_duration(self) -> timedelta | None: ...
    def refresh_by(self, *, fetched: datetime) -> datetime | None:
        """When a file that was fetched then has to be fetched again (saml-metadata 4.3.1)."""
    def check_validity(self, *, fetched: datetime, now: datetime) -> None:
        """Raises `InvalidInput`: `saml.metadata.expired` or `saml.metadata.stale`."""
    def logout_partner(self) -> LogoutPartner:
        """Raises `InvalidInput` where it takes no logouts or nothing of it can be verified."""
    def to_xml(self) -> str:
        """Unsigned."""
    def to_signed_xml(self, *, key: SigningKey, random: Callable[[int], bytes] | None = None) -> str:
        """The same, signed. Raises `InvalidInput` for a key that cannot sign."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Metadata:
    """A file of the other side, and what is asked of it. Reading raises `InvalidInput` (`saml.metadata....`).

    With `signed_by`, the entity or what is around it must be signed with one of these keys, which are configured, never
    taken from the file (A46). A file configures trust and nothing else (A11).
    """

    def __new__(
        cls, xml: bytes, *, entity_id: str | None = None, signed_by: Sequence[Certificate] | None = None
    ) -> Metadata: ...
    def identity_provider(self, *, now: datetime) -> IdentityProviderMetadata:
        """The identity provider, if the file holds at this time. Raises `InvalidInput` (`saml.metadata....`)."""
    def service_provider(self, *, now: datetime) -> ServiceProviderMetadata:
        """The service provider, if the file holds at this time. Raises `InvalidInput` (`saml.metadata....`)."""
    def entity_ids(self) -> list[str]:
        """The ids of all entities in the file, to choose from. Nothing is verified."""

@final
class LogoutPartner:
    """Somebody who takes part in single logout, and whose messages are believed."""

    def __new__(cls, *, entity_id: str, certificates: Sequence[Certificate], endpoint: Endpoint) -> LogoutPartner: ...
    @property
    def entity_id(self) -> str: ...
    @property
    def certificates(self) -> list[Certificate]: ...
    @property
    def endpoint(self) -> Endpoint: ...

@final
class LogoutMessage:
    """A signed message that the browser has to carry, by redirect or by form as the partner takes it."""

    @property
    def id(self) -> str:
        """That of a request has to be remembered until the response comes."""
    @property
    def redirect_url(self) -> str | None: ...
    @property
    def form_action(self) -> str | None: ...
    @property
    def form_fields(self) -> dict[str, str] | None: ...
    def auto_post_page(self, *, nonce: str) -> str | None:
        """A page that posts the form by itself; `None` where the message goes by redirect."""

@final
class VerifiedLogout:
    """A request of a partner, verified: its sessions have to end now."""

    @property
    def id(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def name_id(self) -> NameId: ...
    @property
    def session_indexes(self) -> list[str]:
        """The sessions that end; all of the person's where there are none."""
    @property
    def reason(self) -> str | None: ...
    @property
    def relay_state(self) -> str | None:
        """To be returned with the answer as it came, and not to be followed (A58)."""
    @property
    def report(self) -> Report: ...
    def ends(self, *, name_id: NameId, session_index: str | None = None) -> bool:
        """Whether a session that began with an Assertion of this person and index has to end (saml-core 3.7.3.1)."""

@final
class LogoutOutcome:
    """The answer to our request, verified."""

    @property
    def status(self) -> Literal["complete", "partial", "failed"]: ...
    @property
    def status_codes(self) -> str | None:
        """Where it failed: the codes, from the outside."""
    @property
    def relay_state(self) -> str | None: ...
    @property
    def report(self) -> Report: ...

@final
class SingleLogout:
    """One end of single logout (saml-profiles 4.4), with all its partners, over both bindings and begun by either end.

    A message came either in a query (`raw_query`, not decoded and without `?`), or in a form (`form_value` and the
    `relay_state` beside it). Making one raises `InvalidInput`, verifying one `LogoutRejection`.
    """

    def __new__(
        cls,
        *,
        entity_id: str,
        url: str,
        key: SigningKey,
        partners: Sequence[LogoutPartner],
        policy: Policy | None = None,
    ) -> SingleLogout: ...
    @property
    def url(self) -> str: ...
    def request(
        self,
        *,
        partner: str,
        name_id: NameId,
        now: datetime,
        session_indexes: Sequence[str] = ...,
        reason: str | None = None,
        relay_state: str | None = None,
        random: Callable[[int], bytes] | None = None,
    ) -> LogoutMessage:
        """A request to end somebody's sessions: those of these indexes, or all."""
    def answer(
        self,
        *,
        request: VerifiedLogout,
        now: datetime,
        status: Literal["complete", "partial", "failed"] = "complete",
        random: Callable[[int], bytes] | None = None,
    ) -> LogoutMessage:
        """The answer to a request, once its sessions have ended or could not be (saml-profiles 4.4.3.4)."""
    def verify_request(
        self,
        *,
        now: datetime,
        replay: ReplayCache,
        raw_query: str | None = None,
        form_value: str | None = None,
        relay_state: str | None = None,
    ) -> VerifiedLogout:
        """Verifies a request of a partner, as it was received: by redirect or as a form. Raises `LogoutRejection`."""
    def verify_response(
        self,
        *,
        request_id: str,
        partner: str,
        now: datetime,
        raw_query: str | None = None,
        form_value: str | None = None,
        relay_state: str | None = None,
    ) -> LogoutOutcome:
        """`request_id` and `partner` come from the memory of who sent the request."""
