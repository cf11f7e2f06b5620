"""Round after round, until the tenant equals the directory or nothing more helps: what a driver does, without I/O.

`Run.settle` is a generator: it yields what to do (`Launch`, `Receive`, `Pause`) and is sent the answers. `heap_identity.http`
has one driver that does it with threads and one with asyncio; both give up by the rules of this file.
"""

import json
import logging
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Literal

from . import log
from ._core import Done, Engine, Persist, Request, RequestId, Response, Send, Trip, WaitForResponse, WaitUntil
from ._types import Event
from .state import Journal

#: Rounds without a single successful step after which another one is not tried.
FRUITLESS_ROUNDS_MAX: Final = 3
#: Rounds in all: each gets something done, so this is only for a tenant that never comes to rest.
ROUNDS_MAX: Final = 50
#: Requests in a row, and seconds, without anything getting done, after which the tenant is taken to be out of order.
IN_VAIN_MAX: Final = 12
IN_VAIN_SECONDS: Final = 90.0
#: The same for a tenant that has never answered at all.
NEVER_ANSWERED_SECONDS: Final = 45.0
#: The longest wait that the tenant may ask for, in seconds: with more, the next start goes on from the state.
WAIT_SECONDS_MAX: Final = 120.0
#: How many times longer than the first an answer is waited for after time-outs.
TIMEOUT_FACTOR_MAX: Final = 6
#: How soon a request to stop is seen, in seconds.
STOP_SEEN_SECONDS: Final = 0.25

Failure = Literal["not_sent", "outcome_unknown"]


@dataclass(frozen=True)
class Launch:
    """Send this request, and give it up after `timeout` seconds; its `Answer` is asked for by a `Receive`."""

    id: RequestId
    request: Request
    timeout: float


@dataclass(frozen=True)
class Receive:
    """Wait for an answer, `seconds` at the most; send all that have come by then."""

    seconds: float


@dataclass(frozen=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True)
class Answer:
    """What came of a request: a response, or why there is none."""

    id: RequestId
    is_write: bool
    outcome: Response | Failure
    is_timed_out: bool = False


Action = Launch | Receive | Pause
Steps = Generator[Action, list[Answer], "Result"]


@dataclass
class Attempts:
    """How many attempts of one kind worked, and how many did not."""

    succeeded: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Held:
    """A plan that takes more away than is allowed: nothing of it was sent."""

    digest: str
    trips: list[dict[str, Any]]
    reasons: list[str]
    plan: dict[str, Any]
    text: str


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    outcome: Literal["equal", "held", "failed", "interrupted"]
    reason: str | None
    rounds: int
    requests: dict[str, int]
    writes: int
    steps: int
    events: dict[str, Attempts]
    #: The failed attempts and conflicts of the last round.
    failures: list[Event]
    held: Held | None
    seconds: float

    @property
    def is_equal(self) -> bool:
        """Whether the tenant equals the directory: a second run writes nothing."""
        return self.outcome == "equal"

    def to_dict(self) -> dict[str, Any]:
        """The document that `--json` prints."""
        held = self.held and {"digest": self.held.digest, "trips": self.held.trips, "plan": self.held.plan}
        events = {name: vars(attempts) for name, attempts in sorted(self.events.items())}
        return {**vars(self), "events": events, "held": held}


@dataclass
class _Health:
    """How the tenant has answered lately."""

    has_answered: bool = False
    in_vain: int = 0
    last_good: float = field(default_factory=time.monotonic)
    timeouts: int = 0

    def complaint(self) -> str | None:
        """Why it is no use to go on."""
        seconds = time.monotonic() - self.last_good
        if not self.has_answered and seconds >= NEVER_ANSWERED_SECONDS:
            return f"no usable answer has come for {seconds:.0f} s; is the base URL right?"
        if self.in_vain >= IN_VAIN_MAX and seconds >= IN_VAIN_SECONDS:
            return f"{self.in_vain} requests in {seconds:.0f} s have got nothing done"
        return None


@dataclass
class _Round:
    """What one round came to."""

    succeeded: int = 0
    #: Answers that a tenant in order does not give.
    is_troubled: bool = False
    #: A write may have been carried out or not, or twice, so the end is proven by another reading.
    is_doubtful: bool = False
    failures: list[Event] = field(default_factory=list)


