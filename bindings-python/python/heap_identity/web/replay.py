"""Which logins were used, known to every process of a machine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from os import PathLike
from typing import Protocol


class UsedLogins(Protocol):
    """Remembers each login until it could not be used any more anyway (A54)."""

    def is_first_use(self, *, issuer: str, assertion_id: str, until: datetime, now: datetime) -> bool:
        """Records the use. False if it was recorded before; an exception refuses the login."""
        ...


class SqliteUsedLogins:
    """Remembers in a SQLite file, which several processes may share."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self._path = path
        with closing(self._open()) as database, database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS used_logins (issuer TEXT, assertion_id TEXT, until INTEGER, PRIMARY KEY (issuer, assertion_id))"
            )

    def is_first_use(self, *, issuer: str, assertion_id: str, until: datetime, now: datetime) -> bool:
        with closing(self._open()) as database, database:
            database.execute("DELETE FROM used_logins WHERE until < ?", [int(now.timestamp())])
            done = database.execute(
                "INSERT OR IGNORE INTO used_logins VALUES (?, ?, ?)", [issuer, assertion_id, int(until.timestamp()) + 1]
            )
            return done.rowcount == 1

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=5)
