"""What outlives the process, in SQLite: the engine's journal with its events, and a tenant that is served.

Every write is a transaction that is on the disk when the call returns, so a process may be killed at any moment. A file is
used by one process at a time: a lock beside it, `FILE.lock`, is held until the process ends, however it ends.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from filelock import FileLock, Timeout

from .errors import HeapIdentityError

#: How long the end of another process is waited for, in seconds.
LOCK_SECONDS: Final = 30.0
#: How many events are kept: those of some years of a large organisation.
EVENTS_MAX: Final = 1_000_000
#: "HEID": what the file is, to `file` and to us.
APPLICATION_ID: Final = 0x48454944
FORMAT: Final = 1


class StateError(HeapIdentityError):
    """The file cannot be used: another process has it, it is no such file, or the disk refuses."""


class _File:
    """A locked SQLite file with the tables of one kind."""

    _kind: str
    _tables: str
    #: Whether a transaction survives a power failure (`FULL`), or the end of the process only (`NORMAL`).
    _synchronous: str = "FULL"

    def __init__(self, path: str | Path, *, wait: float = LOCK_SECONDS) -> None:
        self.path: Final = Path(path)
        self._lock: Final = FileLock(self.path.with_name(self.path.name + ".lock"))
        try:
            self._lock.acquire(timeout=wait)
        except Timeout:
            message = f"{self.path} is in use by another process; start again after its end"
            raise StateError(message, code="state.in_use") from None
        except OSError as error:
            raise self._failed(error) from error
        try:
            self._connection = _opened(self.path, self._kind, self._tables, self._synchronous)
        except (sqlite3.Error, StateError) as error:
            self._lock.release()
            raise (error if isinstance(error, StateError) else self._failed(error)) from error

    def _failed(self, error: Exception) -> StateError:
        return StateError(f"{self.path}: {error}", code="state.failed")

    def close(self) -> None:
        """Closes the file and lets the next process have it."""
        self._connection.close()
        self._lock.release()

    def _write(self, statements: Iterable[tuple[str, Iterable[Sequence[Any]]]]) -> None:
        """All or nothing, durably."""
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                for statement, rows in statements:
                    self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise self._failed(error) from error


def _opened(path: Path, kind: str, tables: str, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _check(connection, path, kind)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.executescript(
            f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};"
            f"CREATE TABLE IF NOT EXISTS kind (kind TEXT NOT NULL UNIQUE);"
            f"INSERT OR IGNORE INTO kind VALUES ('{kind}'); {tables} COMMIT;"
        )
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path, kind: str) -> None:
    """A new file, or one of ours of this kind and format."""
    try:
        is_new = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        found = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if is_new:
            return
        kinds = connection.execute("SELECT kind FROM kind").fetchall() if found == APPLICATION_ID else []
    except sqlite3.DatabaseError as error:
        raise StateError(f"{path} is not a file of heap-identity: {error}", code="state.foreign") from error
    if found != APPLICATION_ID:
        raise StateError(f"{path} is an SQLite file of another program", code="state.foreign")
    if version != FORMAT:
        message = f"{path} has format {version}, this version reads {FORMAT}; use the version that wrote it"
        raise StateError(message, code="state.format")
    if kinds != [(kind,)]:
        message = f"{path} holds a {kinds[0][0] if kinds else 'broken file'}, and a {kind} is expected"
        raise StateError(message, code="state.kind")


class Journal(Protocol):
    """Where the engine's records are kept."""

    def records(self) -> list[str]:
        """All records, in order."""

    def append(self, records: Iterable[str] = (), events: Iterable[Mapping[str, Any]] = ()) -> None:
        """Stores records behind those that are there, and events, durably."""

    def replace(self, records: Iterable[str]) -> None:
        """Puts records in the place of all, at once and whole."""


