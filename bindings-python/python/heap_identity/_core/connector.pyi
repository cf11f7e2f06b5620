"""The administrator's walk: the application from the catalogue entry to its removal, the sign-on, import, sources, and the doctor.

Times are aware; every class is frozen and safe to use from several threads. What a rule forbids changes nothing and raises
`Refused`, which says what to do first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias, final

from .._types import Event
from .directory import Person, Snapshot
from .heap import AttributeMapping, ConnectionTest, HeapId, SsoSettings
from .pki import Certificate, SigningKey
from .metadata import IdentityProviderMetadata
from .saml import SignedResponse
from .scim import Group, ListResponse, User
from .scim.client import Profile
from .wire import Request, Response

__all__ = [
    "Answer",
    "Application",
    "Catalogue",
    "Concluded",
    "Credentials",
    "Deleted",
    "Details",
    "Diagnosis",
    "Finding",
    "Import",
    "ImportCandidate",
    "ImportList",
    "ImportResult",
    "JumpCloud",
    "NotVerified",
    "Removal",
    "RoleSource",
    "Settings",
    "SignOn",
    "Sso",
    "SyncConfig",
    "Verification",
    "Verified",
    "doctor",
    "snapshot_from_csv",
    "snapshot_from_scim",
    "state_after",
    "unknown_roles",
    "whole_list",
    "with_roles",
]

_Random: TypeAlias = Callable[[int], bytes] | None
_Json: TypeAlias = str | bytes | Mapping[str, Any]
_HeapId: TypeAlias = str | HeapId
_Part: TypeAlias = Literal["bookmark", "identity_management", "sso"]
_Scope: TypeAlias = Literal["everything", "read_only"]
_State: TypeAlias = Literal["created", "bookmark", "sso_configured", "activating", "managed", "reauthorising", "deleted"]
_Action: TypeAlias = Literal[
    "edit_details", "change_idp_url", "save_bookmark", "deactivate_bookmark", "save_sso", "deactivate_sso",
    "save_settings", "activate", "update_credentials", "accept_verification", "refuse_verification",
    "deactivate_identity_management", "delete"
]

def state_after(state: _State, action: _Action) -> _State:
    """The state of an application after an action. Raises `Refused` (`connector.forbidden`) with the rule and what to do first."""

def unknown_roles(directory: Snapshot, *, custom: Sequence[str] = ...) -> dict[str, int]:
    """The roles of a directory that are neither Heap's own nor among the tenant's `custom` ones, and how many people have each.

    How Heap answers to an unknown role is not published (D8): look at them before anything is sent.
    """

def snapshot_from_csv(*, people: str, memberships: str) -> Snapshot:
    """A directory from two CSV files (RFC 4180) with a line of names each.

    People: `id`, `userName`, `active`, as wanted `givenName`, `familyName`, `email`, `role`; memberships: `groupId`, `groupName`,
    `userId`, as wanted `bound`. Raises `InvalidInput` (`connector.source_malformed`, `connector.source_unknown_member`) with the line.
    """

def with_roles(directory: Snapshot, roles: RoleSource) -> Snapshot:
    """The same directory with the roles that `roles` gives; an attribute is known to the source alone, and leaves them as they were read."""

def snapshot_from_scim(
    *, users: Iterable[User | _Json], groups: Iterable[Group | _Json], roles: RoleSource | None = None
) -> Snapshot:
    """A directory from the users and groups of any SCIM service provider, all of them. No group is bound.

    Raises `InvalidInput`: `connector.source_missing` for a resource without an id and for members that were left out (F13),
    `connector.source_unknown_member`.
    """

def whole_list(pages: Iterable[ListResponse]) -> list[User] | None:
    """The accounts of every page of a list; `None` unless there are as many different ids as the list says there are (F33)."""

def doctor(
    application: Application, *, now: datetime, certificate: Certificate | None = None,
    name_id_format: str | None = None, directory: Snapshot | None = None,
    sso: SsoSettings | Literal[False] | None = None, heap_id: _HeapId | None = None,
    connection: ConnectionTest | None = None, scim_enabled: bool | None = None, base_url: str | None = None,
    verification: Concluded | None = None, profile: Profile | None = None,
    accounts: Iterable[User | _Json] | None = None, custom_roles: Iterable[str] | None = None,
    foreign: Iterable[str] | None = None,
) -> Diagnosis:
    """Walks through both sides' configuration. Nothing is sent; what is not given is not known, and nothing is concluded from it.

    `certificate` is that of the key that the identity provider signs with; `sso`, `heap_id`, `scim_enabled` and `base_url` are what
    Heap's settings show, `sso=False` where it is not configured; `accounts` are all at Heap; `custom_roles` are the tenant's own
    (R15); `foreign` are the directory ids of people whom Heap refuses for their account in another organisation (R23).
    """

@final
class Details:
    """What the portal shows of an application (R1)."""

    def __new__(cls, label: str, *, description: str | None = None, image: str | None = None, shown: bool = True) -> Details: ...
    @property
    def label(self) -> str:
        """The name on its tile."""
    @property
    def description(self) -> str | None:
        """What it is for."""
    @property
    def image(self) -> str | None:
        """The address of the picture on its tile."""
    @property
    def shown(self) -> bool:
        """Whether the portal shows it at all; people with access can sign on either way."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Settings:
    """What identity management is told besides its credentials: saving it never touches the token (R19)."""

    def __new__(cls, *, group_management: bool = True, role_attribute: str | None = None) -> Settings: ...
    @property
    def group_management(self) -> bool:
        """Whether groups and memberships are managed at Heap too (R24)."""
    @property
    def role_attribute(self) -> str:
        """The top-level attribute that carries Heap's role (D8); `role` unless given."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Credentials:
    """A base URL and the token for it (R17, R18). The token is not shown and cannot be read back."""

    def __new__(cls, *, base_url: str, bearer_token: str) -> Credentials:
        """Raises `InvalidInput` (`sync.base_url`, `wire.invalid_token`) for what could not be sent."""
    @property
    def base_url(self) -> str: ...

@final
class Sso:
    """The SSO configuration of an application: Heap's template, filled in for one tenant (R4, R5)."""

    def __new__(cls, *, heap_id: _HeapId, attributes: AttributeMapping | None = None) -> Sso:
        """Every `YOUR_ID` in a constant becomes the Heap ID. Raises `InvalidInput` (`heap.placeholder_left`)."""
    @property
    def heap_id(self) -> HeapId: ...
    @property
    def acs_url(self) -> str:
        """Where assertions are sent."""
    @property
    def attributes(self) -> AttributeMapping:
        """The attributes of the assertions, filled in."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class SyncConfig:
    """What `Engine` takes of a managed application. Its `repr` is without the token."""

    @property
    def base_url(self) -> str: ...
    @property
    def bearer_token(self) -> str:
        """The verified token, asked for by name."""
    @property
    def role_attribute(self) -> str: ...

@final
class Removal:
    """A removal that was described and waits for somebody to confirm it: it is bound to the application as it was then (R42)."""

    @property
    def application(self) -> str:
        """The application's name."""
    @property
    def part(self) -> _Part:
        """What is taken away."""
    @property
    def consequence(self) -> str:
        """What becomes of it here."""
    @property
    def remains(self) -> str | None:
        """What then remains to be done at Heap, so that nobody is locked out and no credential stays valid (R44)."""

