"""`serve`: the Heap tenant on this machine."""

import socket
from pathlib import Path
from typing import Annotated

import typer

from ..state import TenantStore
from . import common

HEAP_ID = "1234567890"

Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Where it listens, on the loopback alone; a free one if it is 0.")]
Db = Annotated[Path | None, typer.Option("--db", metavar="FILE", help="Keep the tenant in this SQLite file; in memory otherwise.")]
Certificate = Annotated[
    Path | None,
    typer.Option("--certificate", metavar="FILE", help="The identity provider's certificate.pem; one for demonstrations otherwise."),
]
IdpUrl = Annotated[str | None, typer.Option("--idp-url", metavar="URL", help="The identity provider's login URL.")]
SecondAccount = Annotated[
    bool,
    typer.Option("--second-account", help="Another userName makes a second account, which is Heap's rule; renamed in place otherwise."),
]


def serve(
    port: Port,
    token_env: common.TokenEnv = None,
    token_file: common.TokenFile = None,
    token_keyring: common.TokenKeyring = None,
    db: Db = None,
    certificate: Certificate = None,
    idp_url: IdpUrl = None,
    heap_id: Annotated[str, typer.Option("--heap-id", help="The tenant's Heap ID, which its assertion consumer service carries.")] = HEAP_ID,
    second_account: SecondAccount = False,
    log: common.Log = common.LogLevel.off,
) -> None:
    """Serves the Heap tenant `demo` at http://127.0.0.1:PORT/scim/v2/demo, with SSO, and a page at /.

    Exit status: 0 it was ended; 3 it cannot listen there; 2 bad usage or a bad file.
    """
    with common.told(False, log):
        token = common.token(token_env, token_file, token_keyring)
        if (certificate is None) != (idp_url is None):
            raise common.Unusable("--certificate and --idp-url belong together")
        pem = common.read_text(certificate) if certificate else ""
        listening = _listen(port)
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        store = TenantStore(db) if db else None
        try:
            _run(listening, origin, token, store, heap_id, not second_account, pem, idp_url or "")
        finally:
            if store:
                store.close()


def _listen(port: int) -> socket.socket:
    # With its protocol named, asyncio sends small answers at once (TCP_NODELAY).
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
    except OSError as error:
        common.fail(f"port {port}: {error.strerror}", is_json=False, code="serve.port", status=common.HELD_OR_FAILED)
    return listening


def _run(
    listening: socket.socket, origin: str, token: str, store: TenantStore | None, heap_id: str, renames: bool, pem: str, idp_url: str
) -> None:
    import uvicorn

    from ..server import TenantApp, open_tenant
    from ..server.identity_provider import DemonstrationIdentityProvider

    tenant = open_tenant(
        origin=origin,
        bearer_token=token,
        store=store,
        heap_id=heap_id,
        renames_in_place=renames,
        certificate=pem,
        idp_url=idp_url,
    )
    demonstration = None if pem else DemonstrationIdentityProvider(tenant.acs_url)
    app = TenantApp(tenant, origin=origin, store=store, demonstration=demonstration)
    print(tenant.base_url, flush=True)
    common.err.print(f"the page is at {origin}/ ; Ctrl-C ends it", markup=False)
    config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=2, server_header=False)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
