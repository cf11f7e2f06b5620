"""What comes from a browser and what goes back, whatever the framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote

# A Response with many attributes has some 30 KB in base64; whoever sends more than this wants something else.
FORM_BYTES_MAX = 1_048_576


@dataclass(frozen=True)
class Incoming:
    """A request. `path` is the whole path, decoded; `query` is raw; the names of `headers` are in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies, each by itself: one that no standard allows hides none of the others, as it would from `http.cookies`."""
        pairs = (each.partition("=") for each in self.headers.get("cookie", "").split(";"))
        return {name.strip(): value.strip() for name, _, value in pairs}

    @property
    def form(self) -> dict[str, str]:
        """The fields of the form; of a field that comes twice none, so that nobody takes one and means the other."""
        return _single(self.body.decode("utf-8", "replace"))

    @property
    def parameters(self) -> dict[str, str]:
        """The same of the query."""
        return _single(self.query)

    @property
    def target(self) -> str:
        """Path and query as they stand in an address."""
        path = quote(self.path, safe="/:@!$&'()*+,;=~-._")
        return f"{path}?{self.query}" if self.query else path

    @property
    def is_navigation(self) -> bool:
        """Whether a person goes to a page, and no script or picture asks (Fetch Metadata Request Headers 2.2)."""
        if self.method not in ("GET", "HEAD"):
            return False
        mode = self.headers.get("sec-fetch-mode")
        return mode == "navigate" if mode else "text/html" in self.headers.get("accept", "")

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether another site has sent the browser here (Fetch Metadata Request Headers 2.4)."""
        return self.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")


def _single(encoded: str) -> dict[str, str]:
    try:
        fields = parse_qs(encoded, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items() if len(values) == 1}


def local_path(target: str | None) -> str:
    """A place on this site, `/` for anything else: no RelayState leads to another site (A58).

    Browsers read `//host`, `/\\host` and paths with line breaks or tabs as other hosts (WHATWG URL 4.4).
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    is_plain = all("!" <= letter <= "~" and letter != "\\" for letter in target)
    return target if is_plain and len(target) <= 2048 else "/"


def is_below(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path is one of `patterns`, of which those with `*` at their end mean all that begins so.

    A path that a server may read as another one (`/static/../admin`) is none of them.
    """
    if "\\" in path or "%" in path or "//" in path or {".", ".."} & set(path.split("/")):
        return False
    return any(path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern for pattern in patterns)
