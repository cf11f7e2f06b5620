"""Drivers over HTTP: they bring a tenant to what a directory says, from a program of yours.

`synchronise` does it with a few threads, `synchronise_async` with asyncio. No redirect is followed, and nothing is repeated
here but what is answered by 401: what happens after a failure is the engine's to say.
"""

import asyncio
import logging
import os
import queue
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from . import log
from ._core import Engine, Guards, Request, Response, Snapshot, __version__
from .rounds import Action, Answer, Failure, Launch, Pause, Receive, Result, Run
from .state import Journal

#: What is read of an answer, in bytes: the core's bound of a SCIM message (`limits::SCIM_BODY_BYTES_MAX`).
BODY_BYTES_MAX: Final = 16 * 1024 * 1024
#: How many requests are under way at once: what the engine sends (`limits::SYNC_IN_FLIGHT_MAX`).
CONNECTIONS: Final = 4
#: A token that was accepted before and is refused now is shown again after these pauses, in seconds, before it is taken for
#: revoked: gateways that are restarted refuse for a moment. What is answered by 401 was not carried out.
TOKEN_PAUSES: Final = (0.25, 1.0)

_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol)


@dataclass(frozen=True)
class Connection:
    """How the tenant is reached. Times are in seconds.

    `timeout` is how long a whole answer is waited for, and up to six times as long after time-outs. `proxy` is an address like
    `http://proxy.example:3128`; where there is none, those of the environment are used, but never for this machine. `verify`
    is an `ssl.SSLContext`, for an authority of your own or a certificate of the client; the system's authorities otherwise.
    """

    base_url: str
    bearer_token: str = field(repr=False)
    timeout: float = 5.0
    connect_timeout: float = 5.0
    proxy: str | None = field(default=None, repr=False)
    verify: ssl.SSLContext | None = None

    def options(self) -> dict[str, Any]:
        """The arguments of a client of httpx2."""
        # Plain HTTP is for this machine alone, which no proxy of the environment reaches.
        is_local = urlsplit(self.base_url).scheme == "http"
        return {
            "follow_redirects": False,
            "headers": {"User-Agent": f"heap-identity/{__version__}", "Accept-Encoding": "identity"},
            "limits": httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            "proxy": self.proxy,
            "trust_env": not is_local,
            # In plain HTTP there is nothing to verify, and the authorities need not be loaded.
            "verify": self.verify if self.verify is not None else not is_local,
        }


def engine(
    directory: Snapshot,
    connection: Connection,
    state: Journal,
    *,
    guards: Guards | None = None,
    approve: str | None = None,
    replace_changed_user_names: bool = False,
    review: bool = False,
) -> Engine:
    """The engine that goes on from a state, whose journal it shortens.

    `guards` are the defaults where there are none. `approve` is the digest of a plan that a guard held back. With `review` every
    plan is held back. Raises `InvalidInput` for an address, a token or a digest that cannot be used, and for a journal of
    another tenant.
    """
    records = state.records()
    made = Engine(
        base_url=connection.base_url,
        bearer_token=connection.bearer_token,
        directory=directory,
        guards=guards or Guards.default(),
        seed=int.from_bytes(os.urandom(8), "little"),
        journal=records,
        review="always" if review else "tripped",
        changed_user_name="replace" if replace_changed_user_names else "report",
    )
    if approve is not None:
        made.approve(digest=approve)
    state.replace(made.compacted_journal() if records else [])
    return made


Prepared = Callable[[Run], None]


def synchronise(
    directory: Snapshot, connection: Connection, state: Journal, *, on_start: Prepared | None = None, **options: Any
) -> Result:
    """Brings the tenant to what the directory says, and says how it ended.

    `options` are those of `engine`. `on_start` gets the `Run`, whose `stop` ends it early in good order.
    """
    run = Run(engine(directory, connection, state, **options), state, bearer_token=connection.bearer_token, timeout=connection.timeout)
    if on_start is not None:
        on_start(run)
    return drive(run, connection)


async def synchronise_async(
    directory: Snapshot, connection: Connection, state: Journal, *, on_start: Prepared | None = None, **options: Any
) -> Result:
    """As `synchronise`, with asyncio. A cancelled task leaves a state that the next run goes on from."""
    run = Run(engine(directory, connection, state, **options), state, bearer_token=connection.bearer_token, timeout=connection.timeout)
    if on_start is not None:
        on_start(run)
    return await drive_async(run, connection)


