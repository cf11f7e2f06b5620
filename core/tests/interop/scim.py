#!/usr/bin/env python3
"""SCIM with other stacks, over HTTP on the loopback interface; the last line is `N passed, N failed`.

    scim.py [client | server | filters]…

client: our client takes other service providers through the life of a user and of a group.
server: independent testers judge the embedded tenant.
filters: generated filters give the same answers here and in scim2-models.

Python's packages are put into `target/interop-scim`, npm's too; node and npm are needed.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import scim_filters
import scim_peers
from scim_peers import PEERS, TOKEN

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = ROOT / "target/interop-scim"
PACKAGES = ["scim2-server==0.8.3", "scim2-tester==0.5.2", "scim-sanity==0.7.4", "django-scim2==0.23.0", "scim2-models==0.12.3", "httpx2"]  # fmt: skip
NODE_PACKAGES = ["express@4", "scimmy", "scimmy-routers"]
# What scim-sanity counts against us, with the reason why it stays: core/docs/DESIGN.md, "A member that is not there".
EXPLAINED = {
    "[FAIL] PATCH /Groups/{id} add member": "a member whose id nobody has is refused; RFC 7644 leaves it open",
}


def example(name):
    """Builds an example; its path."""
    build = ["cargo", "build", "--quiet", "--package", "heap-identity", "--example", name]
    subprocess.run(build, cwd=ROOT, check=True)
    metadata = ["cargo", "metadata", "--no-deps", "--format-version=1"]
    target = json.loads(subprocess.run(metadata, cwd=ROOT, check=True, capture_output=True).stdout)
    return Path(target["target_directory"]) / "debug/examples" / name


def client(folder):
    """Our client against the peers: steps that passed and failed."""
    program = example("scim_client")
    passed = failed = 0
    for name, peer in PEERS.items():
        own = folder / name
        own.mkdir()
        with peer(own) as base_url:
            run = subprocess.run([program, base_url, TOKEN], capture_output=True, text=True)
        print(f"== {name}\n{run.stdout}{run.stderr}", flush=True)
        counted = re.search(r"^(\d+) passed, (\d+) failed$", run.stdout, re.MULTILINE)
        if not counted:
            failed += 1
            continue
        passed += int(counted[1])
        failed += int(counted[2])
    return passed, failed


def server(folder):
    """The testers against our tenant."""
    port = scim_peers.free_port()
    base_url = f"http://127.0.0.1:{port}/scim/v2/demo"
    command = [example("serve"), "--port", str(port), "--token", TOKEN]
    with scim_peers.running(command, base_url, folder / "serve.log"):
        results = [tester(base_url), sanity(base_url)]
    return tuple(map(sum, zip(*results)))


def tester(base_url):
    """PyPI `scim2-tester`."""
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    with httpx2.Client(base_url=base_url, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        client = SyncSCIMClient(http)
        client.discover()
        results = check_server(client)
    failures = [one for one in results if one.status.name in ("ERROR", "CRITICAL", "FAILED")]
    passed = sum(one.status.name in ("SUCCESS", "COMPLIANT") for one in results)
    print(f"== scim2-tester: {passed} passed, {len(failures)} failed, {len(results) - passed - len(failures)} other")
    for failure in failures:
        print(f"FAIL  {failure.title}: {failure.reason}")
    return passed, len(failures)


def sanity(base_url):
    """PyPI `scim-sanity`."""
    program = Path(sys.executable).with_name("scim-sanity")
    run = subprocess.run(
        [program, "probe", base_url, "--token", TOKEN, "--i-accept-side-effects"], capture_output=True, text=True
    )
    print(f"== scim-sanity\n{run.stdout}{run.stderr}", flush=True)
    passed = failed = 0
    for line in run.stdout.splitlines():
        if re.search(r"\[PASS\]", line):
            passed += 1
        elif re.search(r"\[FAIL\]", line):
            if line.strip() in EXPLAINED:
                print(f"explained: {EXPLAINED[line.strip()]}")
            else:
                failed += 1
    return passed, failed


def in_environment():
    """Goes on in a virtual environment that has the packages; makes it the first time."""
    python, done = ENVIRONMENT / "bin/python", ENVIRONMENT / "packages.txt"
    wanted = "\n".join([*PACKAGES, *NODE_PACKAGES])
    is_made = done.is_file() and done.read_text() == wanted
    if Path(sys.prefix) == ENVIRONMENT and is_made:
        os.environ["NODE_PATH"] = str(ENVIRONMENT / "node/node_modules")
        return
    if not is_made:
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(install, check=True)
        node = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", ENVIRONMENT / "node"]
        subprocess.run([*node, *NODE_PACKAGES], check=True)
        done.write_text(wanted)
    os.execv(python, [python, *sys.argv])


def filters(_):
    """Generated filters, here and there."""
    return scim_filters.check(example("judge"), seed=1, count=10_000)


PARTS = {"client": client, "server": server, "filters": filters}


def main():
    in_environment()
    parts = sys.argv[1:] or list(PARTS)
    passed = failed = 0
    for part in parts:
        with scim_peers.folder() as folder:
            more = PARTS[part](folder)
        passed, failed = passed + more[0], failed + more[1]
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
