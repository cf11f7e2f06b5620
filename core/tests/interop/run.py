#!/usr/bin/env python3
"""Compares XML, signatures and encryption with other libraries; see README.md. The exit code is 0 when all agree.

    run.py [--seed N] [--count N] [canonical | wellformed | signatures | encryption | metadata | cost]…
"""

import argparse
import importlib
import os
import subprocess
import sys
from pathlib import Path

PARTS = ["canonical", "wellformed", "signatures", "metadata", "cost", "encryption"]
# lxml and xmlsec must be built with the same libxml2: their wheels of these versions are.
PACKAGES = ["lxml==6.1.3", "xmlsec==1.3.17", "cryptography>=45", "python3-saml==1.16.0", "pysaml2>=7.5"]
ENVIRONMENT = Path(__file__).resolve().parents[3] / "target/interop/python"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other documents")
    parser.add_argument("--count", type=int, default=10_000, help="how many documents are made")
    arguments = parser.parse_args()
    in_environment()
    from tool import build

    tool = build()
    for part in arguments.parts or PARTS:
        print(importlib.import_module(part).check(tool, arguments.seed, arguments.count), flush=True)


def in_environment():
    """Goes on in a virtual environment that has the packages; makes it the first time."""
    python, done = ENVIRONMENT / "bin/python", ENVIRONMENT / "packages.txt"
    wanted = "\n".join(PACKAGES)
    if Path(sys.prefix) == ENVIRONMENT and done.is_file() and done.read_text() == wanted:
        return
    if not done.is_file() or done.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(install, check=True)
        done.write_text(wanted)
    os.execv(python, [python, *sys.argv])


if __name__ == "__main__":
    main()
