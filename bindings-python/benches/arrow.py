"""Snapshots from Arrow tables and their difference, beside the Rust library's own time on the same data.

    python bindings-python/benches/arrow.py [--people N] [--rounds N] [--ids plain|dictionary]

Rust's worker (`cargo build --release -p heap-identity-benches --bin scim_worker`) has the same texts in memory and looks them up in a
`HashMap`; in another run it reads the data from CSV files, whose ids are numbers that it needs not look up. Needs pyarrow.
"""

import argparse
import json
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from heap_identity import Diff, Snapshot

WORKER = Path(__file__).resolve().parents[2] / "target/release/scim_worker"
GROUP_SIZE = 100
#: One of so many people, and memberships, differs.
CHANGED = 50


def sides(people: int, dice: random.Random) -> dict[str, dict[str, pa.Table]]:
    """Both sides: people, groups, and ten memberships a person, told group by group."""
    numbers = list(range(people))
    groups = people * 10 // GROUP_SIZE
    holding = [(group, person) for group in range(groups) for person in dice.choices(numbers, k=GROUP_SIZE)]
    after = [(group, dice.choice(numbers)) if dice.randrange(CHANGED) == 0 else (group, person) for group, person in holding]
    suffix = ["x" if dice.randrange(CHANGED) == 0 else "" for _ in numbers]
    return {"actual": side(numbers, [""] * people, groups, holding), "desired": side(numbers, suffix, groups, after)}


def side(numbers: list[int], suffix: list[str], groups: int, memberships: list[tuple[int, int]]) -> dict[str, pa.Table]:
    """One side as three tables."""
    users = {
        "id": [str(number) for number in numbers],
        "userName": [f"person{number}@example.com" for number in numbers],
        "givenName": [f"Given{number}{more}" for number, more in zip(numbers, suffix)],
        "familyName": [f"Family{number % 5000}" for number in numbers],
        "active": [True] * len(numbers),
    }
    names = [str(number) for number in range(groups)]
    pairs = {"group": [str(group) for group, _ in memberships], "person": [str(person) for _, person in memberships]}
    return {"people": pa.table(users), "groups": pa.table({"id": names, "name": names}), "memberships": pa.table(pairs)}


def rust(way: str, folder: str) -> tuple[float, float]:
    """The seconds for both snapshots (with reading the files where it is the way to do so) and for the difference."""
    ended = subprocess.run([WORKER, way, folder], capture_output=True, text=True, check=True)
    told = json.loads(ended.stdout)
    return told["load_s"], told["users_s"] + told["members_s"]


def python(tables: dict[str, dict[str, pa.Table]]) -> tuple[float, float]:
    """The same from Arrow."""
    start = time.perf_counter()
    before, after = Snapshot.from_arrow(**tables["actual"]), Snapshot.from_arrow(**tables["desired"])
    built = time.perf_counter()
    Diff.between(before=before, after=after)
    return built - start, time.perf_counter() - built


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ids", choices=["plain", "dictionary"], default="plain")
    arguments = parser.parse_args()
    tables = sides(arguments.people, random.Random(1))
    with tempfile.TemporaryDirectory() as folder:
        options = pa.csv.WriteOptions(quoting_style="none")
        for name, side in tables.items():
            pa.csv.write_csv(side["people"], f"{folder}/{name}_users.csv", options)
            pa.csv.write_csv(side["memberships"], f"{folder}/{name}_members.csv", options)
        if arguments.ids == "dictionary":
            for side in tables.values():
                columns = {name: side["memberships"][name].dictionary_encode() for name in ("group", "person")}
                side["memberships"] = pa.table(columns)
        rounds = [(*rust("texts", folder), *rust("diff", folder), *python(tables)) for _ in range(arguments.rounds)]
    medians = [statistics.median(column) for column in zip(*rounds)]
    texts, csv, arrow = medians[:2], medians[2:4], medians[4:]
    for name, (built, differed) in {"Rust, from texts": texts, "Rust, from CSV": csv, "Python, from Arrow": arrow}.items():
        print(f"{name + ':':19} snapshots {built:.2f} s, difference {differed:.3f} s")
    print(f"ratio of the difference {arrow[1] / texts[1]:.2f}")
    print(f"ratio of both together to Rust from texts {sum(arrow) / sum(texts):.2f}, from CSV {sum(arrow) / sum(csv):.2f}")


if __name__ == "__main__":
    main()
