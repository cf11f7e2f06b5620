"""The library behind its example `interop`."""

import base64
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
KEYS = ROOT / "core/tests/vectors/keys"


def build(feature=None):
    """Builds the example, with a feature of the library where one is named; its path."""
    command = ["cargo", "build", "--quiet", "--package", "heap-identity", "--example", "interop"]
    subprocess.run([*command, *(["--features", feature] if feature else [])], cwd=ROOT, check=True)
    target = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version=1"], cwd=ROOT, check=True, capture_output=True
    )
    return Path(json.loads(target.stdout)["target_directory"]) / "debug/examples/interop"


def ask(tool, arguments, documents):
    """One answer for each document: a list whose first entry is `OK` or the code of an error."""
    lines = b"".join(base64.b64encode(document) + b"\n" for document in documents)
    run = subprocess.run([tool, *map(str, arguments)], input=lines, capture_output=True, check=True)
    answers = [line.split(" ") for line in run.stdout.decode().splitlines()]
    assert len(answers) == len(documents), "an answer for each document"
    return answers


def decoded(answer):
    """What follows `OK`, in bytes."""
    return [base64.b64decode(part) for part in answer[1:]]
