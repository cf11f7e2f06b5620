"""Structured logging: one line of JSON a record, with nothing secret and nothing personal in it.

The package logs to the logger `heap_identity` and configures nothing by itself; `to_stderr` is what the command does.
"""

import json
import logging
import re
import sys
from datetime import datetime, timezone
from typing import Any, Final, TextIO

logger: Final = logging.getLogger("heap_identity")

_ADDRESS: Final = re.compile(r"([^\s\"'`<>,;@])[^\s\"'`<>,;@]*@([^\s\"'`<>,;@]+)")
_BEARER: Final = re.compile(r"(?i)\bbearer\s+\S+")
_PLAIN: Final = (str, int, float, bool, type(None))


def masked(text: str) -> str:
    """The text without bearer tokens, and with addresses as `a…@example.com`."""
    return _ADDRESS.sub(r"\1…@\2", _BEARER.sub("Bearer …", text))


def event(level: int, message: str, **fields: Any) -> None:
    """Logs a message with named values; `fields` never holds a token, a body or a query."""
    if logger.isEnabledFor(level):
        logger.log(level, message, extra={"fields": fields})


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: `time`, `level`, `message`, then its named values, all of them masked."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": masked(record.getMessage()),
        }
        for name, value in getattr(record, "fields", {}).items():
            shown = value if isinstance(value, _PLAIN) else str(value)
            line[name] = masked(shown) if isinstance(shown, str) else shown
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def to_stderr(level: int, stream: TextIO | None = None) -> None:
    """Sends the package's records of this level and above to standard error, or to another stream."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
