"""What the package's README shows runs."""

import re
import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest

from conftest import ACS, HEAP, KEYS
from heap_identity import IdentityProvider

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=["verify", "provision"])
def test_a_block_of_the_readme_runs(
    block: str,
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
    assert "ann@example.com" in capsys.readouterr().out
