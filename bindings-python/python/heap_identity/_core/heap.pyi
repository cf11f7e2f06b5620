"""Heap as the other side of the integration: its names and roles, its set-up, and an embedded tenant.

What would lock people out is told before it does. Times are aware; every class is frozen.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias, final

from .directory import Person, Snapshot
from .pki import Certificate
from .saml import IdentityProvider, NameId, Report, VerifiedAssertion
from .wire import Request, Response

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

_HeapId: TypeAlias = str | HeapId
_Property: TypeAlias = Literal["email", "user_name", "given_name", "family_name", "role"]

ENTITY_ID: str
ACS_URL_TEMPLATE: str

def fill_template(template: str = ACS_URL_TEMPLATE, *, heap_id: _HeapId) -> str:
    """A value of the SSO configuration with the Heap ID in the place of every `YOUR_ID` (R4).

    Raises `InvalidInput` (`heap.placeholder_left`) when one is left over, in whatever spelling.
    """

def test_connection(
    *,
    identity_provider: IdentityProvider,
    acs_url: str,
    settings: SsoSettings,
    heap_id: _HeapId,
    subject: str | NameId,
    now: datetime,
    random: Callable[[int], bytes] | None = None,
) -> ConnectionTest:
    """A dry run of a login from the portal (R9) and of one that Heap begins (R10), before SSO is enforced (R7).

    `acs_url` is that of the identity provider's configuration, `subject` an administrator's email address. Nobody is logged in.
    """

@final
class HeapId:
    """A tenant's Heap ID: what its ACS is made of. `str` gives it back."""

    def __new__(cls, text: str) -> HeapId:
        """As Heap's settings show it. Raises `InvalidInput` (`heap.malformed_name`, `heap.placeholder_left`)."""
    @property
    def acs_url(self) -> str:
        """The address at which the tenant takes SAML Responses: it ends in a slash."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class TenantName:
    """The `[tenant]` of the SCIM base URL, which may be another value than the Heap ID (D15). `str` gives it back."""

    def __new__(cls, text: str) -> TenantName:
        """As Heap's settings show it. Raises `InvalidInput` (`heap.malformed_name`)."""
    @property
    def scim_base_url(self) -> str:
        """The address below which the tenant's SCIM endpoints are (R17)."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class Role:
    """What a person may do in Heap. Any text that names none of Heap's own roles is a role of the tenant's (D8)."""

    def __new__(cls, text: str) -> Role: ...
    @staticmethod
    def default() -> list[Role]:
        """The roles that every tenant has."""
    @property
    def name(self) -> str:
        """Its name, as Heap spells it."""
    @property
    def is_custom(self) -> bool:
        """Whether it is a role of the tenant's own."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class AttributeSource:
    """Where the values of an attribute of an assertion come from (R5)."""

    @staticmethod
    def constant(value: str) -> AttributeSource:
        """The same for everybody; `YOUR_ID` in it stands for the Heap ID (R4)."""
    @staticmethod
    def property(property: _Property) -> AttributeSource:
        """A property of the person; an attribute without value is left out."""
    @staticmethod
    def groups() -> AttributeSource:
        """The names of the bound groups that hold the person."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class AttributeMapping:
    """Which attributes an assertion has beside the NameID, by name, in order (R5)."""

    def __new__(cls, rows: dict[str, AttributeSource] | None = None) -> AttributeMapping: ...
    def names(self) -> list[str]:
        """The names of the attributes."""
    def rows(self) -> list[list[Any]]:
        """The name and the source of each, as they are stored."""
    def filled(self, *, heap_id: _HeapId) -> AttributeMapping:
        """The same with the Heap ID in the place of each `YOUR_ID` (R4). Raises `InvalidInput` (`heap.placeholder_left`)."""
    def attributes_of(self, *, directory: Snapshot, person: str) -> dict[str, list[str]]:
        """The attributes of a person, by directory id; none for somebody without access (R12)."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class SsoSettings:
    """Heap's account settings of SSO (R6)."""

    def __new__(
        cls,
        *,
        certificate_pem: str,
        remote_login_url: str,
        idp_entity_id: str | None = None,
        logout_landing_url: str | None = None,
    ) -> SsoSettings:
        """The entity id is the remote login URL unless given. Raises `Refused` for what is no certificate."""
    @property
    def certificate(self) -> Certificate:
        """The identity provider's signing certificate: Heap has one field for it."""
    @property
    def remote_login_url(self) -> str:
        """Where Heap sends people to log in: the IdP URL."""
    @property
    def idp_entity_id(self) -> str: ...
    @property
    def logout_landing_url(self) -> str | None:
        """Where Heap sends people after they log out."""