class MemoryJournal:
    """A journal that ends with the process: for plans, demonstrations and tests."""

    def __init__(self, records: Iterable[str] = ()) -> None:
        self._records = list(records)

    def records(self) -> list[str]:
        """All records, in order."""
        return list(self._records)

    def append(self, records: Iterable[str] = (), events: Iterable[Mapping[str, Any]] = ()) -> None:
        """Remembers records; events are let go."""
        self._records += records

    def replace(self, records: Iterable[str]) -> None:
        """Puts records in the place of all."""
        self._records = list(records)


class State(_File):
    """The journal of one integration, and its events.

    `with State("acme.state") as state: …` holds the file for this process alone.
    """

    _kind = "journal"
    _tables = (
        "CREATE TABLE IF NOT EXISTS records (number INTEGER PRIMARY KEY, line TEXT NOT NULL);"
        "CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, event TEXT NOT NULL);"
    )

    def __enter__(self) -> "State":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def records(self) -> list[str]:
        """The journal: what `Engine(journal=…)` goes on from."""
        try:
            rows = self._connection.execute("SELECT line FROM records ORDER BY number").fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return [line for (line,) in rows]

    def append(self, records: Iterable[str] = (), events: Iterable[Mapping[str, Any]] = ()) -> None:
        """Stores records behind those that are there, and events."""
        self._write(
            [
                ("INSERT INTO records (line) VALUES (?)", [(record,) for record in records]),
                ("INSERT INTO events (event) VALUES (?)", [(json.dumps(event),) for event in events]),
            ]
        )

    def replace(self, records: Iterable[str]) -> None:
        """Puts the shortest journal of the same meaning in the place of what is there."""
        oldest = "DELETE FROM events WHERE number <= (SELECT max(number) FROM events) - ?"
        self._write(
            [
                ("DELETE FROM records", [()]),
                ("INSERT INTO records (line) VALUES (?)", [(record,) for record in records]),
                (oldest, [(EVENTS_MAX,)]),
            ]
        )


def read_events(path: str | Path, *, after: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """The events of a state file behind a number, with their numbers; also while another process uses the file."""
    path = Path(path)
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise StateError(f"{path}: {error}", code="state.failed") from error
    try:
        _check(connection, path, State._kind)
        query = "SELECT number, event FROM events WHERE number > ? ORDER BY number"
        for number, event in connection.execute(query, (after,)):
            yield number, json.loads(event)
    except sqlite3.Error as error:
        raise StateError(f"{path}: {error}", code="state.failed") from error
    finally:
        connection.close()


class TenantStore(_File):
    """A tenant that is served: lines by key, as `Tenant.export` and `Tenant.take_changes` give them."""

    _kind = "tenant"
    _synchronous = "NORMAL"
    _tables = (
        "CREATE TABLE IF NOT EXISTS lines (key TEXT PRIMARY KEY, line TEXT NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS entries (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, entry TEXT NOT NULL);"
    )

    def lines(self) -> list[tuple[str, str]]:
        """All lines; none in a new file."""
        return self._connection.execute("SELECT key, line FROM lines").fetchall()

    def replace(self, lines: Iterable[tuple[str, str]]) -> None:
        """Puts these lines in the place of all."""
        self._write([("DELETE FROM lines", [()]), ("INSERT INTO lines VALUES (?, ?)", lines)])

    def change(self, changes: Iterable[tuple[str, str | None]], kind: str, entry: Mapping[str, Any]) -> None:
        """Stores lines, removes those that are `None`, and remembers what has happened: a `write` or a `login`."""
        changes = list(changes)
        self._write(
            [
                ("DELETE FROM lines WHERE key = ?", [(key,) for key, line in changes if line is None]),
                (
                    "INSERT INTO lines VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET line = excluded.line",
                    [(key, line) for key, line in changes if line is not None],
                ),
                ("INSERT INTO entries (kind, entry) VALUES (?, ?)", [(kind, json.dumps(entry))]),
            ]
        )

    def entries(self, kind: str, count: int) -> list[dict[str, Any]]:
        """The last entries of a kind, the newest first."""
        query = "SELECT entry FROM entries WHERE kind = ? ORDER BY number DESC LIMIT ?"
        return [json.loads(entry) for (entry,) in self._connection.execute(query, (kind, count))]
