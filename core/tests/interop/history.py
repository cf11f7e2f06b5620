#!/usr/bin/env python3
"""The real history of an organisation, brought to SCIM service providers by the example `sync`; see README.md.

    history.py [--home DIR] [--moments N | --all] [serve | faults | scim2-server | scimmy]…

`serve` is the embedded tenant, `faults` the same behind the example `proxy`. After each moment the tenant is read and compared
with the directory, and a last run must write nothing.
"""

import argparse
import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

from tool import ROOT

HISTORY = ROOT / "core/examples/provision/k8s-org-history.jsonl.gz"
TOKEN = "t0ken-of-the-history"
SUBJECTS = ["serve", "faults", "scim2-server", "scimmy"]
NODE_PACKAGES = ["scimmy@1", "scimmy-routers@1", "express@4"]


class Directory:
    def __init__(self):
        self.users, self.groups, self.members, self.ever = {}, {}, {}, {}

    def apply(self, change):
        user, group = change.get("user"), change.get("group")
        match change["op"]:
            case "user_add":
                person = {"id": user, "userName": change["username"], "active": True}
                self.users[user] = person | {"givenName": change["first"], "familyName": change["last"]}
                self.ever[user] = change["username"]
            case "user_remove":
                self.users.pop(user, None)
                for members in self.members.values():
                    members.discard(user)
            case "group_add" | "group_rename":
                self.groups[group] = change["name"]
            case "group_remove":
                self.groups.pop(group, None)
                self.members.pop(group, None)
            case "member_add":
                self.members.setdefault(group, set()).add(user)
            case "member_remove":
                self.members[group].discard(user)

    def document(self):
        groups = [{"id": id, "name": name, "members": sorted(self.members.get(id, ()))} for id, name in self.groups.items()]
        return {"users": list(self.users.values()), "groups": groups}

    def differences(self, users, groups):
        """Each difference between this directory and what a tenant holds."""
        names = {user["id"]: user["userName"] for user in users}
        active = {user["userName"] for user in users if user.get("active")}
        found = [] if len(users) == len(set(names.values())) else ["a user name occurs twice"]
        held = {id for members in self.members.values() for id in members}
        wanted = {user["userName"] for id, user in self.users.items() if id in held}
        found += [f"{name} is not active" for name in wanted - active]
        found += [f"{name} is active" for name in active - wanted]
        given = {user["userName"]: user.get("name", {}).get("givenName") for user in users}
        people = self.users.values()
        found += [f"{user['userName']} has another name" for user in people if given.get(user["userName"], user["givenName"]) != user["givenName"]]
        if len(groups) != len({group["displayName"] for group in groups}):
            found.append("a group name occurs twice")
        is_held = {g["displayName"]: {names.get(m["value"]) for m in g.get("members") or []} for g in groups}
        should = {name: {self.users[id]["userName"] for id in self.members.get(g, ())} for g, name in self.groups.items()}
        for name in is_held.keys() | should.keys():
            # A group that is empty at one side equals one that is not there at the other (D5).
            if is_held.get(name, set()) != should.get(name, set()):
                found.append(f"group {name} differs")
        found += [f"group {name} is not in the directory" for name in is_held.keys() - should.keys()]
        return found