@final
class ConnectionTest:
    """What the test of a connection found (R7). It is true where the set-up works."""

    @property
    def works(self) -> bool: ...
    @property
    def warnings(self) -> list[str]:
        """What somebody should act on before it no longer works: a certificate that is not within its dates."""
    @property
    def code(self) -> str | None:
        """Why it does not work, as a stable code."""
    @property
    def problem(self) -> str | None:
        """The first thing that is wrong, with what to do, for people."""
    @property
    def report(self) -> Report | None:
        """Every check, where Heap refuses what the identity provider makes."""
    @property
    def begun_by_heap(self) -> bool | None:
        """Whether Heap refuses the answer to its own request (R10), and not a login from the portal (R9)."""
    def __bool__(self, /) -> bool: ...

@final
class JoinIssue:
    """What is wrong, or only odd, about the two names of a person (D10, R13, R22). `str` says it with what to do."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def breaks_login(self) -> bool:
        """Whether the person cannot log in, or would be somebody else."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class JoinCheck:
    """Whether a login will find its account: the NameID of the assertion and the `userName` of SCIM must name the same."""

    def __new__(
        cls, *, name_id_format: str | None = None, accounts: Mapping[str, str] | None = None
    ) -> JoinCheck:
        """`name_id_format` is the URI in which NameIDs are sent, of email addresses unless given; `accounts` are the user names
        at Heap by directory id.
        """
    def person(self, person: Person) -> list[JoinIssue]:
        """What is to be told of one person."""
    def directory(self, directory: Snapshot) -> list[tuple[str, JoinIssue]]:
        """What is to be told of everybody with access, by directory id (R12)."""

@final
class Outage:
    """A time in which logins fail: the identity provider signs with another key than Heap holds. `str` says it."""

    @property
    def begin(self) -> datetime:
        """The first moment."""
    @property
    def until(self) -> datetime | None:
        """The end; `None` while nothing that is planned ends it."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class RolloverStep:
    """One thing to do in a rollover. `str` says it."""

    @property
    def at(self) -> datetime:
        """When."""
    @property
    def action(
        self,
    ) -> Literal["export", "have_admin_ready", "renew", "switch", "replace_at_heap", "test_connection", "other"]: ...
    @property
    def text(self) -> str:
        """What to do, in words."""
    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint of the certificate that it is about."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class RolloverPlan:
    """What comes of a rollover as it is planned, and what to do. `str` has it line by line."""

    @property
    def outages(self) -> list[Outage]:
        """When logins fail, in order."""
    @property
    def steps(self) -> list[RolloverStep]:
        """What to do, in this order."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Rollover:
    """Rolling over the identity provider's signing key, where Heap has one field for one certificate."""

    def __new__(cls, *, signing: Certificate, held: Certificate) -> Rollover:
        """The identity provider signs with the key of one certificate, and Heap holds the other: as a rule the same."""
    def idp_signs_with(self, certificate: Certificate, *, at: datetime) -> None:
        """From `at` on the identity provider signs with the key of this certificate."""
    def heap_holds(self, certificate: Certificate, *, at: datetime) -> None:
        """From `at` on Heap holds this certificate."""
    @staticmethod
    def renew_from(certificate: Certificate) -> datetime:
        """From when on a certificate should be renewed: 30 days before it ends."""
    def plan(self, *, now: datetime) -> RolloverPlan:
        """When logins fail from `now` on, and what to do."""

