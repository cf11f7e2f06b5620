"""`token`: the credentials of the integration."""

import importlib
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer

from ..connector import Application, Credentials, Details, Verified
from ..errors import HeapIdentityError
from ..state import State
from . import common
from .apply import connection_of
from .common import Unusable, out

app = typer.Typer(help="The credentials of the integration.", no_args_is_help=True)

NewEnv = Annotated[str | None, typer.Option("--new-token-env", metavar="VAR", help="The environment variable with the new token.")]
NewFile = Annotated[Path | None, typer.Option("--new-token-file", metavar="FILE", help="A file with the new token.")]
NewKeyring = Annotated[
    str | None, typer.Option("--new-token-keyring", metavar="SERVICE", help="The keyring's entry with the new token, user `heap-identity`.")
]
ToFile = Annotated[Path | None, typer.Option("--token-file", metavar="FILE", help="Where `apply` finds the token: the new one is put there.")]
ToKeyring = Annotated[str | None, typer.Option("--token-keyring", metavar="SERVICE", help="The keyring's entry where the new one is put.")]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Verify without making and removing a test user and a test group.")]
Events = Annotated[Path | None, typer.Option("--state", metavar="FILE", help="The state of `apply`: what happened is added to its events.")]


@app.command()
def rotate(
    base_url: common.BaseUrl,
    new_token_env: NewEnv = None,
    new_token_file: NewFile = None,
    new_token_keyring: NewKeyring = None,
    token_file: ToFile = None,
    token_keyring: ToKeyring = None,
    read_only: ReadOnly = False,
    state: Events = None,
    timeout: common.Timeout = 5,
    proxy: common.Proxy = None,
    ca_file: common.CaFile = None,
    json_: common.Json = False,
    log: common.Log = common.LogLevel.off,
) -> None:
    """Verifies a new token with the tenant, and only then stores it in the place of the old one (R19).

    Exit status: 0 it works, and is stored where that was asked for; 3 it does not work, and the old one stays; 2 bad usage or a
    bad file.
    """
    with common.told(json_, log):
        new = common.token(new_token_env, new_token_file, new_token_keyring, prefix="--new-token")
        if token_file is not None and token_keyring is not None:
            raise Unusable("the token is kept in one place: give --token-file or --token-keyring")
        connection = connection_of(base_url, new, timeout, proxy, ca_file)
        application = managed(base_url)
        credentials = Credentials(base_url=base_url, bearer_token=new)
        if state is not None and not state.exists():
            raise Unusable(f"{state}: there is no such file")

        from ..exchange import Exchange

        begun = application.update_credentials(credentials, now=_now(), scope="read_only" if read_only else "everything")
        with Exchange(connection) as exchange:
            concluded = exchange.verified(begun)
        found = application.conclude(concluded, now=_now())
        if state is not None:
            with State(state) as opened:
                opened.append(events=application.events())
        if isinstance(found, Verified):
            store(new, token_file, token_keyring)
    for id in concluded.left_over:
        print(f"heap-identity: a test resource could not be removed: remove {id} at Heap", file=sys.stderr)
    if not isinstance(found, Verified):
        common.fail(f"the new token is not used: {found.message}", is_json=json_, code=found.code, status=common.HELD_OR_FAILED)
    where = str(token_file) if token_file else f"the keyring's entry {token_keyring}" if token_keyring else None
    if json_:
        common.show_json({"outcome": "verified", "stored": where, "groups": found.groups, "left_over": concluded.left_over})
        return
    out.print(f"the new token works{f' and is stored in {where}' if where else '; it is stored nowhere'}", markup=False, style="green")


def managed(base_url: str, application: Application | None = None) -> Application:
    """An application whose integration is active at this address: what `apply` works with, as the connector sees it."""
    if application is None:
        application = Application("heap", details=Details("Heap"))
        # Which tenant's SSO it is does not matter here, and nothing asks for it.
        application.save_sso("unknown")
    stored = json.loads(application.to_json())
    return Application.from_json({**stored, "state": "managed", "base_url": base_url})


def store(token: str, file: Path | None, keyring: str | None) -> None:
    """Puts the new token in the place of the old one."""
    if file is not None:
        common.write_private(file, f"{token}\n")
    if keyring is not None:
        module = importlib.import_module("keyring")
        try:
            module.set_password(keyring, "heap-identity", token)
        except module.errors.KeyringError as error:
            raise HeapIdentityError(f"the keyring cannot be written: {error}", code="command.keyring") from None


def _now() -> datetime:
    return datetime.now(timezone.utc)
