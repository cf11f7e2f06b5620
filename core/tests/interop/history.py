#!/usr/bin/env python3
"""The real history of an organisation, brought to SCIM service providers by the example `sync`; the last line is `N passed, N failed`.

    history.py [--moments N] [--people N] [--all] [serve | faults | scim2-server | scimmy-routers]…

`serve` is the embedded tenant, `faults` the same behind the example `proxy`. After each moment the tenant is read and compared
with the directory, and a last run must write nothing.
"""

import argparse
import contextlib
import gzip
import json
import os
import subprocess
import sys
import time
import urllib.request

import scim
import scim_peers
from scim import ROOT
from scim_peers import TOKEN

HISTORY = ROOT / "core/examples/provision/k8s-org-history.jsonl.gz"


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


def moments(count, people):
    """The directory at so many moments of the history, the last one included, or at all; with the first people alone, or with all."""
    lines = gzip.open(HISTORY, "rt", encoding="utf-8").read().splitlines()
    # Early and late changes alike: the first moment, then evenly.
    shown = set(range(len(lines))) if count is None else {round(i * (len(lines) - 1) / max(count - 1, 1)) for i in range(count)}
    directory = Directory()
    for index, line in enumerate(lines):
        for change in json.loads(line)["changes"]:
            if change["op"] == "user_add" and change["user"] not in directory.ever and len(directory.ever) == people:
                continue
            if "user" not in change or change["op"] == "user_add" or change["user"] in directory.ever:
                directory.apply(change)
        if index in shown:
            yield directory


@contextlib.contextmanager
def serve(folder):
    """The embedded tenant."""
    port = scim_peers.free_port()
    base_url = f"http://127.0.0.1:{port}/scim/v2/demo"
    command = [scim.example("serve"), "--port", str(port), "--token", TOKEN]
    with scim_peers.running(command, base_url, folder / "serve.log"):
        yield base_url


@contextlib.contextmanager
def faults(folder):
    """The same behind a faulty proxy; what follows the base URL is where the tenant is compared."""
    with serve(folder) as base_url:
        origin, port = base_url.split("/scim")[0], scim_peers.free_port()
        command = [scim.example("proxy"), "--to", origin, "--port", str(port), "--percent", "10", "--hold-ms", "4000"]
        with scim_peers.running(command, f"http://127.0.0.1:{port}/faults", folder / "proxy.log"):
            yield base_url.replace(origin, f"http://127.0.0.1:{port}"), base_url


SUBJECTS = {
    "serve": serve,
    "faults": faults,
    "scim2-server": scim_peers.scim2_server,
    "scimmy-routers": scim_peers.scimmy_routers,
}


def resources(base, kind):
    held = []
    while True:
        url = f"{base}/{kind}?startIndex={len(held) + 1}&count=100"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
        page = json.load(urllib.request.urlopen(request))
        held += page.get("Resources") or []
        if len(held) >= page["totalResults"] or not page.get("Resources"):
            return held


def sync(program, folder, base_url):
    """The summary of a run that ended with both sides equal; another start goes on where one has given up."""
    command = [program, folder / "directory.json", "--base-url", base_url, "--state", folder / "state"]
    command += ["--token-env", "SYNC_TOKEN", "--guards", "off", "--json", "--timeout", "2"]
    for _ in range(3):
        run = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"SYNC_TOKEN": TOKEN})
        if run.returncode == 0:
            return json.loads(run.stdout)
    raise AssertionError(f"status {run.returncode}: {run.stdout[:2000]} {run.stderr[:2000]}")


def check(subject, count, people):
    """Replays the history; what was seen, in a line."""
    program, began, writes, seen = scim.example("sync"), time.monotonic(), 0, 0
    with scim_peers.folder() as folder, SUBJECTS[subject](folder) as reached:
        base_url, direct = reached if isinstance(reached, tuple) else (reached, reached)
        for directory in moments(count, people):
            (folder / "directory.json").write_text(json.dumps(directory.document()), encoding="utf-8")
            writes += sync(program, folder, base_url)["writes"]
            differences = directory.differences(resources(direct, "Users"), resources(direct, "Groups"))
            assert not differences, f"moment {seen}: {len(differences)} differences: {sorted(differences)[:5]}"
            seen += 1
        again = sync(program, folder, direct)["writes"]
        assert again == 0, f"a second run writes {again} times"
    return f"{seen} moments, {writes} writes, 0 differences, {time.monotonic() - began:.0f} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], default=[])
    parser.add_argument("--moments", type=int, default=6, help="how many moments of the history (default 6)")
    parser.add_argument("--people", type=int, default=80, help="how many of the people, the first ones (default 80)")
    parser.add_argument("--all", action="store_true", help="every moment and everybody: 2,742 runs for each subject")
    arguments = parser.parse_args()
    scim.in_environment()
    passed = failed = 0
    for subject in arguments.subjects or SUBJECTS:
        try:
            extent = (None, None) if arguments.all else (arguments.moments, arguments.people)
            print(f"{subject}: {check(subject, *extent)}", flush=True)
            passed += 1
        except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as error:
            print(f"{subject}: FAILED: {error}", flush=True)
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
