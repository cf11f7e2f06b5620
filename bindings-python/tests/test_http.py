"""The drivers, as a program uses them."""

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heap_identity import Guards, InvalidInput, Snapshot
from heap_identity.http import BODY_BYTES_MAX, Connection, synchronise, synchronise_async
from heap_identity.log import JsonFormatter, masked
from heap_identity.rounds import FRUITLESS_ROUNDS_MAX, Run
from heap_identity.state import MemoryJournal, State, StateError, TenantStore
from serving import TOKEN, answering, served


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with served() as base_url:
        yield base_url


def directory(*people: str, group: str = "Analysts") -> Snapshot:
    users = [{"id": id, "userName": f"{id}@example.com", "active": True} for id in people]
    return Snapshot.from_json(json.dumps({"users": users, "groups": [{"id": group, "name": group, "members": list(people)}]}))


def connection(base_url: str, **options: Any) -> Connection:
    return Connection(base_url=base_url, bearer_token=TOKEN, **options)


def test_a_program_provisions_with_threads(base_url: str, tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        first = synchronise(directory("ann", "ben"), connection(base_url), state)
        second = synchronise(directory("ann", "ben"), connection(base_url), state)
    assert (first.is_equal, first.writes, second.is_equal, second.writes) == (True, 3, True, 0)


def test_a_program_provisions_with_asyncio(base_url: str, tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        people = directory("cleo", "dora", group="Async")
        first = asyncio.run(synchronise_async(people, connection(base_url), state, guards=Guards.off()))
        second = asyncio.run(synchronise_async(people, connection(base_url), state, guards=Guards.off()))
    assert (first.is_equal, second.is_equal, second.writes) == (True, True, 0)


def test_a_run_is_stopped_by_its_program(base_url: str) -> None:
    journal = MemoryJournal()
    result = synchronise(directory("eve", group="Stopped"), connection(base_url), journal, on_start=Run.stop)
    assert (result.outcome, result.writes) == ("interrupted", 0)


@pytest.mark.parametrize("is_async", [False, True])
def test_f07_an_answer_that_drips_is_given_up_in_time(is_async: bool) -> None:
    """Each byte comes in time; the whole never does."""
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            while True:
                try:
                    one, _ = listening.accept()
                except OSError:
                    return
                with one:
                    one.recv(65536)
                    one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                    try:
                        while True:
                            one.sendall(b" ")
                            time.sleep(0.05)
                    except OSError:
                        pass

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        runs: list[Run] = []
        reached = connection(f"http://127.0.0.1:{listening.getsockname()[1]}/scim/v2/demo", timeout=0.3)
        timer = threading.Timer(2.5, lambda: runs[0].stop())
        timer.start()
        if is_async:
            result = asyncio.run(synchronise_async(directory("ann"), reached, MemoryJournal(), on_start=runs.append))
        else:
            result = synchronise(directory("ann"), reached, MemoryJournal(), on_start=runs.append)
        timer.join()
    assert result.outcome in ("interrupted", "failed")
    assert sum(result.requests.values()) >= 2, "the first request was given up"


def test_an_answer_without_end_is_not_read(tmp_path: Path) -> None:
    huge = b" " * (BODY_BYTES_MAX + 1)
    runs: list[Run] = []

    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        runs[0].stop()
        return 200, {}, huge

    with answering(answer) as base_url:
        result = synchronise(directory("ann"), connection(base_url), MemoryJournal(), on_start=runs.append)
    assert not result.is_equal


def test_a_header_that_is_no_text_is_passed_over(base_url: str) -> None:
    def answer(method: str, path: str) -> tuple[int, dict[str, str], Any]:
        return 404, {"X-Strange": "\u00e9"}, {"detail": "nothing here"}

    with answering(answer) as elsewhere:
        result = synchronise(directory("ann"), connection(elsewhere), MemoryJournal())
    assert result.outcome == "failed" and "404" in (result.reason or "")


def test_a_refused_token_is_shown_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "_pause", lambda self, seconds: iter(()))
    with answering(lambda method, path: (401, {}, {"detail": "no"})) as base_url:
        result = synchronise(directory("ann"), connection(base_url), MemoryJournal())
    assert result.outcome == "failed" and "token is refused" in (result.reason or "")
    assert result.rounds == FRUITLESS_ROUNDS_MAX


def test_a_gateway_that_refuses_the_very_first_request_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "_pause", lambda self, seconds: iter(()))
    refusals = iter([True])

    def answer(method: str, path: str) -> tuple[int, dict[str, str], Any]:
        if next(refusals, False):
            return 401, {}, {"detail": "no"}
        return 200, {}, {"totalResults": 0, "Resources": [], "startIndex": 1, "itemsPerPage": 0}

    with answering(answer) as base_url:
        result = synchronise(Snapshot.from_json('{"users": [], "groups": []}'), connection(base_url), MemoryJournal(), guards=Guards.off())
    assert result.is_equal and result.rounds == 2


