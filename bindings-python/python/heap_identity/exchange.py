"""One request after the other over HTTP, outside of a run: the accounts at Heap, and whether credentials work."""

import socket
import ssl
import time
from datetime import datetime, timezone
from types import TracebackType
from typing import Final, Literal

import httpx2

from ._core import Request, Response
from ._core.connector import Concluded, Verification
from ._core.scim import ListResponse, User
from ._core.scim.client import Endpoint, Listing
from .connector import whole_list
from .errors import HeapIdentityError
from .http import Connection, TooLarge, TooLate, whole_answer

Unreachable = Literal["connection", "dns", "timed_out", "tls"]
#: A reading that fails is repeated after these pauses, in seconds.
PAUSES: Final = (0.25, 1.0, 3.0)
#: How many accounts are asked for at once.
PAGE: Final = 100


class NotRead(HeapIdentityError):
    """The accounts at Heap could not be read whole, so nothing is concluded from them."""


class Exchange:
    """A client that sends what it is given: `with Exchange(connection) as exchange: …`."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection
        self._client: Final = httpx2.Client(**connection.options())

    def __enter__(self) -> "Exchange":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def send(self, request: Request) -> Response | Unreachable:
        """The answer, or why there is none."""
        try:
            return whole_answer(self._client, self._connection, request, self._connection.timeout)
        except (TooLarge, TooLate):
            return "timed_out"
        except httpx2.HTTPError as error:
            return _unreachable(error)

    def verified(self, verification: Verification) -> Concluded:
        """Drives a verification to its end (R18, R19)."""
        while not isinstance(asked := verification.poll(), Concluded):
            outcome = self.send(asked)
            if isinstance(outcome, Response):
                verification.receive(now=_now(), response=outcome)
            else:
                verification.receive(now=_now(), failure=outcome)
        return asked

    def accounts(self) -> list[User]:
        """All accounts at Heap. Raises `NotRead` unless the list is whole (F33)."""
        endpoint = Endpoint(base_url=self._connection.base_url, bearer_token=self._connection.bearer_token)
        listing, pages, progress = Listing(), list[ListResponse](), "more"
        while progress != "complete":
            page = self._page(endpoint.list("User", position=listing.position, count=PAGE))
            progress = listing.page(page)
            pages = [page] if progress == "again" else [*pages, page]
        users = whole_list(pages)
        if users is None:
            raise NotRead("the list of accounts is not whole; try again when nobody changes them", code="command.accounts")
        return users

    def _page(self, request: Request) -> ListResponse:
        for pause in (*PAUSES, None):
            outcome = self.send(request)
            if isinstance(outcome, Response) and outcome.status == 200:
                return ListResponse.from_json(outcome.body)
            is_final = isinstance(outcome, Response) and 400 <= outcome.status < 500 and outcome.status not in (401, 408, 425, 429)
            if pause is None or is_final:
                break
            time.sleep(pause)
        said = f"status {outcome.status}" if isinstance(outcome, Response) else outcome.replace("_", " ")
        raise NotRead(f"the accounts at Heap cannot be read: {said}; are base URL and token right?", code="command.accounts")


def _unreachable(error: BaseException) -> Unreachable:
    if isinstance(error, httpx2.TimeoutException):
        return "timed_out"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        if isinstance(cause, socket.gaierror):
            return "dns"
        cause = cause.__cause__ or cause.__context__
    return "connection"


def _now() -> datetime:
    return datetime.now(timezone.utc)
