"""`doctor`: what is wrong with a set-up, in the order in which to put it right."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any

import typer

from .._core import Certificate
from ..connector import Application, Concluded, Details, Diagnosis
from ..connector import doctor as examine
from ..heap import SsoSettings
from ..scim import User
from . import common
from .apply import connection_of
from .common import Unusable, out
from .sso import IDP
from .token import managed

Directory = Annotated[Path | None, typer.Argument(metavar="DIRECTORY.json", help="The directory: who would be locked out, and why.")]
HeapId = Annotated[str | None, typer.Option("--heap-id", metavar="ID", help="The Heap ID that the identity provider has.")]
IdpUrl = Annotated[str, typer.Option("--idp-url", metavar="URL", help="The IdP URL of the application.")]
Own = Annotated[Path | None, typer.Option("--certificate", metavar="FILE", help="The certificate.pem that the identity provider signs with.")]
AtHeap = Annotated[
    Path | None, typer.Option("--heap-certificate", metavar="FILE", help="The certificate in Heap's account settings, if it is not the same.")
]
HeapLogin = Annotated[str | None, typer.Option("--heap-login-url", metavar="URL", help="The remote login URL in Heap's account settings.")]
HeapIdThere = Annotated[str | None, typer.Option("--heap-id-at-heap", metavar="ID", help="The Heap ID that Heap's account settings show.")]
BaseUrl = Annotated[str | None, typer.Option("--base-url", metavar="URL", help="The tenant: its token is verified, its accounts are read.")]
Roles = Annotated[list[str] | None, typer.Option("--role", metavar="NAME", help="A role of the tenant's own; once for each.")]
Writes = Annotated[bool, typer.Option("--test-writes", help="Verify by making and removing a test user and a test group, too.")]


def doctor(
    directory: Directory = None,
    heap_id: HeapId = None,
    idp_url: IdpUrl = IDP,
    certificate: Own = None,
    heap_certificate: AtHeap = None,
    heap_login_url: HeapLogin = None,
    heap_id_at_heap: HeapIdThere = None,
    base_url: BaseUrl = None,
    token_env: common.TokenEnv = None,
    token_file: common.TokenFile = None,
    token_keyring: common.TokenKeyring = None,
    role: Roles = None,
    test_writes: Writes = False,
    timeout: common.Timeout = 5,
    proxy: common.Proxy = None,
    ca_file: common.CaFile = None,
    json_: common.Json = False,
    log: common.Log = common.LogLevel.off,
) -> None:
    """Walks through both sides' set-up and says what is wrong and what to do. What is not given is not judged.

    Exit status: 0 there is no error (there may be warnings); 3 there are errors; 2 bad usage or a bad file.
    """
    with common.told(json_, log):
        application = application_of(heap_id, idp_url, base_url)
        known: dict[str, Any] = {"custom_roles": role or None}
        if directory is not None:
            snapshot = common.read_directory(directory)
            bound = [group.id for group in snapshot.groups() if group.bound]
            application.bind_groups(bound, directory=snapshot)
            known["directory"] = snapshot
        if certificate is not None:
            known["certificate"] = Certificate.from_pem(common.read_text(certificate))
        if heap_certificate is not None or heap_login_url is not None:
            known["sso"] = at_heap(heap_certificate or certificate, heap_login_url or idp_url)
        known["heap_id"] = heap_id_at_heap
        if base_url is not None:
            token = common.token(token_env, token_file, token_keyring)
            application.restore_token(bearer_token=token)
            connection = connection_of(base_url, token, timeout, proxy, ca_file)
            known |= asked(application, connection, test_writes)
            known["scim_enabled"] = True
        diagnosis = examine(application, now=_now(), **known)
    tell(diagnosis, json_)


def application_of(heap_id: str | None, idp_url: str, base_url: str | None) -> Application:
    """The application as the options describe it."""
    application = Application("heap", details=Details("Heap"), idp_url=idp_url)
    if heap_id is not None:
        application.save_sso(heap_id)
    if base_url is None:
        return application
    if heap_id is None:
        raise Unusable("identity management needs SSO first (R14): give --heap-id with --base-url")
    return managed(base_url, application)


def at_heap(certificate: Path | None, login_url: str) -> SsoSettings:
    """What Heap's account settings hold."""
    if certificate is None:
        raise Unusable("--heap-login-url needs the certificate in Heap's account settings: give --heap-certificate")
    return SsoSettings(certificate_pem=common.read_text(certificate), remote_login_url=login_url)


def asked(application: Application, connection: Any, writes: bool) -> dict[str, Any]:
    """What the tenant itself says: whether the token works, and who has an account."""
    from ..connector import Credentials, Verified
    from ..exchange import Exchange, NotRead

    credentials = Credentials(base_url=connection.base_url, bearer_token=connection.bearer_token)
    with Exchange(connection) as exchange:
        begun = application.update_credentials(credentials, now=_now(), scope="everything" if writes else "read_only")
        concluded: Concluded = exchange.verified(begun)
        accounts: list[User] | None = None
        if isinstance(application.conclude(concluded, now=_now()), Verified):
            try:
                accounts = exchange.accounts()
            except NotRead as error:
                common.complain(str(error), False)
    return {"verification": concluded, "accounts": accounts}


def tell(diagnosis: Diagnosis, is_json: bool) -> None:
    """The findings, and the status that they amount to."""
    has_errors = any(finding.severity == "error" for finding in diagnosis.findings)
    if is_json:
        common.show_json({"outcome": "errors" if has_errors else "healthy", **json.loads(diagnosis.to_json())})
    elif diagnosis.is_healthy:
        out.print("nothing is wrong with what was looked at", markup=False, style="green")
    else:
        out.print(str(diagnosis), markup=False)
    if has_errors:
        raise typer.Exit(common.HELD_OR_FAILED)


def _now() -> datetime:
    return datetime.now(timezone.utc)