@final
class Missing:
    """Something that is missing before the integration is set up. `str` says it with what to do."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Prerequisites:
    """What both sides have before the integration is set up (R8, D15)."""

    def __new__(
        cls,
        *,
        heap_plan: Literal["free", "growth", "business", "premier"],
        heap_id: _HeapId | None = None,
        heap_administrator: bool = False,
        idp_administrator: bool = False,
        idp_sso_package: bool = False,
        sso_configured: bool = False,
    ) -> Prerequisites:
        """The administrators are those who take part; `idp_sso_package` is the identity provider's, or SSO à la carte."""
    def missing(self, goal: Literal["single_sign_on", "identity_management"]) -> list[Missing]:
        """Everything that is missing; nothing when it can be begun."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Variants:
    """How an embedded tenant behaves where nothing is published; what is not given is as the integration's rules have it.

    `page_size_max` counts resources, `members_per_patch_max` members; `listed_late` and `stale_reads` count requests for
    which readers do not see what was written. Every `throttle_every`th request is answered 429 with `retry_after_seconds`.
    """

    def __new__(
        cls,
        *,
        renaming: Literal["second_account", "in_place"] = "second_account",
        removal: Literal["remove", "deactivate", "refused"] = "remove",
        filtering: Literal["whole", "refused", "ignored", "finds_nothing"] = "whole",
        patch: bool = True,
        put: bool = True,
        bulk: bool = True,
        pathless_patch: bool = True,
        members_per_patch_max: int | None = None,
        members_in_reads: bool = True,
        page_size_max: int = 100,
        throttle_every: int | None = None,
        retry_after_seconds: int = 1,
        listed_late: int = 0,
        stale_reads: int = 0,
        drops_external_id: bool = False,
        drops_role: bool = False,
    ) -> Variants: ...

@final
class Session:
    """Somebody who is logged in to Heap."""

    @property
    def account(self) -> str:
        """The id of the account."""
    @property
    def user_name(self) -> str:
        """The address by which Heap knows the account (R13)."""
    @property
    def role(self) -> str: ...
    @property
    def page(self) -> str | None:
        """The page that was asked for when Heap began the login (R10)."""
    @property
    def assertion(self) -> VerifiedAssertion:
        """The proof."""

@final
class Tenant:
    """An embedded tenant of Heap, in memory: for demonstrations, tests and simulation. Safe to use from several threads.

    Its methods raise `Refused` for what Heap's rules refuse (R14, R19, R20, R23).
    """

    def __new__(
        cls, *, name: str, heap_id: str, seed: int = 0, origin: str | None = None, variants: Variants | None = None
    ) -> Tenant:
        """An empty tenant with SSO and SCIM off. Ids of resources are made of `seed`.

        `origin`, such as `http://127.0.0.1:8080`, takes the place of Heap's in `base_url`.
        """
    @staticmethod
    def restore(
        lines: Mapping[str, str],
        *,
        seed: int | None = None,
        origin: str | None = None,
        variants: Variants | None = None,
    ) -> Tenant:
        """The tenant of these lines: those of `export`, with every change of `take_changes` since.

        `seed` is drawn from `os.urandom` unless given: ids must not repeat. Raises `Refused` (`heap.stored_tenant`) with
        the key of a line that cannot be used.
        """
    def export(self) -> dict[str, str]:
        """The whole tenant as lines of JSON by key, without the token (R16): to take the place of all that was stored."""
    def take_changes(self) -> dict[str, str | None]:
        """The lines that have changed since the last call; `None` where one is gone. Nothing before `export`.

        Store them, all or none, before the answer to a request goes out.
        """
    @property
    def base_url(self) -> str:
        """The SCIM base URL (R17)."""
    @property
    def name(self) -> str: ...
    @property
    def heap_id(self) -> str: ...
    @property
    def acs_url(self) -> str:
        """Where Heap takes Responses. A server that stands in for Heap answers its path, at an origin of its own."""
    @property
    def sso_configured(self) -> bool: ...
    @property
    def sso_settings(self) -> SsoSettings | None:
        """The settings of SSO, while it is on."""
    @property
    def scim_enabled(self) -> bool: ...
    @property
    def client_id(self) -> str | None:
        """The id of the token's client, while SCIM is on."""
    @property
    def default_role(self) -> str:
        """The role that new users get (R15)."""
    def configure_sso(
        self,
        *,
        certificate_pem: str,
        remote_login_url: str,
        idp_entity_id: str | None = None,
        logout_landing_url: str | None = None,
    ) -> None:
        """Sets SSO up, or anew (R6, R14); the entity id is the remote login URL unless given."""
    def enable_scim(self, *, default_role: str, random: Callable[[int], bytes] | None = None) -> str:
        """Turns SCIM on and gives the bearer token, this once (R16)."""
    def enable_scim_with_token(self, *, default_role: str, bearer_token: str) -> None:
        """Turns SCIM on with a token that the caller chose; its strength is the caller's concern."""
    def renew_token(self, *, random: Callable[[int], bytes] | None = None) -> str:
        """Makes a new token; the old one ends at once (R19)."""
    def disable_scim(self) -> None:
        """Turns SCIM off: the token ends, accounts and groups stay."""
    def disable_sso(self) -> None:
        """Turns SSO off: everybody may log in with a password again (R11, R44). Refused while SCIM is on (R14)."""
    def set_default_role(self, role: str) -> None:
        """Changes the role that new users get; those who are there keep theirs (R15)."""
    def set_role(self, *, account: str, role: str, now: datetime) -> None:
        """Changes the role of one user (R15)."""
    def role_of(self, account: str) -> str | None:
        """The role of an account by id; `None` where there is none."""
    def may_use_password(self, account: str) -> bool:
        """While SSO is on only Admins may (R11)."""
    @staticmethod
    def default_roles() -> list[str]:
        """The roles that every tenant has."""
    def add_teammate(
        self,
        *,
        email: str,
        now: datetime,
        given_name: str | None = None,
        family_name: str | None = None,
        role: str | None = None,
    ) -> str:
        """Adds a person within Heap while SCIM is off (R20), and gives the account's id."""
    def remove_teammate(self, *, account: str, now: datetime) -> None:
        """Removes a person within Heap while SCIM is off (R20)."""
    def add_team(self, *, name: str, now: datetime, members: Sequence[str] = ...) -> str:
        """Makes a group within Heap of accounts by id, and gives its id."""
    def foreign_account(self, email: str) -> None:
        """From now on the person with this address has an account in another organisation (R23)."""
    def foreign_account_deleted(self, email: str) -> bool:
        """That account is gone; whether there was one."""
    def begin_login(
        self, *, now: datetime, page: str | None = None, random: Callable[[int], bytes] | None = None
    ) -> str:
        """Heap begins a login (R10): the address to redirect the browser to. `page` is where it leads in the end."""
    def finish_login(self, *, form: bytes, now: datetime) -> Session:
        """Takes the form that a browser posts to the ACS, of either flow (R9, R10).

        Raises `Rejection` for a Response that is refused, `Refused` for a person without a usable account.
        """
    def handle(self, *, request: Request, now: datetime) -> Response:
        """Answers a SCIM request below `base_url`, or a form that is posted to the path of `acs_url`."""
    def users(self) -> list[dict[str, Any]]:
        """The accounts as SCIM resources, in the order in which they were made."""
    def groups(self) -> list[dict[str, Any]]:
        """The groups as SCIM resources, with the ids of their members."""