@final
class Application:
    """Heap's application at the identity provider, from its creation to its deletion.

    Each method is one thing that an administrator does; `core/docs/CONNECTOR.md` draws what is allowed in which state.
    """

    def __new__(cls, name: str, *, details: Details, idp_url: str | None = None) -> Application:
        """The default IdP URL is made of `name` (R2); `idp_url` overrides it, now or never (R3).

        Raises `Refused` (`connector.empty_label`).
        """
    @staticmethod
    def from_json(body: _Json) -> Application:
        """Restores an application; one that was being verified is as it was before. Its token is restored by itself (R16).

        Raises `Refused` (`connector.stored`) for what is none.
        """
    def to_json(self) -> bytes:
        """The application without its token, which is kept where secrets are kept (R16)."""
    def restore_token(self, *, bearer_token: str) -> None:
        """Gives back the token of the verified credentials. Raises `Refused` (`connector.not_active`)."""
    def expose_token(self) -> str | None:
        """The token of the verified credentials, to be kept where secrets are kept: asked for by name, never serialised."""
    @property
    def name(self) -> str: ...
    @property
    def details(self) -> Details: ...
    @property
    def idp_url(self) -> str:
        """The address of single sign-on, and the identity provider's entity id (R2, R3)."""
    @property
    def state(self) -> _State:
        """Where it stands."""
    @property
    def has_sso(self) -> bool:
        """Whether people can sign on (R9, R10)."""
    @property
    def has_identity_management(self) -> bool:
        """Whether accounts are managed: while new credentials are being verified, the old ones hold (R19)."""
    @property
    def heap_id(self) -> HeapId | None:
        """The tenant's Heap ID, once SSO is configured (R4)."""
    @property
    def sso(self) -> Sso | None:
        """The SSO configuration, once there is one."""
    @property
    def settings(self) -> Settings:
        """The settings of identity management."""
    @property
    def base_url(self) -> str | None:
        """The base URL that was verified last (R18)."""
    @property
    def bound_groups(self) -> list[str]:
        """The directory ids of the groups that are bound to the application (R12)."""
    def events(self) -> list[Event]:
        """The events since the last call, one for each attempt to change the integration, also a forbidden one (R38, R41)."""
    def edit(self, details: Details) -> None:
        """Changes what the portal shows (R1). Raises `Refused`."""
    def change_idp_url(self) -> None:
        """Always refused (R3): the error says what to do instead."""
    def save_bookmark(self, url: str) -> None:
        """Makes it a link to `url` (R42). Raises `Refused` while SSO is configured."""
    def save_sso(self, heap_id: _HeapId) -> None:
        """Saves the SSO configuration for a tenant (R4); attributes that were configured before stay. Raises `Refused`."""
    def configure_sso(self, sso: Sso) -> None:
        """Saves the whole SSO configuration, with its attributes (R4, R5). Raises `Refused`."""
    def sign_on(self, key: SigningKey) -> SignOn:
        """Puts the SSO configuration to use, with the key that signs. The key is not kept here (R6).

        Raises `Refused` (`connector.sso_not_configured`).
        """
    def save_settings(self, settings: Settings, *, now: datetime) -> None:
        """Saves settings of identity management; the token is not touched (R19). Raises `Refused` before SSO (R14)."""
    def activate(
        self, credentials: Credentials, *, now: datetime, scope: _Scope = "everything", random: _Random = None
    ) -> Verification:
        """Begins to verify the first credentials (R18): drive what is returned, then `conclude`.

        `everything` also makes a test user and a test group and removes them again. Raises `Refused` before SSO (R14) and
        once it is active (R19).
        """
    def update_credentials(
        self, credentials: Credentials, *, now: datetime, scope: _Scope = "everything", random: _Random = None
    ) -> Verification:
        """Begins to verify new credentials (R19): until they are verified, the old ones hold. Raises `Refused`."""
    def conclude(self, concluded: Concluded, *, now: datetime) -> Verified | NotVerified:
        """Ends a verification: its credentials hold from now on, or the former ones go on holding (R18, R19).

        Raises `Refused`: `connector.forbidden` when none is under way, `connector.overtaken` when it is another one.
        """
    def abandon_verification(self, *, now: datetime) -> None:
        """Gives up the verification under way (R19); what it made at Heap, `heap-identity-test-…`, is to be removed there. Raises `Refused`."""
    def bind_groups(self, groups: Iterable[str], *, directory: Snapshot) -> None:
        """Binds groups by directory id, in place of those bound before: who is in none of them is denied (R12).

        Raises `Refused` (`connector.no_such_group`).
        """
    def view(self, directory: Snapshot) -> Snapshot:
        """The directory as this application sees it, for single sign-on and provisioning alike (D1, R12, R24)."""
    def why(self, person: str, *, directory: Snapshot) -> list[str]:
        """The names of the bound groups that hold a person, by directory id. Raises `Refused` with why they may not (R12)."""
    def sync_config(self) -> SyncConfig:
        """What the engine needs. Raises `Refused`: `connector.not_active`, `connector.token_missing`."""
    def removal(self, part: _Part) -> Removal:
        """Describes a removal, for somebody to confirm: nothing is removed yet (R42). Raises `Refused`."""
    def remove(self, confirmed: Removal, *, now: datetime) -> str | None:
        """Carries out a removal that somebody has confirmed (R42), and says what remains to be done at Heap (R44).

        Raises `Refused` (`connector.overtaken`) when the application has changed since, or it is another's.
        """

