"""What the commands share: exit codes, secrets, files, and how things are shown."""

import importlib
import json
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.console import Console

from .. import log
from .._core import Guards, Snapshot
from ..errors import HeapIdentityError

#: The tenant equals the directory; what was asked for is done.
EQUAL: Final = 0
#: Bad usage or a bad file; nothing was sent.
BAD_USAGE: Final = 2
#: Something was held back or failed.
HELD_OR_FAILED: Final = 3
#: Ctrl-C, or the signal to end; the state is good to go on from.
INTERRUPTED: Final = 130

#: For people: to standard error, so that standard output has results alone.
err: Final = Console(stderr=True, highlight=False, soft_wrap=True)
out: Final = Console(highlight=False, soft_wrap=True)

BaseUrl = Annotated[str, typer.Option("--base-url", metavar="URL", help="The tenant, such as https://heapanalytics.com/scim/v2/acme.")]
TokenEnv = Annotated[str | None, typer.Option("--token-env", metavar="VAR", help="The environment variable with the bearer token.")]
TokenFile = Annotated[Path | None, typer.Option("--token-file", metavar="FILE", help="A file with the bearer token.")]
TokenKeyring = Annotated[
    str | None, typer.Option("--token-keyring", metavar="SERVICE", help="The entry `SERVICE`, user `heap-identity`, of the keyring.")
]
StateFile = Annotated[Path, typer.Option("--state", metavar="FILE", help="What is ours at the tenant; made if it is not there.")]
GuardsOption = Annotated[
    str | None, typer.Option("--guards", metavar="FILE|off", help="How much a plan may take away without approval, as JSON.")
]
Timeout = Annotated[int, typer.Option("--timeout", metavar="SECONDS", min=1, max=3600, help="How long the first answer is waited for.")]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace-changed-user-names",
        help="A changed user name deactivates the account and makes a new one; reported otherwise, as a changed email always is.",
    ),
]
Proxy = Annotated[str | None, typer.Option("--proxy", metavar="URL", help="The proxy; those of the environment otherwise.")]
CaFile = Annotated[Path | None, typer.Option("--ca-file", metavar="FILE", help="Authorities to trust instead of the system's, as PEM.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and no progress.")]


class LogLevel(str, Enum):
    """What is logged to standard error, as lines of JSON."""

    off = "off"
    debug = "debug"
    info = "info"
    warning = "warning"


Log = Annotated[LogLevel, typer.Option("--log", help="Log to standard error, one line of JSON a record.")]


class Unusable(Exception):
    """Bad usage or a bad file; nothing was sent."""


@contextmanager
def told(is_json: bool, level: LogLevel = LogLevel.off) -> Iterator[None]:
    """Ends with status 2 and one clear sentence where something cannot be used."""
    if level is not LogLevel.off:
        log.to_stderr(logging.getLevelName(level.value.upper()))
    try:
        yield
    except Unusable as error:
        fail(str(error), is_json=is_json, code="usage")
    except HeapIdentityError as error:
        fail(str(error), is_json=is_json, code=error.code)
    except OSError as error:
        fail(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "), is_json=is_json, code="usage")


def fail(message: str, *, is_json: bool, code: str, status: int = BAD_USAGE) -> NoReturn:
    """Says what is wrong, to people and to machines."""
    complain(message, is_json, code)
    raise typer.Exit(status)


def complain(message: str, is_json: bool, code: str = "usage") -> None:
    """Says what is wrong, and goes on."""
    print(f"heap-identity: {message}", file=sys.stderr)
    if is_json:
        show_json({"outcome": "error", "code": code, "reason": message})


def show_json(document: Any) -> None:
    """One document on one line."""
    print(json.dumps(document, ensure_ascii=False), flush=True)


def token(env: str | None, file: Path | None = None, keyring: str | None = None, *, prefix: str = "--token") -> str:
    """The secret out of the environment, a file or the keyring; never out of the command line."""
    sources = [source for source in (env, file, keyring) if source is not None]
    if len(sources) != 1:
        raise Unusable(f"give the token by exactly one of {prefix}-env, {prefix}-file and {prefix}-keyring")
    if env is not None:
        found = os.environ.get(env, "")
        where = f"the environment variable {env}"
    elif file is not None:
        found, where = read_text(file), str(file)
    else:
        found, where = _from_keyring(str(keyring)), f"the keyring's entry {keyring}"
    if not found.strip():
        raise Unusable(f"{where} holds no token")
    return found.strip()


def _from_keyring(service: str) -> str:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise Unusable("the keyring needs one more package: pip install 'heap-identity[keyring]'") from None
    try:
        found: str | None = keyring.get_password(service, "heap-identity")
    except keyring.errors.KeyringError as error:
        raise Unusable(f"the keyring cannot be read: {error}") from None
    return found or ""


def read_text(file: Path) -> str:
    """The text of a file."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Unusable(f"{file} is not text in UTF-8") from None


def write_private(file: Path, text: str) -> None:
    """In one step, so that no half of it is ever there; for its owner alone, as it has a secret or the names of people."""
    descriptor, beside = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(beside, file)
    except BaseException:
        os.unlink(beside)
        raise


def read_directory(file: Path) -> Snapshot:
    """A directory file, whole."""
    def ignored(key: str) -> None:
        err.print(f"heap-identity: {file}: the key `{key}` is not known and passed over", markup=False)

    try:
        return Snapshot.from_json(read_text(file), ignored=ignored)
    except HeapIdentityError as error:
        raise Unusable(f"{file}: {error}") from error


def read_guards(option: str | None) -> Guards:
    """The guards that `--guards` names."""
    if option is None:
        return Guards.default()
    if option == "off":
        return Guards.off()
    try:
        return Guards.from_json(read_text(Path(option)))
    except ValueError as error:
        raise Unusable(f"{option}: {error}") from error


def is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Stopping:
    """The first Ctrl-C, or signal to end, asks to stop in good order; the next one ends the process at once."""

    def __init__(self) -> None:
        self.is_asked = False
        self._stop: Callable[[], None] = lambda: None
        self._before: list[Any] = []

    def attach(self, stop: Callable[[], None]) -> None:
        """What is to be stopped from now on; at once where that was asked for already."""
        self._stop = stop
        if self.is_asked:
            stop()

    def __enter__(self) -> "Stopping":
        self._before = [(number, signal.signal(number, self._first)) for number in (signal.SIGINT, signal.SIGTERM)]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)

    def _first(self, number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        print("heap-identity: stopping: what is under way is waited for; once more to end at once", file=sys.stderr)
        self.is_asked = True
        self._stop()