def test_what_cannot_be_used_is_refused_before_anything_is_sent() -> None:
    for wrong in ["http://heapanalytics.com/scim/v2/acme", "nonsense", "https://heapanalytics.com/scim?x=1"]:
        with pytest.raises(InvalidInput) as refused:
            synchronise(directory("ann"), connection(wrong), MemoryJournal())
        assert refused.value.code == "sync.base_url"
    with pytest.raises(InvalidInput):
        synchronise(directory("ann"), Connection(base_url="http://127.0.0.1:1/scim", bearer_token="a\nb"), MemoryJournal())


def test_r16_a_connection_does_not_show_its_token() -> None:
    shown = repr(connection("https://heapanalytics.com/scim/v2/acme", proxy="http://user:secret@proxy.example:3128"))
    assert TOKEN not in shown and "secret" not in shown


def test_an_authority_of_ones_own_and_a_proxy_are_options(monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context()
    remote = connection("https://heapanalytics.com/scim/v2/acme", proxy="http://proxy.example:3128", verify=context).options()
    assert remote["verify"] is context and remote["proxy"] == "http://proxy.example:3128" and remote["trust_env"]
    assert not connection("http://127.0.0.1:1/scim").options()["trust_env"], "no proxy of the environment sees this machine's token"


def test_the_journal_is_on_the_disk_before_a_creation_is_sent(tmp_path: Path) -> None:
    """D12: at the moment of the POST another connection reads the intent."""
    import sqlite3

    file, seen = tmp_path / "state", list[int]()

    def answer(method: str, path: str) -> tuple[int, dict[str, str], Any]:
        if method == "GET":
            return 200, {}, {"totalResults": 0, "Resources": [], "startIndex": 1, "itemsPerPage": 0}
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connected:
            seen.append(connected.execute("SELECT count(*) FROM records").fetchone()[0])
        connected.close()
        return 400, {}, {"detail": "no"}

    with State(file) as state, answering(answer) as base_url:
        synchronise(directory("ann"), connection(base_url), state)
    assert seen and seen[0] >= 2, "the opening and the intent"


def test_a_state_keeps_records_and_events_and_knows_its_kind(tmp_path: Path) -> None:
    with State(tmp_path / "state") as state:
        state.append(["a", "b"], [{"event_type": "x"}])
        state.append(["c"])
        assert state.records() == ["a", "b", "c"]
        state.replace(["d"])
    with State(tmp_path / "state") as state:
        assert state.records() == ["d"]
    with pytest.raises(StateError) as refused:
        TenantStore(tmp_path / "state")
    assert refused.value.code == "state.kind"
    with State(tmp_path / "state", wait=0.1):
        pass


def test_a_write_that_fails_leaves_all_as_it_was(tmp_path: Path) -> None:
    def failing() -> Iterator[str]:
        yield "new"
        raise RuntimeError("the journal is not whole")

    with State(tmp_path / "state") as state:
        state.append(["old"])
        with pytest.raises(RuntimeError):
            state.replace(failing())
        assert state.records() == ["old"]


def test_the_log_is_json_and_masked() -> None:
    assert masked("user ann@example.com: Bearer abc.def was refused") == "user a…@example.com: Bearer … was refused"
    record = logging.LogRecord("heap_identity", logging.INFO, "", 0, "for bob@example.com", (), None)
    record.fields = {"path": "/Users/1", "error": "bob@example.com is taken", "count": 3}
    line = json.loads(JsonFormatter().format(record))
    assert (line["message"], line["error"], line["count"]) == ("for b…@example.com", "b…@example.com is taken", 3)
