"""Not imagined refusals but real ones: a small disk that is full, read-only, out of inodes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.recovery.bad_days import DAYS, live_all, may_mount


@pytest.mark.slow
@pytest.mark.parametrize("matter", DAYS)
def test_on_a_bad_day_nothing_is_half_done(matter: str, tmp_path: Path) -> None:
    """Faults 2 and 3: a full disk truncates nothing and loses nothing."""
    assert may_mount(), (
        "this system lets nobody mount: run the tests as root, or allow user namespaces"
    )
    for day in live_all(tmp_path / "disk", [matter], ["second write", "commit", "rename a folder"]):
        assert day.wrong == []
        assert day.refused > 0
