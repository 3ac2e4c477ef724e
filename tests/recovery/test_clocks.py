"""The time of day orders names for people; nothing may depend on its going on."""

from __future__ import annotations

from pathlib import Path

from tests.recovery.clocks import tell_all
from tests.recovery.stories import STORIES


def test_whatever_the_clock_shows_the_outcome_is_the_same(home: Path) -> None:
    """Retries' numbers, checkpoints, names in archive and trash, drift, and the order of undos."""
    for told in tell_all(home, list(STORIES)[::4]):
        assert told.wrong == []
