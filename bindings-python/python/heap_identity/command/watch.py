"""`watch` and `events`: what runs on, and what has happened."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import HeapIdentityError
from ..rounds import Run
from ..state import State, StateError, read_events
from . import common
from .apply import DirectoryFile, connection_of, settled, show
from .common import Unusable, err

if TYPE_CHECKING:
    from ..http import Connection

#: How often the file and the state are looked at, in seconds.
LOOK_SECONDS = 0.5

Every = Annotated[int, typer.Option("--every", metavar="SECONDS", min=10, help="How often the whole tenant is compared, without a change.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what happens from now on.")]


def watch(
    directory: DirectoryFile,
    base_url: common.BaseUrl,
    state: common.StateFile,
    token_env: common.TokenEnv = None,
    token_file: common.TokenFile = None,
    token_keyring: common.TokenKeyring = None,
    guards: common.GuardsOption = None,
    every: Every = 3600,
    replace_changed_user_names: common.Replace = False,
    timeout: common.Timeout = 5,
    proxy: common.Proxy = None,
    ca_file: common.CaFile = None,
    json_: common.Json = False,
    log: common.Log = common.LogLevel.off,
) -> None:
    """Applies the directory now, whenever its file changes, and once in a while; until Ctrl-C.

    A file that cannot be read is told about and waited for: it is never taken for an empty one. What a guard holds back is told with
    its digest; end `watch`, then use `apply --approve`. With --json it prints a line for each run.

    Exit status: 0 ended while the tenant equalled the directory; 3 ended otherwise; 2 bad usage.
    """
    with common.told(json_, log):
        token = common.token(token_env, token_file, token_keyring)
        connection = connection_of(base_url, token, timeout, proxy, ca_file)
        limits = common.read_guards(guards)
        common.read_directory(directory)
        opened = State(state)
    with opened, common.Stopping() as stopping:
        watching = Watching(directory, connection, opened, stopping, json_)
        watching.run(every, guards=limits, replace_changed_user_names=replace_changed_user_names)
    if not watching.is_equal:
        raise typer.Exit(common.HELD_OR_FAILED)


class Watching:
    """A run after each change of the file, and after each period without one."""

    def __init__(self, directory: Path, connection: "Connection", state: State, stopping: common.Stopping, is_json: bool) -> None:
        self.is_equal = False
        self._directory, self._connection, self._state, self._is_json = directory, connection, state, is_json
        self._stopping = stopping

    def run(self, every: int, **options: object) -> None:
        """Until it is stopped."""
        while not self._stopping.is_asked:
            seen, due = self._seen(), time.monotonic() + every
            try:
                self._once(**options)
            except (Unusable, HeapIdentityError, OSError) as error:
                if isinstance(error, StateError):
                    raise
                self.is_equal = False
                common.complain(str(error), self._is_json)
            while not self._stopping.is_asked and self._seen() == seen and time.monotonic() < due:
                time.sleep(LOOK_SECONDS)

    def _once(self, **options: object) -> None:
        from ..http import engine

        snapshot = common.read_directory(self._directory)
        made = engine(snapshot, self._connection, self._state, **options)  # type: ignore[arg-type]
        run = Run(made, self._state, bearer_token=self._connection.bearer_token, timeout=self._connection.timeout)
        result = settled(run, self._connection, self._stopping, is_quiet=self._is_json)
        self.is_equal = result.is_equal
        if self._is_json:
            common.show_json(result.to_dict())
        else:
            show(result)

    def _seen(self) -> tuple[int, int] | None:
        try:
            found = self._directory.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


def events(
    state: common.StateFile,
    after: Annotated[int, typer.Option("--after", min=0, help="Only events behind this number.")] = 0,
    follow: Follow = False,
    json_: Annotated[bool, typer.Option("--json", help="As always here: JSON lines.")] = True,
) -> None:
    """Prints the events of a state as JSON lines, by the names of Directory Insights, each with its number.

    Exit status: 0 they are printed; 2 the file cannot be used.
    """
    with common.told(False):
        if not state.exists():
            raise Unusable(f"{state}: there is no such file")
        try:
            while True:
                for after, event in read_events(state, after=after):
                    common.show_json({"number": after, **event})
                if not follow:
                    return
                time.sleep(LOOK_SECONDS)
        except (KeyboardInterrupt, BrokenPipeError):
            err.quiet = True
