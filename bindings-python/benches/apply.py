"""Where the time of `heap-identity apply` goes, against `heap-identity serve` on this machine.

    python bindings-python/benches/apply.py [--people N] [--rounds N]

The driver's main thread runs the engine, and the state; its other threads run httpx2. So what this thread computes, less what it
computes in SQLite, is ours. Each is shown as a share of the whole run. Another busy process makes the run longer and our share smaller.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from serving import TOKEN, served, write

from heap_identity import Guards, Snapshot
from heap_identity.http import Connection, synchronise
from heap_identity.state import State


class Timed(State):
    """A state that knows how long it took: the seconds of this thread's work, and those that passed."""

    computed = passed = 0.0

    def append(self, *arguments: Any) -> None:
        self._timed(super().append, *arguments)

    def _timed(self, call: Callable[..., None], *arguments: Any) -> None:
        computed, passed = time.thread_time(), time.perf_counter()
        call(*arguments)
        self.computed += time.thread_time() - computed
        self.passed += time.perf_counter() - passed


def run(people: int) -> dict[str, float]:
    """The shares of one run in a tenant that is empty."""
    names = [f"p{number}" for number in range(people)]
    with tempfile.TemporaryDirectory() as folder, served() as base_url, contextlib.closing(Timed(f"{folder}/state")) as state:
        file = write(Path(folder) / "directory.json", names, **{f"Team{number}": names[number::20] for number in range(20)})
        directory = Snapshot.from_json(file.read_text())
        began, computed, process = time.perf_counter(), time.thread_time(), time.process_time()
        result = synchronise(directory, Connection(base_url=base_url, bearer_token=TOKEN), state, guards=Guards.off())
        seconds, main = time.perf_counter() - began, time.thread_time() - computed
        assert result.is_equal and result.writes >= people
        others = time.process_time() - process - main
    return {
        "seconds": seconds,
        "requests": sum(result.requests.values()),
        "ours": (main - state.computed) / seconds,
        "state": state.passed / seconds,
        "httpx2": others / seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rounds = [run(arguments.people) for _ in range(arguments.rounds)]
    middle = {name: statistics.median(round[name] for round in rounds) for name in rounds[0]}
    print(f"{middle['requests']:.0f} requests in {middle['seconds']:.2f} s")
    print(f"ours {middle['ours']:.1%}, state {middle['state']:.1%}, httpx2 {middle['httpx2']:.1%}")


if __name__ == "__main__":
    main()
