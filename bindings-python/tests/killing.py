"""`apply` is killed at random moments and started again, against a service provider over HTTP; used by a test and by `cargo xtask
interop`. What the tenant must look like in the end is worked out here from the directory, not by the library.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN_ENV = "HEAP_KILL_TEST_TOKEN"


@dataclass
class Directory:
    """A directory that changes at random; everybody is active, and no group is empty."""

    dice: random.Random
    people: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    last: int = 0

    def grow(self, people: int) -> None:
        for _ in range(people):
            self.last += 1
            self.people[f"u{self.last}"] = f"Given{self.last}"
        for number in range(max(2, people // 8)):
            self.groups[f"g{self.last}-{number}"] = (f"Group {self.last}-{number}", set())
        self._house()

    def change(self) -> None:
        for person in self.dice.sample(sorted(self.people), len(self.people) // 6):
            del self.people[person]
        for person in self.dice.sample(sorted(self.people), len(self.people) // 6):
            self.people[person] += "x"
        for group in self.dice.sample(sorted(self.groups), len(self.groups) // 4):
            name, members = self.groups[group]
            self.groups[group] = (f"{name} renamed", members)
        del self.groups[self.dice.choice(sorted(self.groups))]
        self.grow(len(self.people) // 5)

    def _house(self) -> None:
        """Every person is in a group, and every group has somebody."""
        for group, (name, members) in self.groups.items():
            kept = {person for person in members if person in self.people and self.dice.random() < 0.9}
            joining = self.dice.sample(sorted(self.people), min(5, len(self.people)))
            self.groups[group] = (name, kept | set(joining))
        housed = set().union(*(members for _, members in self.groups.values()))
        for person in sorted(set(self.people) - housed):
            self.groups[self.dice.choice(sorted(self.groups))][1].add(person)

    def write(self, file: Path) -> None:
        users = [
            {"id": id, "userName": f"{id}@example.com", "active": True, "givenName": name, "familyName": "Doe"}
            for id, name in self.people.items()
        ]
        groups = [{"id": id, "name": name, "members": sorted(members)} for id, (name, members) in self.groups.items()]
        file.write_text(json.dumps({"users": users, "groups": groups}))

    def differences(self, base_url: str, token: str) -> list[str]:
        """How a tenant differs from the directory; also where something is there twice."""
        users, groups = listed(base_url, token, "Users"), listed(base_url, token, "Groups")
        names = [str(user["userName"]) for user in users]
        found = [f"{name} is there twice" for name in set(names) if names.count(name) > 1]
        given = {str(user["userName"]): user.get("name", {}).get("givenName") for user in users if user.get("active", True)}
        wanted = {f"{id}@example.com": name for id, name in self.people.items()}
        found += [f"user {name}: {given.get(name)} for {wanted.get(name)}" for name in given.keys() | wanted.keys() if given.get(name) != wanted.get(name)]
        by_id = {user["id"]: str(user["userName"]).split("@")[0] for user in users}
        shown = sorted((str(group["displayName"]), sorted(by_id.get(m["value"], "?") for m in group.get("members") or [])) for group in groups)
        expected = sorted((name, sorted(members)) for name, members in self.groups.values())
        found += [f"group {group[0]}: too much or wrong" for group in shown if group not in expected]
        found += [f"group {group[0]}: missing or wrong" for group in expected if group not in shown]
        if len(shown) != len(expected):
            found.append(f"{len(shown)} groups for {len(expected)}")
        return found


def listed(base_url: str, token: str, what: str) -> list[dict[str, Any]]:
    """All resources of a kind, page after page."""
    resources: list[dict[str, Any]] = []
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        url = f"{base_url}/{what}?startIndex={len(resources) + 1}&count=100"
        with opener.open(urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=20) as answer:
            page = json.loads(answer.read())
        resources += page.get("Resources", [])
        if len(resources) >= page["totalResults"] or not page.get("Resources"):
            return resources


class Command:
    """`apply` with its files in a folder."""

    def __init__(self, folder: Path, base_url: str, token: str, python: Path | None = None, words: Sequence[str] = ()) -> None:
        self.directory, self.state = folder / "directory.json", folder / "state.sqlite"
        self._environment = {**os.environ, TOKEN_ENV: token}
        options = ["--base-url", base_url, "--token-env", TOKEN_ENV, "--state", str(self.state), "--guards", "off", "--yes", "--json"]
        self._words = [str(python or sys.executable), "-m", "heap_identity", "apply", str(self.directory), *options, *words]

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([*self._words, *words], env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self) -> tuple[int, dict[str, Any]]:
        """Runs to the end: the exit status, and the document of `--json`."""
        process = self.start()
        shown, complaint = process.communicate(timeout=240)
        return process.returncode, json.loads(shown) if shown else {"reason": complaint.decode()}


def killed_after(command: Command, requests: int, seconds: float) -> bool:
    """Starts the command and kills it so many requests and seconds later; whether it was still there."""
    process = command.start("--log", "debug")
    assert process.stderr is not None
    for _ in range(requests):
        if not process.stderr.readline():
            break
    time.sleep(seconds)
    is_there = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return is_there


def kill(
    folder: Path,
    base_url: str,
    token: str,
    *,
    kills: int,
    people: int,
    seed: int,
    seen_at: str | None = None,
    python: Path | None = None,
    words: Sequence[str] = (),
) -> str:
    """Kills `apply` so often while it works, and compares each time it was let through; gives a summary, or raises.

    `seen_at` is where the tenant is compared, if what `base_url` names is a faulty proxy. `python` has the package, if not this one;
    `words` are further options of the command.
    """
    dice = random.Random(seed)
    directory, command = Directory(dice), Command(folder, base_url, token, python, words)
    directory.grow(people)
    requests = people // 2
    killed = through = unfinished = 0
    while killed < kills:
        directory.write(command.directory)
        for _ in range(dice.randint(1, 2)):
            killed += killed_after(command, dice.randint(0, requests), dice.random() * 0.02)
        status, document = command.finish()
        if status != 0:
            raise AssertionError(f"after {killed} kills apply ended with {status}: {document.get('reason')}")
        found = directory.differences(seen_at or base_url, token)
        if found:
            raise AssertionError(f"after {killed} kills: {len(found)} differences, such as {found[:3]}")
        through, unfinished = through + 1, unfinished + (document["writes"] > 0)
        directory.change()
    directory.write(command.directory)
    status, document = command.finish()
    if status != 0 or directory.differences(seen_at or base_url, token):
        raise AssertionError(f"the last run ended with {status}: {document.get('reason')}")
    status, document = command.finish()
    if status != 0 or (seen_at is None and document["writes"] != 0):
        raise AssertionError(f"a second run is not idle: {document}")
    return f"killed {killed} times, let through {through} times, {unfinished} with something left to write: 0 differences"
