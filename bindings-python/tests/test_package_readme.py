"""What the package's README shows runs."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from conftest import ACS, HEAP, KEYS
from heap_identity import Done, IdentityProvider
from held_back import held_back
from serving import TOKEN, environment, served, write

README = Path(__file__).parents[1] / "README.md"
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


PROGRAM, TABLES, VERIFIED, PROVISIONED, SCIM, WALKED, SHOWN, FASTAPI, FLASK, DJANGO = BLOCKS


@pytest.mark.parametrize(
    ("block", "prints"),
    [(VERIFIED, "ann@example.com"), (PROVISIONED, "ann@example.com"), (SCIM, "True"), (WALKED, "doctor.scim.missing_at_heap")],
    ids=["verify", "provision", "scim", "walk"],
)
def test_a_block_of_the_readme_runs(
    block: str,
    prints: str,
    idp: IdentityProvider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The block finds `certificate.pem` and the `form` that a browser has just posted."""
    shutil.copy(KEYS / "rsa2048.cert.pem", tmp_path / "certificate.pem")
    monkeypatch.chdir(tmp_path)
    now = datetime.now(timezone.utc)
    form = idp.respond(subject="ann@example.com", audience=HEAP, acs_url=ACS, now=now).form_fields()
    exec(compile(block, "README.md", "exec"), {"__name__": "readme", "form": form})
    assert prints in capsys.readouterr().out


def test_the_tables_of_the_readme_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(TABLES, "README.md", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out == "[('left', 'g1', 'u2')]\n"


def test_the_page_of_a_plan_is_written_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, done = held_back()
    assert isinstance(done, Done) and done.reasons
    monkeypatch.chdir(tmp_path)
    exec(compile(SHOWN, "README.md", "exec"), {"__name__": "readme", "engine": engine, "done": done})
    page = tmp_path / "plan.html"
    assert page.stat().st_mode & 0o777 == 0o600
    text = page.read_text(encoding="utf-8")
    assert f"{done.reasons[0]}" in text and f"{done.digest}" in text


def test_the_applications_of_the_readme_ask_for_a_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    import sites
    from werkzeug.test import Client

    shutil.copy(KEYS / "rsa2048.cert.pem", tmp_path / "certificate.pem")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SESSION_SECRET", sites.SECRET)
    names: dict[str, Any] = {"__name__": "readme"}
    exec(compile(FASTAPI, "README.md", "exec"), names)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/me", "query_string": b"", "headers": [(b"accept", b"text/html")]}
    asyncio.run(names["app"](scope, None, send))
    assert sent[0]["status"] == 303 and dict(sent[0]["headers"])[b"location"].startswith(b"https://sso.jumpcloud.com/")
    exec(compile(FLASK, "README.md", "exec"), names)
    sites.configure_django()
    exec(compile(DJANGO, "README.md", "exec"), names)
    for application in (names["app"], names["application"]):
        asked = Client(application).get("/me", headers={"accept": "text/html"})
        assert asked.status_code == 303 and asked.headers["location"].startswith("https://sso.jumpcloud.com/")


@pytest.mark.parametrize("block", COMMANDS, ids=["demo", "main-job"])
def test_the_commands_of_the_readme_run(block: str, tmp_path: Path) -> None:
    """They find `directory.json`; what they leave running ends with them."""
    write(tmp_path / "directory.json", ["ann", "ben"], Analysts=["ann", "ben"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        script = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + block.replace("8080", str(probe.getsockname()[1]))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-eu", "-c", script], cwd=tmp_path, env={**environment(), "PATH": path}, capture_output=True, text=True, timeout=55
    )
    assert ended.returncode == 0, ended.stderr
    assert "let in" in ended.stdout or ("the tenant equals the directory" in ended.stdout and "user_create_provision" in ended.stdout)


def test_the_program_of_the_readme_provisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "directory.json", ["ann"], Analysts=["ann"])
    monkeypatch.chdir(tmp_path)
    with served() as base_url:
        monkeypatch.setenv("HEAP_BASE_URL", base_url)
        monkeypatch.setenv("HEAP_TOKEN", TOKEN)
        exec(compile(PROGRAM, "README.md", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out == "equal None 2\n"


# What a block finds there, as its text says.
FOUND = {
    VERIFIED: "form: dict[str, str] = {}\n",
    SHOWN: "from heap_identity import Done, Engine\ndef ended(engine: Engine, done: Done) -> None:\n",
    FLASK: "from heap_identity.web import SingleSignOn\ndef site(sso: SingleSignOn) -> None:\n",
    # Django has no types: what it gives is guessed.
    DJANGO: "# pyright: reportArgumentType=false\nfrom heap_identity.web import SingleSignOn\ndef site(sso: SingleSignOn) -> None:\n",
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("checker", [["mypy", "--strict", "--ignore-missing-imports"], ["pyright", "--pythonpath", sys.executable]],
                         ids=["mypy", "pyright"])
def test_the_examples_of_the_readme_are_typed(checker: list[str], tmp_path: Path) -> None:
    for number, block in enumerate(BLOCKS):
        found = FOUND.get(block, "")
        text = found + (textwrap.indent(block, "    ") if found.endswith(":\n") else block)
        (tmp_path / f"example_{number}.py").write_text(text, encoding="utf-8")
    rules = {"typeCheckingMode": "strict", "reportMissingTypeStubs": False, "reportUnusedVariable": False}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(rules), encoding="utf-8")
    checked = subprocess.run([sys.executable, "-m", *checker, "."], cwd=tmp_path, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
