#!/usr/bin/env python3
"""The Swift tool `heap-identity-swift` brings a directory to PyPI `scim2-server`, over URLSession; the last line is `N passed, N failed`.

    swift.py FOLDER COMMAND…

COMMAND is how the tool is started, and FOLDER a place that it reaches. `cargo xtask interop swift` builds the tool and runs this. What
the service provider must hold in the end is worked out here from the directory, not by the library.
"""

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import scim_peers

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "bindings-python/tests"))
from killing import Directory, listed  # noqa: E402

PEOPLE = 40


class Tool:
    """The tool with its files."""

    def __init__(self, folder, command, base_url):
        self.directory, self.journal = folder / "directory.json", folder / "journal"
        token = folder / "token"
        token.write_text(scim_peers.TOKEN)
        self._words = [*command, "--base-url", base_url, "--token", token, "--directory", self.directory, "--journal", self.journal]

    def start(self):
        return subprocess.Popen(self._words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self):
        """The status, the number of writes, and all that was printed."""
        return self._ended(self.start())

    def run_and_interrupt(self, when):
        """The same, interrupted as by Ctrl-C once `when` holds."""
        process = self.start()
        deadline = time.monotonic() + 60
        while not when() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        return self._ended(process)

    @staticmethod
    def _ended(process):
        shown, _ = process.communicate(timeout=300)
        writes = re.search(r"writes: (\d+)", shown)
        return process.returncode, int(writes[1]) if writes else None, shown


def check(what, holds, shown):
    print(f"{'ok  ' if holds else 'FAIL'}  {what}" + ("" if holds else f"\n{shown}"), flush=True)
    return bool(holds)


def checks(folder, command):
    """Whether each thing holds, in turn."""
    with scim_peers.scim2_server(folder) as base_url:
        tool, directory = Tool(folder, command, base_url), Directory(random.Random(10))
        accounts = lambda: len(listed(base_url, scim_peers.TOKEN, "Users"))
        differences = lambda: directory.differences(base_url, scim_peers.TOKEN)

        directory.grow(PEOPLE)
        directory.write(tool.directory)
        status, writes, shown = tool.run_and_interrupt(lambda: accounts() >= 5)
        yield check("a run that is cancelled says so and stores what it did", status == 3 and "cancelled" in shown and writes, shown)
        made = accounts()
        yield check(f"it was cancelled half-way ({made} of {PEOPLE} accounts)", 5 <= made < PEOPLE, shown)

        status, writes, shown = tool.run()
        # Who is there is not made again: an account each, a group each with its members.
        all_writes = PEOPLE + len(directory.groups)
        yield check("the next run goes on from there", status == 0 and writes <= all_writes - made, shown)
        yield check("0 differences, and nobody twice", not differences(), differences())
        status, writes, shown = tool.run()
        yield check("a second run writes nothing", (status, writes) == (0, 0), shown)

        directory.change()
        directory.write(tool.directory)
        status, writes, shown = tool.run()
        yield check("people leave, join and are renamed", status == 0 and writes, shown)
        yield check("0 differences", not differences(), differences())
        status, writes, shown = tool.run()
        yield check("a second run writes nothing", (status, writes) == (0, 0), shown)


def main():
    folder, command = Path(sys.argv[1]), sys.argv[2:]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    results = list(checks(folder, command))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
