"""The command, as an administrator and a script use it: exit status, output, and what is never shown."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from killing import listed
from serving import TOKEN, TOKEN_ENV, answering, apply, command, environment, served, write


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with served() as base_url:
        yield base_url


def test_a_directory_is_applied_and_a_second_run_writes_nothing(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "first.json", ["ann", "ben"], Analysts=["ann", "ben"])
    first = apply(directory, base_url)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith("the tenant equals the directory (3 steps, 3 writes of ")
    second = apply(directory, base_url, "--json")
    document = json.loads(second.stdout)
    assert (second.returncode, document["outcome"], document["writes"], document["reason"]) == (0, "equal", 0, None)
    keys = {"outcome", "reason", "rounds", "steps", "requests", "writes", "events", "failures", "held", "seconds"}
    assert document.keys() == keys


def test_d03_without_its_state_a_tenant_is_found_again(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "lost.json", ["ann", "ben"], Analysts=["ann", "ben"])
    assert apply(directory, base_url).returncode == 0
    directory.with_suffix(".state").unlink()
    assert json.loads(apply(directory, base_url, "--json").stdout)["writes"] == 0


def test_d02_what_a_guard_holds_back_is_approved_by_its_digest(tmp_path: Path) -> None:
    people = [f"p{number}" for number in range(30)]
    directory = tmp_path / "guarded.json"
    with served() as base_url:
        assert apply(write(directory, people, All=people), base_url).returncode == 0
        held = apply(write(directory, people[:5], All=people[:5]), base_url, "--json")
        document = json.loads(held.stdout)
        assert (held.returncode, document["outcome"], document["writes"]) == (3, "held", 0)
        trips = {trip["guard"]: trip for trip in document["held"]["trips"]}
        assert trips["deactivations"] == {"guard": "deactivations", "planned": 25, "of": 30, "allowed": 10}
        digest = document["held"]["digest"]
        assert f"add: --approve {digest}" in apply(directory, base_url).stdout
        assert apply(directory, base_url, "--approve", "0" * len(digest)).returncode == 3
        assert apply(directory, base_url, "--approve", digest).returncode == 0
        assert json.loads(apply(directory, base_url, "--json").stdout)["writes"] == 0


def test_guards_come_from_a_file_or_are_off(tmp_path: Path) -> None:
    guards = tmp_path / "guards.json"
    guards.write_text('{"deactivations": {"count": 0, "percent": 0}}')
    directory = tmp_path / "off.json"
    with served() as base_url:
        assert apply(write(directory, ["ann", "ben"], All=["ann", "ben"]), base_url).returncode == 0
        write(directory, ["ann"], All=["ann"])
        assert apply(directory, base_url, "--guards", str(guards)).returncode == 3
        assert apply(directory, base_url, "--guards", "off").returncode == 0


BAD: list[tuple[list[str], str]] = [
    (["--token-env", "NOT_SET_ANYWHERE"], "the environment variable NOT_SET_ANYWHERE holds no token"),
    (["--token-env", TOKEN_ENV, "--guards", "missing.json"], "missing.json: No such file"),
    (["--token-env", TOKEN_ENV, "--approve", "nonsense"], "64 hexadecimal digits"),
    (["--token-env", TOKEN_ENV, "--token-file", "x"], "exactly one of"),
    ([], "exactly one of"),
    (["--token-env", TOKEN_ENV, "--base-url", "http://example.com/scim"], "base URL"),
    (["--token-env", TOKEN_ENV, "--no-such-option"], "No such option"),
    (["--token-env", TOKEN_ENV, "--timeout", "0"], "--timeout"),
]


@pytest.mark.parametrize(("words", "said"), BAD)
def test_bad_usage_ends_with_2_and_says_what_is_wrong(words: list[str], said: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    base_url = [] if "--base-url" in words else ["--base-url", "http://127.0.0.1:9/scim/v2/demo"]
    ended = command("apply", str(directory), *base_url, "--state", str(tmp_path / "state"), "--yes", *words)
    assert ended.returncode == 2, ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(("text", "said"), [("{", "line 1"), ('{"users": []', "line 1"), ("\xff", "line 1"), (None, "No such file")])
def test_a_bad_directory_ends_with_2_and_is_never_an_empty_one(text: str | None, said: str, base_url: str, tmp_path: Path) -> None:
    directory = tmp_path / "bad.json"
    if text is not None:
        directory.write_text(text, encoding="utf-8")
    ended = apply(directory, base_url, "--json")
    assert ended.returncode == 2
    assert said in ended.stderr and "bad.json" in ended.stderr
    assert json.loads(ended.stdout)["outcome"] == "error"


def test_a_state_of_another_kind_is_not_touched(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    state = directory.with_suffix(".state")
    state.write_text('{"a": "journal of lines"}\n' * 100)
    before = state.read_bytes()
    ended = apply(directory, base_url)
    assert (ended.returncode, state.read_bytes()) == (2, before)
    assert "is not a file of heap-identity" in ended.stderr


def test_nobody_to_ask_means_yes_is_needed(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    words = ["apply", str(directory), "--base-url", base_url, "--token-env", TOKEN_ENV, "--state", str(tmp_path / "s")]
    ended = command(*words)
    assert ended.returncode == 2 and "--yes" in ended.stderr


def test_two_processes_cannot_run_one_integration_at_once(tmp_path: Path) -> None:
    from heap_identity.state import State, StateError

    with State(tmp_path / "one.state"):
        with pytest.raises(StateError, match="in use by another process") as refused:
            State(tmp_path / "one.state", wait=0.1)
    assert refused.value.code == "state.in_use"
    State(tmp_path / "one.state", wait=0.1).close()


def test_a_plan_writes_nothing_and_shows_every_step(tmp_path: Path) -> None:
    directory, state = write(tmp_path / "d.json", ["ann", "ben"], All=["ann"]), tmp_path / "d.state"
    with served() as base_url:
        words = ["plan", str(directory), "--base-url", base_url, "--token-env", TOKEN_ENV, "--state", str(state)]
        shown = command(*words, "--json")
        document = json.loads(shown.stdout)
        # Ben is in no group, so he gets no account (R12).
        assert shown.returncode == 0 and document["trips"] == [] and len(document["plan"]["steps"]) == 2
        assert not state.exists()
        page = tmp_path / "plan.html"
        assert "create" in command(*words, "--html", str(page)).stdout
        assert document["digest"] in page.read_text() and page.stat().st_mode & 0o077 == 0
        assert apply(directory, base_url).returncode == 0
        assert "there is nothing to do" in command(*words, "--html", str(page)).stdout
        assert json.loads(command(*words, "--json").stdout)["plan"] is None


def test_r16_the_token_is_shown_nowhere(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    right = apply(directory, base_url, "--log", "debug")
    wrong = command(
        "apply", str(directory), "--base-url", base_url, "--token-file", str(tmp_path / "t"), "--state", str(tmp_path / "s"), "--yes"
    )
    assert wrong.returncode == 2
    (tmp_path / "t").write_text("another-secret\n")
    refused = command(
        "apply", str(directory), "--base-url", base_url, "--token-file", str(tmp_path / "t"), "--state", str(tmp_path / "s"), "--yes",
        "--log", "debug",
    )  # fmt: skip
    assert refused.returncode == 3 and "token" in refused.stdout
    stored = (tmp_path / "d.state").read_bytes() + (tmp_path / "s").read_bytes()
    for shown in [right.stdout, right.stderr, refused.stdout, refused.stderr, stored.decode("latin-1")]:
        assert TOKEN not in shown and "another-secret" not in shown
    lines = [json.loads(line) for line in right.stderr.splitlines()]
    assert {"time", "level", "message"} <= lines[0].keys()
    assert all("ann@" not in line for line in right.stderr.splitlines()), "the log is masked"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_a_state_that_the_next_run_goes_on_from(number: signal.Signals, tmp_path: Path) -> None:
    people = [f"p{number}" for number in range(200)]
    directory = write(tmp_path / "many.json", people, All=people)
    with served() as base_url:
        words = ["apply", str(directory), "--base-url", base_url, "--token-env", TOKEN_ENV, "--state", str(tmp_path / "many.state")]
        run = [sys.executable, "-m", "heap_identity", *words, "--yes", "--json"]
        with subprocess.Popen(run, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            while len(listed(base_url, TOKEN, "Users")) < 5:
                time.sleep(0.02)
            process.send_signal(number)
            shown, _ = process.communicate(timeout=60)
        document = json.loads(shown)
        assert (process.returncode, document["outcome"]) == (130, "interrupted")
        assert document["writes"] < 202, "it was early enough"
        ended = apply(directory, base_url, "--json")
        assert ended.returncode == 0
        assert document["writes"] + json.loads(ended.stdout)["writes"] == 202, "200 people, a group in two requests: nothing was done twice"


def test_a_tenant_that_is_out_of_order_ends_with_3(tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    with answering(lambda method, path: (404, {}, {"detail": "no such tenant"})) as base_url:
        ended = apply(directory, base_url, "--json")
    document = json.loads(ended.stdout)
    assert (ended.returncode, document["outcome"], document["writes"]) == (3, "failed", 0)


def test_a_tenant_that_asks_for_hours_ends_the_run(tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    with answering(lambda method, path: (503, {"Retry-After": "7200"}, b"busy")) as base_url:
        ended = apply(directory, base_url, "--json")
    assert ended.returncode == 3
    assert "not to be called before" in json.loads(ended.stdout)["reason"]


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    """The token would go to whom it is not for."""
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    seen: list[str] = []

    def elsewhere(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        seen.append(path)
        return 307, {"Location": "/elsewhere"}, b""

    with answering(elsewhere) as base_url:
        run = [sys.executable, "-m", "heap_identity", "apply", str(directory), "--base-url", base_url]
        run += ["--token-env", TOKEN_ENV, "--state", str(tmp_path / "s"), "--yes"]
        with subprocess.Popen(run, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while len(seen) < 2:
                time.sleep(0.05)
            process.kill()
    assert "/elsewhere" not in seen


def test_events_are_json_lines_by_the_names_of_directory_insights(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["eve", "fay"], Events=["eve", "fay"])
    assert apply(directory, base_url).returncode == 0
    state = str(tmp_path / "d.state")
    lines = [json.loads(line) for line in command("events", "--state", state).stdout.splitlines()]
    assert {"user_create_provision", "group_create_provision"} <= {line["event_type"] for line in lines}
    later = command("events", "--state", state, "--after", str(lines[-2]["number"]))
    assert [json.loads(line) for line in later.stdout.splitlines()] == lines[-1:]
    assert command("events", "--state", str(tmp_path / "none")).returncode == 2


def test_watch_follows_the_file_and_waits_for_one_that_can_be_read(tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    with served() as base_url:
        words = ["watch", str(directory), "--base-url", base_url, "--token-env", TOKEN_ENV, "--state", str(tmp_path / "s"), "--json"]
        run = [sys.executable, "-m", "heap_identity", *words]
        with subprocess.Popen(run, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["writes"] == 2
            # Each in one step: what is seen of a file that is written in place is a matter of luck.
            half, whole = tmp_path / "half.json", write(tmp_path / "whole.json", ["ann", "ben"], All=["ann", "ben"])
            half.write_text("{ half a fi")
            os.replace(half, directory)
            assert json.loads(process.stdout.readline())["outcome"] == "error"
            os.replace(whole, directory)
            assert json.loads(process.stdout.readline())["outcome"] == "equal"
            process.terminate()
            process.communicate(timeout=30)
    assert process.returncode == 0


def test_the_demonstration_needs_no_arguments() -> None:
    shown = command("demo")
    assert shown.returncode == 0
    assert "let in" in shown.stdout and "refused (heap.account_inactive)" in shown.stdout
    assert json.loads(command("demo", "--json").stdout)["outcome"] == "equal"


def test_output_on_a_pipe_has_no_colours(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    ended = apply(directory, base_url)
    assert "\x1b" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_it(shell: str) -> None:
    variable = {"_HEAP_IDENTITY_COMPLETE": f"source_{shell}"}
    run = [str(Path(sys.executable).with_name("heap-identity"))]
    shown = subprocess.run(run, env={**environment(), **variable}, capture_output=True, text=True, timeout=60)
    assert "heap-identity" in shown.stdout, shown.stderr
