#!/usr/bin/env python3
"""Compares XML and signatures with other libraries; see README.md. The exit code is 0 when all agree.

    run.py [--seed N] [--count N] [canonical | wellformed | signatures | metadata | cost]…
"""

import argparse
import importlib

from tool import build

PARTS = ["canonical", "wellformed", "signatures", "metadata", "cost"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other documents")
    parser.add_argument("--count", type=int, default=10_000, help="how many documents are made")
    arguments = parser.parse_args()
    tool = build()
    for part in arguments.parts or PARTS:
        print(importlib.import_module(part).check(tool, arguments.seed, arguments.count), flush=True)


if __name__ == "__main__":
    main()