def moments(count):
    """The directory at so many moments of the history, the last one included, or at all."""
    lines = gzip.open(HISTORY, "rt", encoding="utf-8").read().splitlines()
    # Early and late changes alike: the first moment, then evenly.
    shown = set(range(len(lines))) if count is None else {round(i * (len(lines) - 1) / max(count - 1, 1)) for i in range(count)}
    directory = Directory()
    for index, line in enumerate(lines):
        for change in json.loads(line)["changes"]:
            directory.apply(change)
        if index in shown:
            yield directory


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Servers:
    """Service providers as processes, which end with this."""

    def __init__(self, home, examples):
        self.home, self.examples, self.processes = home, examples, []

    def start(self, command, port, **more):
        self.processes.append(subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more))
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"{command[0]} does not listen")

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()

    def serve(self):
        port = free_port()
        self.start([self.examples / "serve", "--port", port, "--token", TOKEN], port)
        base = f"http://127.0.0.1:{port}/scim/v2/demo"
        return base, base

    def faults(self):
        _, base = self.serve()
        port, origin = free_port(), base.split("/scim")[0]
        proxy = [self.examples / "proxy", "--to", origin, "--port", port, "--percent", 10, "--hold-ms", 4000]
        self.start(proxy, port)
        return base.replace(origin, f"http://127.0.0.1:{port}"), base

    def scim2_server(self):
        python = self.home / "venv/bin/python"
        if not python.exists():
            venv.create(self.home / "venv", with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "scim2-server"], check=True)
        port = free_port()
        self.start([self.home / "venv/bin/scim2-server", "--port", port, "--bearer-token", TOKEN], port)
        return (f"http://127.0.0.1:{port}",) * 2

    def scimmy(self):
        node = self.home / "node"
        node.mkdir(parents=True, exist_ok=True)
        if not (node / "node_modules/express").exists():
            install = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", node, *NODE_PACKAGES]
            subprocess.run(install, check=True)
        # A module is resolved from where its file is.
        shutil.copy(Path(__file__).with_name("history") / "scimmy.mjs", node)
        port = free_port()
        self.start(["node", node / "scimmy.mjs", port], port, env=os.environ | {"SYNC_TOKEN": TOKEN})
        return (f"http://127.0.0.1:{port}",) * 2


def resources(base, kind):
    held = []
    while True:
        url = f"{base}/{kind}?startIndex={len(held) + 1}&count=100"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
        page = json.load(urllib.request.urlopen(request))
        held += page.get("Resources") or []
        if len(held) >= page["totalResults"] or not page.get("Resources"):
            return held


def sync(examples, folder, base):
    """The summary of a run that ended with both sides equal; another start goes on where one has given up."""
    command = [examples / "sync", folder / "directory.json", "--base-url", base, "--state", folder / "state"]
    command += ["--token-env", "SYNC_TOKEN", "--guards", "off", "--json", "--timeout", "2"]
    for _ in range(3):
        run = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"SYNC_TOKEN": TOKEN})
        if run.returncode == 0:
            return json.loads(run.stdout)
    raise AssertionError(f"status {run.returncode}: {run.stdout[:2000]} {run.stderr[:2000]}")


def check(subject, examples, home, count):
    """Replays the history; what was seen, in a line."""
    folder = home / subject
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    servers, began, writes, seen = Servers(home, examples), time.monotonic(), 0, 0
    try:
        base, direct = getattr(servers, subject.replace("-", "_"))()
        for directory in moments(count):
            (folder / "directory.json").write_text(json.dumps(directory.document()), encoding="utf-8")
            writes += sync(examples, folder, base)["writes"]
            differences = directory.differences(resources(direct, "Users"), resources(direct, "Groups"))
            assert not differences, f"moment {seen}: {len(differences)} differences: {sorted(differences)[:5]}"
            seen += 1
        again = sync(examples, folder, direct)["writes"]
        assert again == 0, f"a second run writes {again} times"
    finally:
        servers.stop()
    return f"{seen} moments, {writes} writes, 0 differences, {time.monotonic() - began:.0f} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], default=[])
    parser.add_argument("--home", type=Path, help="where other projects' programs are kept (default: in the target folder)")
    parser.add_argument("--moments", type=int, default=6, help="how many moments of the history (default 6)")
    parser.add_argument("--all", action="store_true", help="every moment: 2,742 runs for each subject")
    arguments = parser.parse_args()
    build = ["cargo", "build", "--quiet", "--example", "sync", "--example", "serve", "--example", "proxy"]
    subprocess.run(build, cwd=ROOT, check=True)
    metadata = ["cargo", "metadata", "--no-deps", "--format-version=1"]
    target = Path(json.loads(subprocess.run(metadata, cwd=ROOT, check=True, capture_output=True).stdout)["target_directory"])
    home, passed, failed = (arguments.home or target / "interop/history").resolve(), 0, 0
    for subject in arguments.subjects or SUBJECTS:
        try:
            print(f"{subject}: {check(subject, target / 'debug/examples', home, None if arguments.all else arguments.moments)}", flush=True)
            passed += 1
        except (AssertionError, OSError, subprocess.CalledProcessError) as error:
            print(f"{subject}: FAILED: {error}", flush=True)
            failed += 1
    print(f"history: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
