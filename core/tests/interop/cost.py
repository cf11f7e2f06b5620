"""Linear cost, in instructions under valgrind: a document twice as large costs at most 2.5 times as much."""

import re
import shutil
import subprocess

SHAPES = {
    "nodes": 20_000,
    "text": 40_000,
    "attributes": 10_000,
    "namespaces": 2_000,
    "scopes": 10_000,
    "identifiers": 10_000,
    "depth": 10_000,
    "comments": 10_000,
}
MOST = 2.5


def check(tool, _seed, _count):
    """The factor for each shape; raises when one is above the bound."""
    if not shutil.which("valgrind"):
        return "cost: valgrind is not installed"
    lines = []
    for shape, size in SHAPES.items():
        one, two = (instructions(tool, shape, times * size) for times in (1, 2))
        lines.append(f"  {two / one:.2f} {shape}")
        assert two / one <= MOST, lines[-1]
    return "twice the document costs, in instructions:\n" + "\n".join(lines)


def instructions(tool, shape, size):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", tool, "work", shape, str(size)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", run.stderr).group(1))