@final
class Deleted:
    """What a deletion did."""

    @property
    def application(self) -> str:
        """The application's name."""
    @property
    def remains(self) -> list[str]:
        """What remains to be done at Heap (R44)."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Catalogue:
    """The applications at the identity provider, by name. What it gives is the application in it, not a copy."""

    def __new__(cls) -> Catalogue: ...
    def add(self, name: str, *, details: Details, idp_url: str | None = None) -> Application:
        """Adds an application. Raises `Refused`: `connector.name_taken`, `connector.url_taken`, `connector.empty_label`."""
    def add_stored(self, body: _Json) -> Application:
        """Adds an application that was stored. Raises as `add` and `Application.from_json`."""
    def get(self, name: str) -> Application | None:
        """The application with this name."""
    def names(self) -> list[str]:
        """The names of all applications, in order."""
    def delete(self, names: Iterable[str], *, entered: int, now: datetime) -> list[Deleted]:
        """Deletes applications, when their number was entered as a confirmation (R43); all or none.

        Raises `Refused`: `connector.count`, `connector.no_such_application`, and for one that is being verified.
        """
    def events(self) -> list[Event]:
        """The events of all applications since the last call, also of the deleted ones."""
    def __iter__(self, /) -> Iterator[Application]: ...
    def __len__(self, /) -> int: ...

@final
class Verified:
    """What a verification found out about the other side."""

    @property
    def deletes_users(self) -> bool | None:
        """Whether an account can be deleted; where it cannot, it is made inactive (D13). `None` when it was not tried."""
    @property
    def groups(self) -> bool | None:
        """Whether there are groups (R24). `None` where nobody asked."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class NotVerified:
    """Why credentials do not work: the exact reason (R18), with what to do. It is false."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    def __bool__(self, /) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Concluded:
    """A verification that is over, for `Application.conclude`. Only a `Verification` makes one."""

    @property
    def found(self) -> Verified | NotVerified:
        """What was found."""
    @property
    def left_over(self) -> list[str]:
        """Test resources that are, or may be, still at Heap, by id or else by name: an administrator must remove them."""

@final
class Verification:
    """Credentials that are being verified (R18, R19). It does no I/O: `poll` says what to do next."""

    def poll(self) -> Request | Concluded:
        """The request to send, the same again until an answer was received; or what was found, once and for all."""
    def receive(
        self,
        *,
        now: datetime,
        response: Response | None = None,
        failure: Literal["connection", "dns", "timed_out", "tls"] | None = None,
    ) -> None:
        """Takes what came of the request: the answer, or why there is none."""

@final
class Answer:
    """What answers an AuthnRequest: to be posted to Heap by the browser."""

    @property
    def response(self) -> SignedResponse: ...
    @property
    def relay_state(self) -> str | None:
        """The RelayState that Heap sent, to be returned as it is (R10)."""

@final
class SignOn:
    """Heap's application at the identity provider: logs in whom a bound group holds, and nobody else (R12)."""

    def __new__(
        cls, *, idp_url: str, key: SigningKey, heap_id: _HeapId, attributes: AttributeMapping | None = None
    ) -> SignOn:
        """At `idp_url`, which Heap's settings call the remote login URL (R2, R6). `Application.sign_on` makes it of what is saved."""
    @property
    def certificate_pem(self) -> str:
        """The signing certificate: the `certificate.pem` for Heap's settings (R6)."""
    @property
    def certificate(self) -> Certificate: ...
    def metadata(self) -> IdentityProviderMetadata:
        """What the identity provider says of itself, for service providers that are configured from a file."""
    def test_connection(
        self, *, settings: SsoSettings, heap_id: _HeapId, email: str, now: datetime, random: _Random = None
    ) -> ConnectionTest:
        """Tries the application and Heap's settings on each other before SSO is enforced (R7), for this administrator."""
    def launch(self, *, directory: Snapshot, person: str, now: datetime, random: _Random = None) -> SignedResponse:
        """The person, by directory id, picks the application in the portal (R9).

        Raises `Refused` for everybody whom no bound group holds (R12), and for somebody without an address (R13).
        """
    def answer(self, *, raw_query: str, directory: Snapshot, person: str, now: datetime, random: _Random = None) -> Answer:
        """Heap sent an AuthnRequest by redirect, and the person has logged in here (R10). `raw_query` is as it was received.

        Raises `Refused` as `launch`, and for a request that cannot be answered.
        """

