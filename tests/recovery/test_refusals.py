"""A call that the system refuses fails the operation as a whole, or it is done all the same."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from tests.recovery.refusals import CHANGING
from tests.recovery.refused import Stage
from tests.recovery.stories import STORIES


@pytest.mark.parametrize("name", STORIES)
def test_a_refused_change_undoes_the_operation_or_it_is_done(name: str, tmp_path: Path) -> None:
    """Faults 2 and 3: a full disk loses nothing and leaves nothing half done."""
    tried = 0
    for point in Stage(STORIES[name], tmp_path).points(CHANGING, len(name)):
        assert point.wrong == [], point
        tried += 1
    assert tried > 5


@pytest.mark.parametrize("name", STORIES)
def test_a_disk_that_stays_broken_loses_nothing(name: str, tmp_path: Path) -> None:
    """From some call on nothing can be changed any more; once it can, all is as it should be."""
    for point in Stage(STORIES[name], tmp_path).broken_from(errno.EROFS):
        assert point.wrong == [], point