class Run:
    """Drives an engine, whose journal is in `state`; `bearer_token` is shown again where it was refused for a moment."""

    def __init__(self, engine: Engine, state: Journal, *, bearer_token: str, timeout: float = 5.0) -> None:
        self.engine: Final = engine
        self._state: Final = state
        self._token: Final = bearer_token
        self._timeout: Final = timeout
        self._began: Final = time.monotonic()
        self._health = _Health()
        self._round = _Round()
        self._rounds = self._steps = 0
        self._events: dict[str, Attempts] = {}
        #: Events that are not stored yet: they are with the next records, whose outcomes they tell of.
        self._untold: list[Event] = []
        self._is_stopped = False
        #: Told how many steps are done, and of how many; `None` while the tenant is read.
        self.on_progress: Callable[[int, int | None], None] | None = None

    def stop(self) -> None:
        """Begins nothing more: what is under way is waited for and stored. Safe in a signal handler and from other threads."""
        self._is_stopped = True

    def settle(self) -> Steps:
        """Rounds until there is no difference, a decision is needed, or nothing more helps."""
        fruitless = 0
        while True:
            self._rounds += 1
            self._round = _Round()
            done = yield from self._drive()
            if isinstance(done, str):
                return self._result("failed", done)
            self._steps += done.steps
            log.event(logging.INFO, "round ended", round=self._rounds, outcome=done.outcome, steps=done.steps, failed=done.failed)
            if done.outcome == "cancelled":
                return self._result("interrupted", "it was interrupted; start it again to go on")
            if done.outcome == "awaiting_approval":
                return self._held(done)
            is_settled = done.outcome == "finished" and done.failed == 0 and not self._round.is_doubtful
            if is_settled and done.conflicts == 0:
                return self._result("equal", None)
            if is_settled:
                return self._result("failed", f"conflicts left as they are: {done.conflicts}")
            fruitless = 0 if self._round.succeeded else fruitless + 1
            # What a tenant in order refuses it will refuse again: one more look is for what another hand changed meanwhile.
            rounds = FRUITLESS_ROUNDS_MAX if self._round.is_troubled else 2
            is_refused = done.outcome == "token_refused"
            # A gateway may refuse the first request for a moment: the token is shown again before it is blamed.
            has_answered = self._health.has_answered or is_refused
            if fruitless >= rounds or self._rounds >= ROUNDS_MAX or not has_answered:
                return self._result("failed", _reason(done))
            yield from self._pause(float(1 << fruitless))
            if is_refused:
                self.engine.reauthorise(bearer_token=self._token)
            else:
                self.engine.reconcile()

    def _drive(self) -> Generator[Action, list[Answer], "Done | str"]:
        """One round: reading, planning, carrying out. A text is why it is no use to go on."""
        is_cancelled = False
        while True:
            if self._is_stopped and not is_cancelled:
                self.engine.cancel()
                is_cancelled = True
            poll = self.engine.poll(now=_now())
            if isinstance(poll, Persist):
                self._store(poll.records)
            elif isinstance(poll, Send):
                factor = min(1 << min(self._health.timeouts, 8), TIMEOUT_FACTOR_MAX)
                yield Launch(poll.id, poll.request, self._timeout * factor)
            elif isinstance(poll, WaitUntil):
                if poll.at - _now() > timedelta(seconds=WAIT_SECONDS_MAX):
                    self._store([])
                    return f"Heap asks not to be called before {poll.at:%Y-%m-%dT%H:%M:%SZ}; start again then"
                yield from self._receive(poll.at)
            elif isinstance(poll, WaitForResponse):
                yield from self._receive(poll.until)
            else:
                self._take_events()
                self._store([])
                return poll
            complaint = self._health.complaint()
            if complaint:
                self._store([])
                return complaint

    def _store(self, records: list[str]) -> None:
        if records or self._untold:
            self._state.append(records, self._untold)
            self._untold = []

    def _receive(self, until: datetime) -> Generator[Action, list[Answer], None]:
        seconds = max((until - _now()).total_seconds(), 0.001)
        answers = yield Receive(min(seconds, STOP_SEEN_SECONDS))
        for answer in answers:
            self._take(answer)

    def _pause(self, seconds: float) -> Generator[Action, list[Answer], None]:
        end = time.monotonic() + seconds
        while not self._is_stopped and (left := end - time.monotonic()) > 0:
            yield Pause(min(left, STOP_SEEN_SECONDS))

    def _take(self, answer: Answer) -> None:
        quality = _quality(answer.outcome)
        is_reading = not self.engine.has_plan
        if isinstance(answer.outcome, Response):
            self.engine.receive(id=answer.id, response=answer.outcome, now=_now())
        else:
            self.engine.receive(id=answer.id, failure=answer.outcome, now=_now())
        has_succeeded = self._take_events()
        self._round.is_troubled |= quality != "sound"
        self._round.is_doubtful |= answer.is_write and quality == "doubtful"
        if answer.is_timed_out:
            self._health.timeouts += 1
        elif quality == "sound":
            self._health.timeouts = 0
        self._health.has_answered |= quality == "sound"
        if has_succeeded or (quality == "sound" and (is_reading or answer.is_write)):
            self._health.in_vain, self._health.last_good = 0, time.monotonic()
        else:
            self._health.in_vain += 1
        self._tell_progress()

    def _tell_progress(self) -> None:
        if self.on_progress is not None:
            progress = self.engine.progress(now=_now())
            self.on_progress(*((progress.done, progress.total) if progress else (0, None)))

    def _take_events(self) -> bool:
        """Counts what the engine tells; whether any step has worked."""
        before = self._round.succeeded
        for event in self.engine.events():
            self._untold.append(event)
            name, error = event["event_type"], event.get("error_message")
            # A network that delivers twice makes a group twice, and nothing but another look tells.
            self._round.is_doubtful |= name == "group_create_provision"
            attempts = self._events.setdefault(name, Attempts())
            if error is None:
                attempts.succeeded += 1
                self._round.succeeded += 1
            else:
                attempts.failed += 1
                self._round.failures.append(event)
                log.event(logging.WARNING, "a step failed", event=name, resource=event.get("resource", {}).get("id"), error=error)
        return self._round.succeeded > before

    def _held(self, done: Done) -> Result:
        plan = self.engine.plan
        document = json.loads(plan.to_json()) if plan else {}
        trips = [_trip(trip) for trip in done.trips]
        held = Held(done.digest or "", trips, done.reasons, document, str(plan or ""))
        reason = "the plan takes more away than is allowed without approval; nothing of it was sent"
        return self._result("held", reason, held)

    def _result(
        self, outcome: Literal["equal", "held", "failed", "interrupted"], reason: str | None, held: Held | None = None
    ) -> Result:
        return Result(
            outcome=outcome,
            reason=reason,
            rounds=self._rounds,
            requests=self.engine.requests,
            writes=self.engine.writes,
            steps=self._steps,
            events=self._events,
            failures=self._round.failures,
            held=held,
            seconds=round(time.monotonic() - self._began, 3),
        )


