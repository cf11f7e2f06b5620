"""The compiled half of the package: one submodule for each part of the core, and the names of most of them here, too."""

from . import connector as connector, directory as directory, dsig as dsig, heap as heap, metadata as metadata, pki as pki, saml as saml, scim as scim, sync as sync, wire as wire
from .directory import (
    Access as Access,
    Diff as Diff,
    Group as Group,
    Person as Person,
    Snapshot as Snapshot,
)
from .dsig import (
    Covered as Covered,
    Element as Element,
    Explanation as Explanation,
    canonicalize_xml as canonicalize_xml,
    explain_xml as explain_xml,
    sign_xml as sign_xml,
    verify_xml as verify_xml,
)
from .heap import (
    Session as Session,
    Tenant as Tenant,
    Variants as Variants,
)
from .metadata import (
    Endpoint as Endpoint,
    IdentityProviderMetadata as IdentityProviderMetadata,
    LogoutMessage as LogoutMessage,
    LogoutOutcome as LogoutOutcome,
    LogoutPartner as LogoutPartner,
    Metadata as Metadata,
    ServiceProviderMetadata as ServiceProviderMetadata,
    SingleLogout as SingleLogout,
    VerifiedLogout as VerifiedLogout,
)
from .pki import (
    Certificate as Certificate,
    DecryptionKey as DecryptionKey,
    SigningKey as SigningKey,
)
from .saml import (
    AcceptedRequest as AcceptedRequest,
    AuthnRequest as AuthnRequest,
    Check as Check,
    ClaimedFailure as ClaimedFailure,
    Expected as Expected,
    FailureResponse as FailureResponse,
    IdentityProvider as IdentityProvider,
    NameId as NameId,
    Outcome as Outcome,
    PendingRequest as PendingRequest,
    PendingRequests as PendingRequests,
    Policy as Policy,
    RefusedRequest as RefusedRequest,
    ReplayCache as ReplayCache,
    Report as Report,
    ServiceProvider as ServiceProvider,
    SignedResponse as SignedResponse,
    Trust as Trust,
    Unspent as Unspent,
    Use as Use,
    VerifiedAssertion as VerifiedAssertion,
    content_security_policy as content_security_policy,
)
from .sync import (
    Done as Done,
    Engine as Engine,
    Guards as Guards,
    Persist as Persist,
    Plan as Plan,
    Progress as Progress,
    RequestId as RequestId,
    Send as Send,
    Step as Step,
    Trip as Trip,
    WaitForResponse as WaitForResponse,
    WaitUntil as WaitUntil,
    plan_words as plan_words,
)
from .wire import (
    Request as Request,
    Response as Response,
)

__all__ = [
    "__version__",
    "connector",
    "directory",
    "dsig",
    "heap",
    "metadata",
    "pki",
    "saml",
    "scim",
    "sync",
    "wire",
]

__version__: str