@final
class RoleSource:
    """Where Heap's role of a person comes from (R21, D8)."""

    @staticmethod
    def attribute(name: str) -> RoleSource:
        """From an attribute of the person, by its name at the source."""
    @staticmethod
    def by_group(groups: Sequence[tuple[str, str]]) -> RoleSource:
        """By group: of these ids with roles, the first that holds the person decides."""
    @staticmethod
    def constant(role: str) -> RoleSource:
        """The same for everybody."""
    @staticmethod
    def nowhere() -> RoleSource:
        """The role at Heap is never touched."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class JumpCloud:
    """Collects pages of JumpCloud's API until the directory is whole (F02, F04).

    Each method takes a body and gives how many to skip for the next page, and `None` after the last one. Raises `InvalidInput`
    (`connector.source_malformed`, and `connector.source_moved` for what came before: the list has changed, so read everything again).
    """

    def __new__(cls, *, roles: RoleSource | None = None, limit: int = 100) -> JumpCloud:
        """For pages that are asked for with this `limit`. Roles come from nowhere unless given."""
    def users(self, body: _Json | Sequence[Any]) -> int | None:
        """A page of `/api/systemusers`."""
    def groups(self, body: _Json | Sequence[Any]) -> int | None:
        """A page of `/api/v2/usergroups`."""
    @property
    def group_ids(self) -> list[str]:
        """The groups that were read: each one's members are to be read."""
    def members(self, group: str, body: _Json | Sequence[Any]) -> int | None:
        """A page of `/api/v2/usergroups/{group}/members`."""
    def bound_groups(self, body: _Json | Sequence[Any]) -> int | None:
        """A page of the application's associations with user groups: the bound ones."""
    def snapshot(self) -> Snapshot:
        """The directory; what was collected is used up. Raises `InvalidInput` (`connector.source_incomplete`,
        `connector.source_missing`, `connector.source_moved`) unless everything was read to its end.
        """

