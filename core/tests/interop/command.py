#!/usr/bin/env python3
"""Python's command `heap-identity apply` is killed at random moments and started again; the last line is `N passed, N failed`.

    command.py [--kills N] [serve | scim2-server | scimmy-routers | faults]…

`faults` is `serve` behind the example `proxy`, with the profile `mixed`. In the end each tenant has 0 differences to the directory.
The package is that of `target/python`, where `cargo xtask interop command` installs it.
"""

import argparse
import contextlib
import os
import subprocess
import sys
from pathlib import Path

import scim
import scim_peers

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / "target/python/bin/python"


@contextlib.contextmanager
def serve(folder):
    """Our own tenant, in a file."""
    port = scim_peers.free_port()
    command = [PYTHON, "-m", "heap_identity", "serve", "--port", str(port), "--token-env", "HEAP_TOKEN", "--db", folder / "tenant.sqlite"]
    base_url = f"http://127.0.0.1:{port}/scim/v2/demo"
    with scim_peers.running(command, base_url, folder / "serve.log", env={**os.environ, "HEAP_TOKEN": scim_peers.TOKEN}):
        yield base_url


@contextlib.contextmanager
def faults(folder):
    """The same behind a faulty proxy; what follows the base URL is where the tenant is compared."""
    with serve(folder) as base_url:
        origin, port = base_url.split("/scim")[0], scim_peers.free_port()
        command = [scim.example("proxy"), "--to", origin, "--port", str(port), "--percent", "15", "--hold-ms", "4000"]
        with scim_peers.running(command, f"http://127.0.0.1:{port}/faults", folder / "proxy.log"):
            yield base_url.replace(origin, f"http://127.0.0.1:{port}"), base_url


SUBJECTS = {
    "serve": serve,
    "scim2-server": scim_peers.scim2_server,
    "scimmy-routers": scim_peers.scimmy_routers,
    "faults": faults,
}


def check(name, kills):
    """Kills it so often; the summary."""
    from killing import kill

    with scim_peers.folder() as folder, SUBJECTS[name](folder) as reached:
        base_url, seen_at = reached if isinstance(reached, tuple) else (reached, None)
        return kill(folder, base_url, scim_peers.TOKEN, kills=kills, people=60, seed=7, seen_at=seen_at, python=PYTHON)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], default=[])
    parser.add_argument("--kills", type=int, default=50)
    arguments = parser.parse_args()
    scim.in_environment()
    sys.path.insert(0, str(ROOT / "bindings-python/tests"))
    passed = failed = 0
    for name in arguments.subjects or SUBJECTS:
        try:
            print(f"{name}: {check(name, arguments.kills)}", flush=True)
            passed += 1
        except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as error:
            print(f"{name}: FAILED: {error}", flush=True)
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
