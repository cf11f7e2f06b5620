"""`import`, `token rotate` and `doctor`, as an administrator uses them."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import KEYS
from serving import TOKEN, TOKEN_ENV, apply, command, served, write

CERTIFICATE = str(KEYS / "rsa2048.cert.pem")


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A tenant with Ann, Ben, and Cleo, who is suspended."""
    file = tmp_path_factory.mktemp("heap") / "heap.json"
    with served() as base_url:
        assert apply(write(file, ["ann", "ben", "cleo"], All=["ann", "ben", "cleo"]), base_url).returncode == 0
        assert apply(write(file, ["ann", "ben"], All=["ann", "ben"]), base_url).returncode == 0
        yield base_url


def importing(directory: Path, base_url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return command("import", str(directory), "--base-url", base_url, "--token-env", TOKEN_ENV, *words)


def test_r34_r35_each_account_is_new_imported_or_suspended_and_the_new_come_first(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"], All=["ann"])
    document = json.loads(importing(directory, base_url, "--json").stdout)
    found = [(candidate["userName"], candidate["status"], candidate["person"]) for candidate in document["candidates"]]
    assert found == [("ben@example.com", "new", None), ("ann@example.com", "imported", "ann"), ("cleo@example.com", "suspended", None)]
    only = json.loads(importing(directory, base_url, "--json", "--new-only").stdout)["candidates"]
    assert [candidate["userName"] for candidate in only] == ["ben@example.com"]
    assert "1 new; import them with" in importing(directory, base_url).stdout


def test_r37_new_people_are_written_into_the_directory_and_what_to_bind_is_said(base_url: str, tmp_path: Path) -> None:
    directory, output = write(tmp_path / "d.json", ["ann"], All=["ann"]), tmp_path / "imported.json"
    before = directory.read_bytes()
    shown = importing(directory, base_url, "--all-new", "--output", str(output))
    assert shown.returncode == 0 and "bound to the application" in shown.stdout and "ben@example.com: heap-" in shown.stdout
    assert directory.read_bytes() == before and output.stat().st_mode & 0o077 == 0
    users = json.loads(output.read_text())["users"]
    assert [(user["id"], user["userName"]) for user in users[:1]] == [("ann", "ann@example.com")]
    assert users[1]["userName"] == users[1]["email"] == "ben@example.com" and users[1]["givenName"] == "Ben"
    # The directory that has them is one that can be used, and now they are imported.
    again = json.loads(importing(output, base_url, "--json").stdout)
    assert {candidate["userName"]: candidate["status"] for candidate in again["candidates"]}["ben@example.com"] == "imported"
    assert importing(output, base_url, "--all-new", "--output", str(tmp_path / "nobody.json")).returncode == 0
    assert not (tmp_path / "nobody.json").exists()


@pytest.mark.parametrize(("people", "mode"), [(99, "live"), (100, "job")])
def test_r36_fewer_than_100_come_live_and_the_end_of_a_job_is_announced(people: int, mode: str, tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(people)]
    empty, output = write(tmp_path / "d.json", []), tmp_path / "imported.json"
    with served() as base_url:
        assert apply(write(tmp_path / "heap.json", names, All=names), base_url).returncode == 0
        document = json.loads(importing(empty, base_url, "--all-new", "--output", str(output), "--json").stdout)
        shown = importing(empty, base_url, "--all-new", "--output", str(output))
    assert (document["outcome"], document["mode"], len(document["results"])) == ("imported", mode, people)
    assert (document["announcement"] is None) == (mode == "live")
    assert len(shown.stdout.splitlines()) == (people + 3 if mode == "live" else 3)


def test_an_import_that_cannot_be_is_refused(base_url: str, tmp_path: Path) -> None:
    directory, output = write(tmp_path / "d.json", ["ann"], All=["ann"]), tmp_path / "o.json"
    accounts = {it["userName"]: it["account"] for it in json.loads(importing(directory, base_url, "--json").stdout)["candidates"]}
    for words, said in [
        (["--select", accounts["cleo@example.com"], "--output", str(output)], "suspended"),
        (["--select", accounts["ann@example.com"], "--output", str(output)], "imported already"),
        (["--select", "nobody", "--output", str(output)], "has no account"),
        (["--all-new"], "give both"),
        (["--output", str(output)], "give both"),
    ]:
        ended = importing(directory, base_url, *words)
        assert ended.returncode == 2 and said in ended.stderr and not output.exists()
    assert importing(directory, base_url.replace("demo", "other")).returncode == 3


def rotate(base_url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return command("token", "rotate", "--base-url", base_url, *words)


def test_r19_a_new_token_is_stored_only_once_it_is_verified(base_url: str, tmp_path: Path) -> None:
    kept, new, state = tmp_path / "token", tmp_path / "new", tmp_path / "d.state"
    assert apply(write(tmp_path / "d.json", ["ann", "ben"], All=["ann", "ben"]), base_url).returncode == 0
    kept.write_text("the-old-one\n")
    new.write_text("a-wrong-one\n")
    words = ["--new-token-file", str(new), "--token-file", str(kept), "--state", str(state)]
    refused = rotate(base_url, *words)
    assert refused.returncode == 3 and "token" in refused.stderr
    assert kept.read_text() == "the-old-one\n"
    new.write_text(TOKEN)
    document = json.loads(rotate(base_url, *words, "--json").stdout)
    assert (document["outcome"], document["stored"], document["left_over"]) == ("verified", str(kept), [])
    assert kept.read_text() == f"{TOKEN}\n" and kept.stat().st_mode & 0o077 == 0
    events = [json.loads(line) for line in command("events", "--state", str(state)).stdout.splitlines()]
    told = [(event["event_type"], event["error_message"] is None) for event in events if event["event_type"] == "idm_integration_reauth"]
    assert told == [("idm_integration_reauth", False), ("idm_integration_reauth", True)]
    for shown in [refused.stdout, refused.stderr, json.dumps(document), json.dumps(events)]:
        assert TOKEN not in shown and "a-wrong-one" not in shown


def test_a_token_that_is_only_tried_is_stored_nowhere(base_url: str) -> None:
    shown = rotate(base_url, "--new-token-env", TOKEN_ENV, "--read-only")
    assert (shown.returncode, shown.stderr) == (0, "") and "stored nowhere" in shown.stdout
    assert rotate(base_url).returncode == 2
    assert rotate("http://127.0.0.1:9/scim/v2/demo", "--new-token-env", TOKEN_ENV).returncode == 3


def test_the_doctor_finds_nothing_wrong_with_a_set_up_that_works(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann", "ben"], All=["ann", "ben"])
    words = ["--heap-id", "1234567890", "--heap-id-at-heap", "1234567890", "--base-url", base_url, "--token-env", TOKEN_ENV]
    healthy = command("doctor", str(directory), *words, "--json")
    document = json.loads(healthy.stdout)
    errors = [finding for finding in document["findings"] if finding["severity"] == "error"]
    assert (healthy.returncode, document["outcome"], errors) == (0, "healthy", []), healthy.stderr


def test_the_doctor_says_what_is_wrong_and_what_to_do(base_url: str, tmp_path: Path) -> None:
    directory = write(tmp_path / "d.json", ["ann"])
    (tmp_path / "t").write_text("a-wrong-one")
    other = str(KEYS / "rsa2048-other.cert.pem")
    words = ["--heap-id", "1234567890", "--heap-id-at-heap", "99", "--certificate", CERTIFICATE, "--heap-certificate", other]
    sick = command("doctor", str(directory), *words, "--base-url", base_url, "--token-file", str(tmp_path / "t"), "--json")
    codes = {finding["code"] for finding in json.loads(sick.stdout)["findings"]}
    assert sick.returncode == 3 and "a-wrong-one" not in sick.stdout + sick.stderr
    wanted = {"doctor.sso.acs_url", "doctor.certificate.other_key", "doctor.access.no_group_bound"}
    assert wanted <= codes and {"doctor.scim.token_refused", "doctor.scim.verification"} & codes
    told = command("doctor", str(directory), *words)
    assert told.returncode == 3 and "doctor.sso.acs_url" in told.stdout
    assert command("doctor", "--base-url", base_url, "--token-env", TOKEN_ENV).returncode == 2