@final
class ImportCandidate:
    """An account at Heap, as the list of the import shows it."""

    @property
    def account(self) -> str:
        """The account's id at Heap."""
    @property
    def user_name(self) -> str: ...
    @property
    def given_name(self) -> str | None: ...
    @property
    def family_name(self) -> str | None: ...
    @property
    def status(self) -> Literal["imported", "new", "suspended", "other"]:
        """Where it stands (R34); a suspended one is not imported (R35)."""
    @property
    def person(self) -> str | None:
        """The directory id of the person, where the directory has them."""
    @property
    def suggestion(self) -> str | None:
        """The directory id of somebody who may be the same person: to be looked at, never acted on."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class ImportResult:
    """What became of one account."""

    @property
    def account(self) -> str:
        """The account's id at Heap."""
    @property
    def user_name(self) -> str: ...
    @property
    def person(self) -> str | None:
        """The new person's directory id; `None` if there is none."""
    @property
    def failure(self) -> str | None:
        """Why there is none."""
    @property
    def advice(self) -> str:
        """What an administrator does next: an imported person is managed only as a member of a bound group (R37)."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class ImportList:
    """Heap's accounts beside the directory (R34, R35)."""

    @staticmethod
    def compare(accounts: Iterable[User | _Json], *, directory: Snapshot) -> ImportList:
        """Compares accounts, all of them, with a directory; those without an id are passed over."""
    def view(self, view: Literal["all", "new_users_first", "new_users_only"] = "all") -> list[ImportCandidate]:
        """What the list shows."""
    def select(self, accounts: Iterable[str]) -> Import:
        """Begins to import the accounts with these ids, each once, in the order given.

        Raises `Refused` (`connector.import_...`) for one that is not in the list, is imported or suspended, and for nobody.
        """
    def __len__(self, /) -> int: ...

@final
class Import:
    """An import under way: it gives the people to be made in the directory, and is told what came of each."""

    @property
    def mode(self) -> Literal["job", "live", "other"]:
        """Whether results come live, or the end is announced: fewer than 100 come live (R36)."""
    def next_person(self) -> Person | None:
        """Who is to be made in the directory now, without an id; the same until `settle`. `None` at the end."""
    def settle(self, *, person: str | None = None, failure: str | None = None) -> ImportResult:
        """Takes the new person's directory id, or why they could not be made. Raises `Refused` when nobody is awaited."""
    @property
    def progress(self) -> tuple[int, int]:
        """How many results are known, of how many."""
    def results(self) -> list[ImportResult]:
        """The results so far, in the order of the selection."""
    def announcement(self) -> str | None:
        """The message that ends a job (R36)."""

@final
class Finding:
    """Something that is wrong. `str` says it with what to do."""

    @property
    def code(self) -> str: ...
    @property
    def severity(self) -> Literal["error", "warning", "notice"]:
        """How much it matters."""
    @property
    def title(self) -> str:
        """What is wrong."""
    @property
    def expected(self) -> str: ...
    @property
    def found(self) -> str: ...
    @property
    def subjects(self) -> list[str]:
        """Whom or what it is about: people and groups by directory id, accounts by their id at Heap."""
    @property
    def action(self) -> str:
        """What to do."""
    @property
    def rule(self) -> str:
        """The rules that it is about."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Diagnosis:
    """What the doctor found, in the order in which to put it right: `str` for people, `to_json` for machines."""

    @property
    def findings(self) -> list[Finding]:
        """The findings; none of a healthy set-up."""
    @property
    def is_healthy(self) -> bool: ...
    def to_json(self) -> bytes:
        """The findings as JSON."""
    def __iter__(self, /) -> Iterator[Finding]: ...
    def __len__(self, /) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
