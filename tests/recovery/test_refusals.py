"""A call that the system refuses fails the operation as a whole, or it is done all the same."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.recovery.refusals import CHANGING
from tests.recovery.refused import Stage
from tests.recovery.stories import STORIES

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty folder, in memory where that can be had: thousands of small files come and go."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder).resolve()


@pytest.mark.parametrize("name", STORIES)
def test_a_refused_change_undoes_the_operation_or_it_is_done(name: str, home: Path) -> None:
    """Faults 2 and 3: a full disk loses nothing and leaves nothing half done."""
    tried = 0
    for point in Stage(STORIES[name], home).points(CHANGING, len(name)):
        assert point.wrong == [], point
        tried += 1
    assert tried > 5


@pytest.mark.parametrize("name", STORIES)
def test_a_disk_that_stays_broken_loses_nothing(name: str, home: Path) -> None:
    """From some call on nothing can be changed any more; once it can, all is as it should be."""
    for point in Stage(STORIES[name], home).broken_from(errno.EROFS):
        assert point.wrong == [], point
