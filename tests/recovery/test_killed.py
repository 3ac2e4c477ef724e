"""Killed before any call that changes the disk, the next command finds the old state or the new.

Every third point here, each with another next command in turn. The whole matrix, every point with
every next command, is ``make proof PART=kills``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.recovery.killing import Matrix
from tests.recovery.stories import CONTINUED, STORIES

ALL = STORIES | CONTINUED


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_a_killed_operation_is_found_undone_or_done(name: str, tmp_path: Path) -> None:
    """Faults 2, 3, 4, 6 and 23: nothing is lost, nothing is half done, nothing is left lying."""
    outcome = Matrix(ALL[name], tmp_path).strike(every_next=False, step=3)
    assert outcome.failures == []
    assert outcome.points > 1
    assert outcome.undone + outcome.done == outcome.tries


@pytest.mark.parametrize("name", ["commit with a merge", "rename a folder", "undo of a commit"])
def test_without_renameat2_it_is_the_same(name: str, tmp_path: Path) -> None:
    """Other systems, and file systems that refuse its flags, exchange by links and renames."""
    outcome = Matrix(STORIES[name], tmp_path, without_renameat2=True).strike(every_next=False)
    assert outcome.failures == []
    assert outcome.points > 1
