#!/usr/bin/env python3
"""Python's command `heap-identity apply` against service providers, whatever happens to it; the last line is `N passed, N failed`.

    command.py [--kills N] [--seed N] [serve | scim2-server | scimmy-routers | faults]…
    command.py [--percent N] [--seed N] [--profile NAME]… profiles

It is killed at random moments and started again: `faults` is `serve` behind the example `proxy`, with the profile `mixed`. In
`profiles` it is let through each time, behind the proxy with each profile, in front of each service provider. In the end each tenant
has 0 differences to the directory. The package is that of `target/python`, where `cargo xtask interop command` installs it.
"""

import argparse
import contextlib
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import scim
import scim_peers

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / "target/python/bin/python"
PROFILES = ["drop-request", "drop-answer", "late", "duplicate", "reorder", "throttle", "errors", "truncate", "reset", "stale", "unauthorized", "html", "mixed"]  # fmt: skip
#: How long a first answer is waited for through the proxy, in seconds, and how long it holds one back, in milliseconds: for longer.
IMPATIENT = ["--timeout", "2"]
HOLD_MS = "2500"
#: How many directories are applied behind the proxy with each profile.
CHANGES = 3


@contextlib.contextmanager
def serve(folder):
    """Our own tenant, in a file."""
    port = scim_peers.free_port()
    command = [PYTHON, "-m", "heap_identity", "serve", "--port", str(port), "--token-env", "HEAP_TOKEN", "--db", folder / "tenant.sqlite"]
    base_url = f"http://127.0.0.1:{port}/scim/v2/demo"
    with scim_peers.running(command, base_url, folder / "serve.log", env={**os.environ, "HEAP_TOKEN": scim_peers.TOKEN}):
        yield base_url


PEERS = {"serve": serve, "scim2-server": scim_peers.scim2_server, "scimmy-routers": scim_peers.scimmy_routers}


@contextlib.contextmanager
def behind_proxy(proxy, folder, base_url, profile, percent, seed):
    """Where a service provider is reached through the proxy."""
    origin, port = base_url.split("/scim")[0], scim_peers.free_port()
    command = [proxy, "--to", origin, "--port", str(port), "--profile", profile, "--percent", str(percent)]
    command += ["--seed", str(seed), "--hold-ms", HOLD_MS]
    with scim_peers.running(command, f"http://127.0.0.1:{port}/faults", folder / "proxy.log"):
        yield base_url.replace(origin, f"http://127.0.0.1:{port}")


def killed(name, arguments, proxy):
    """Kills it so often; the summary."""
    from killing import kill

    with scim_peers.folder() as folder, contextlib.ExitStack() as stack:
        base_url = stack.enter_context(PEERS.get(name, serve)(folder))
        options = {"kills": arguments.kills, "people": 40, "seed": arguments.seed, "python": PYTHON}
        if name != "faults":
            return kill(folder, base_url, scim_peers.TOKEN, **options)
        through = stack.enter_context(behind_proxy(proxy, folder, base_url, "mixed", arguments.percent or 15, arguments.seed))
        return kill(folder, through, scim_peers.TOKEN, seen_at=base_url, words=IMPATIENT, **options)


def let_through(name, profile, arguments, proxy):
    """Applies some directories behind a proxy; how many requests and rounds each took."""
    from killing import Command, Directory

    dice, percent = random.Random(arguments.seed), arguments.percent or 25
    with scim_peers.folder() as folder, contextlib.ExitStack() as stack:
        base_url = stack.enter_context(PEERS[name](folder))
        through = stack.enter_context(behind_proxy(proxy, folder, base_url, profile, percent, arguments.seed))
        directory, command = Directory(dice), Command(folder, through, scim_peers.TOKEN, PYTHON, IMPATIENT)
        directory.grow(40)
        told = []
        for _ in range(CHANGES):
            directory.write(command.directory)
            status, document = command.finish()
            if status != 0:
                raise AssertionError(f"apply ended with {status}: {document.get('reason')}")
            found = directory.differences(base_url, scim_peers.TOKEN)
            if found:
                raise AssertionError(f"{len(found)} differences, such as {found[:3]}")
            told.append(f"{sum(document['requests'].values())} requests in {document['rounds']} rounds")
            directory.change()
    return ", ".join(told) + ": 0 differences"


def checks(arguments, proxy):
    """Each check by its name."""
    for subject in arguments.subjects or [*PEERS, "faults"]:
        if subject != "profiles":
            yield subject, lambda subject=subject: killed(subject, arguments, proxy)
            continue
        for profile in arguments.profile or PROFILES:
            for name in PEERS:
                yield f"{profile} {name}", lambda name=name, profile=profile: let_through(name, profile, arguments, proxy)


def judged(check):
    """What a check says, and whether it passed."""
    try:
        return check(), True
    except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        return f"FAILED: {error}", False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subjects", nargs="*", choices=[*PEERS, "faults", "profiles", []], default=[])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--percent", type=int)
    parser.add_argument("--profile", action="append", choices=PROFILES)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    scim.in_environment()
    sys.path.insert(0, str(ROOT / "bindings-python/tests"))
    proxy = scim.example("proxy")
    passed = failed = 0
    # Much of the time is waiting: for the other side, and for what the proxy holds back.
    with ThreadPoolExecutor(max_workers=4) as pool:
        running = [(name, pool.submit(judged, check)) for name, check in checks(arguments, proxy)]
        for name, check in running:
            said, is_right = check.result()
            print(f"{name}: {said}", flush=True)
            passed, failed = passed + is_right, failed + (not is_right)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