def drive(run: Run, connection: Connection) -> Result:
    """Does what a run says, with threads."""
    jobs: queue.SimpleQueue[Launch | None] = queue.SimpleQueue()
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    token = _Token()
    with httpx2.Client(**connection.options()) as client:

        def work() -> None:
            while (job := jobs.get()) is not None:
                answers.put(_exchange(client, connection, job, token))

        # A thread that waits for an answer does not keep the process from ending.
        threads = [threading.Thread(target=work, daemon=True) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        steps = run.settle()
        given: list[Answer] | None = None
        try:
            while True:
                action = next(steps) if given is None else steps.send(given)
                given = _act(action, jobs, answers)
        except StopIteration as ended:
            result: Result = ended.value
            return result
        finally:
            for _ in threads:
                jobs.put(None)


def _act(action: Action, jobs: "queue.SimpleQueue[Launch | None]", answers: "queue.SimpleQueue[Answer]") -> list[Answer]:
    if isinstance(action, Launch):
        jobs.put(action)
    elif isinstance(action, Pause):
        time.sleep(action.seconds)
    else:
        try:
            return [answers.get(timeout=action.seconds), *_come(answers.get_nowait)]
        except queue.Empty:
            pass
    return []


def _come(take: Callable[[], Answer]) -> Iterator[Answer]:
    try:
        while True:
            yield take()
    except (queue.Empty, asyncio.QueueEmpty):
        return


async def drive_async(run: Run, connection: Connection) -> Result:
    """Does what a run says, with asyncio."""
    answers: asyncio.Queue[Answer] = asyncio.Queue()
    token = _Token()
    tasks: set[asyncio.Task[None]] = set()
    async with httpx2.AsyncClient(**connection.options()) as client:

        async def work(job: Launch) -> None:
            answers.put_nowait(await _exchange_async(client, connection, job, token))

        steps = run.settle()
        given: list[Answer] | None = None
        try:
            while True:
                action = next(steps) if given is None else steps.send(given)
                given = []
                if isinstance(action, Launch):
                    task = asyncio.create_task(work(action))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                elif isinstance(action, Pause):
                    await asyncio.sleep(action.seconds)
                else:
                    given = await _received(answers, action)
        except StopIteration as ended:
            result: Result = ended.value
            return result
        finally:
            for task in tasks:
                task.cancel()


async def _received(answers: "asyncio.Queue[Answer]", action: Receive) -> list[Answer]:
    try:
        first = await asyncio.wait_for(answers.get(), action.seconds)
    except asyncio.TimeoutError:
        return []
    return [first, *_come(answers.get_nowait)]


@dataclass
class _Token:
    """Whether the token was accepted at least once."""

    is_accepted: bool = False

    def pauses(self, outcome: Response | Failure) -> bool:
        """Whether the token may be shown again."""
        if isinstance(outcome, Response) and 200 <= outcome.status < 300:
            self.is_accepted = True
        return isinstance(outcome, Response) and outcome.status == 401 and self.is_accepted


class TooLate(Exception):
    """The whole answer has not come in time."""


class TooLarge(Exception):
    """The answer is larger than any that is one."""


def _exchange(client: httpx2.Client, connection: Connection, job: Launch, token: _Token) -> Answer:
    for pause in (*TOKEN_PAUSES, None):
        began = time.monotonic()
        outcome, is_timed_out = _once(client, connection, job)
        _log(job.request, outcome, time.monotonic() - began)
        if pause is None or not token.pauses(outcome):
            break
        time.sleep(pause)
    return Answer(job.id, job.request.method != "GET", outcome, is_timed_out)


async def _exchange_async(client: httpx2.AsyncClient, connection: Connection, job: Launch, token: _Token) -> Answer:
    for pause in (*TOKEN_PAUSES, None):
        began = time.monotonic()
        outcome, is_timed_out = await _once_async(client, connection, job)
        _log(job.request, outcome, time.monotonic() - began)
        if pause is None or not token.pauses(outcome):
            break
        await asyncio.sleep(pause)
    return Answer(job.id, job.request.method != "GET", outcome, is_timed_out)


def _once(client: httpx2.Client, connection: Connection, job: Launch) -> tuple[Response | Failure, bool]:
    try:
        return whole_answer(client, connection, job.request, job.timeout), False
    except Exception as error:
        return _failure(error)


def whole_answer(client: httpx2.Client, connection: Connection, request: Request, timeout: float) -> Response:
    """The answer to a request within `timeout` seconds. Raises `httpx2.HTTPError`, `TooLate` and `TooLarge`."""
    deadline = time.monotonic() + timeout
    with client.stream(**_stream(connection, request, timeout)) as answered:
        body = bytearray()
        for chunk in answered.iter_bytes():
            _take(body, chunk, deadline)
        return _response(answered, bytes(body))


async def _once_async(client: httpx2.AsyncClient, connection: Connection, job: Launch) -> tuple[Response | Failure, bool]:
    async def whole() -> Response:
        async with client.stream(**_stream(connection, job.request, job.timeout)) as answered:
            body = bytearray()
            async for chunk in answered.aiter_bytes():
                _take(body, chunk, None)
            return _response(answered, bytes(body))

    try:
        return await asyncio.wait_for(whole(), job.timeout), False
    except Exception as error:
        return _failure(error)


def _stream(connection: Connection, request: Request, timeout: float) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": request.url,
        "headers": request.headers,
        "content": request.body or None,
        "timeout": httpx2.Timeout(timeout, connect=min(connection.connect_timeout, timeout)),
    }


def _take(body: bytearray, chunk: bytes, deadline: float | None) -> None:
    body += chunk
    if len(body) > BODY_BYTES_MAX:
        raise TooLarge
    if deadline is not None and time.monotonic() > deadline:
        raise TooLate


def _response(answered: httpx2.Response, body: bytes) -> Response:
    # What is no text in ASCII is none of the headers that SCIM knows.
    headers = [(name, value) for name, value in answered.headers.multi_items() if value.isascii() and value.isprintable()]
    return Response(status=answered.status_code, headers=headers, body=body)


def _failure(error: Exception) -> tuple[Failure, bool]:
    """Not sent is only what surely was not: whatever may have reached the other side is looked for before it is repeated."""
    is_timed_out = isinstance(error, (httpx2.TimeoutException, TooLate, asyncio.TimeoutError))
    log.event(logging.INFO, "no answer", reason=type(error).__name__)
    return ("not_sent" if isinstance(error, _NOT_SENT) else "outcome_unknown"), is_timed_out


def _log(request: Request, outcome: Response | Failure, seconds: float) -> None:
    """The path has ids and nothing personal; the query may have names, and is left out."""
    log.event(
        logging.DEBUG,
        "request",
        method=request.method,
        path=urlsplit(request.url).path,
        status=outcome.status if isinstance(outcome, Response) else outcome,
        milliseconds=round(seconds * 1000, 1),
    )
