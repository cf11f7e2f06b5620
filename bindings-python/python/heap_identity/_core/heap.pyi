"""An embedded tenant of Heap. Times are aware; every class is frozen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, final

from .saml import VerifiedAssertion
from .wire import Request, Response

__all__ = [
    "Session",
    "Tenant",
    "Variants",
]

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
