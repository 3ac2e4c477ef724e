"""Hundreds of markers, some of which are folders, links and pipes."""

from __future__ import annotations

from pathlib import Path

from tests.malice.crowds import crowd


def test_a_crowd_of_markers_leaves_the_real_one(tmp_path: Path) -> None:
    """Fault 15, as a stranger would have it: every marker but one is of nobody."""
    assert crowd(tmp_path / "book", 900).failures == []
