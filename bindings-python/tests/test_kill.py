"""`apply` may be killed at any moment: started again, it goes on, and ends with 0 differences."""

from pathlib import Path

import pytest

from killing import kill
from serving import TOKEN, served


@pytest.mark.timeout(900)
def test_d12_apply_is_killed_fifty_times_and_ends_with_no_difference(tmp_path: Path) -> None:
    with served("--db", str(tmp_path / "tenant.sqlite")) as base_url:
        print(kill(tmp_path, base_url, TOKEN, kills=50, people=60, seed=1))