def _trip(trip: Trip) -> dict[str, Any]:
    """As the core's JSON has it: what a guard does not count is left out."""
    counts = {"group": trip.group, "planned": trip.planned, "of": trip.of, "allowed": trip.allowed}
    return {"guard": trip.guard, **{name: value for name, value in counts.items() if value is not None}}


def _reason(done: Done) -> str:
    if done.outcome == "token_refused":
        return f"the token is refused: {'; '.join(done.reasons)}"
    if done.outcome != "finished":
        return "; ".join(done.reasons) or f"the engine stands still: {done.outcome}"
    return f"steps that failed: {done.failed}" if done.failed else "the last writes are not confirmed"


def _quality(outcome: Response | Failure) -> Literal["sound", "not_done", "doubtful"]:
    """Whether an answer is one, says that nothing was done for a passing reason, or leaves open what was done."""
    if outcome == "not_sent":
        return "not_done"
    if not isinstance(outcome, Response):
        return "doubtful"
    status = outcome.status
    if 200 <= status < 300 and _is_json(outcome.body):
        return "sound"
    if status in (401, 429):
        return "not_done"
    return "sound" if 400 <= status < 500 and status not in (408, 425) else "doubtful"


def _is_json(body: bytes) -> bool:
    try:
        return not body or json.loads(body) is not None
    except ValueError:
        return False


def _now() -> datetime:
    return datetime.now(timezone.utc)
