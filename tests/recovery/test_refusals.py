"""A call that the system refuses fails the operation as a whole, or it is done all the same."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from tests.recovery.questions import LOOKS, MORE, QUESTIONS
from tests.recovery.refusals import CHANGING, READING
from tests.recovery.refused import Stage
from tests.recovery.stories import STORIES

ALL = STORIES | MORE


@pytest.mark.parametrize("name", ALL)
def test_a_refused_change_undoes_the_operation_or_it_is_done(name: str, home: Path) -> None:
    """Faults 2 and 3: a full disk loses nothing and leaves nothing half done."""
    tried = 0
    for point in Stage(ALL[name], home).points(CHANGING, len(name)):
        assert point.wrong == [], point
        tried += 1
    assert tried > 5


@pytest.mark.parametrize("name", STORIES)
def test_a_disk_that_stays_broken_loses_nothing(name: str, home: Path) -> None:
    """From some call on nothing can be changed any more; once it can, all is as it should be."""
    for point in Stage(STORIES[name], home).broken_from(errno.EROFS, step=3):
        assert point.wrong == [], point


@pytest.mark.parametrize("name", ["second write", "delete a folder", "retry", "commit", "switch"])
def test_what_cannot_be_read_fails_the_operation_or_it_is_done(name: str, home: Path) -> None:
    """Nothing that cannot be looked at is taken for missing, for empty or for what it should be."""
    for point in Stage(STORIES[name], home).points(READING, len(name)):
        assert point.wrong == [], point


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_right_or_not_at_all(name: str, home: Path) -> None:
    """Fault 13: a marker, a copy or metadata that cannot be read never shows as none."""
    for point in Stage(QUESTIONS[name], home, servers=True, asks=True).points(READING, len(name)):
        assert point.wrong == [], point


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_that_fails_changes_nothing(name: str, home: Path) -> None:
    """What an agent wrote past the session is not forgotten because a look at it failed."""
    for point in Stage(LOOKS[name], home).points(READING, len(name)):
        assert point.wrong == [], point


def test_what_is_done_is_told_as_an_error_if_its_answer_cannot_be_read(home: Path) -> None:
    """A status tells then how things stand: the operation is done, and whole."""
    points = Stage(STORIES["switch"], home).points(READING, 0)
    untold = [point for point in points if point.untold]
    assert {point.answer.code for point in untold} == {"io_error"}
    assert [point.wrong for point in untold if point.wrong] == []
