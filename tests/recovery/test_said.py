"""What the next command says and does about an operation that was cut short."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.recovery.killing import prepare
from tests.recovery.picture import describe, litter
from tests.recovery.stories import STORIES, do, doc
from tests.recovery.strikes import Failing, in_child, watched

from redraft.domain import layout
from redraft.domain.root import Root
from redraft.errors import RedraftError

DRAFT = layout.session_folder("draft")


def _killed(path: Path, story: str, when: Callable[[str], bool]) -> None:
    """Tell a story in a process that is killed before the first call of which this is true."""
    prepare(STORIES[story], path)

    def strike(name: str) -> None:
        if when(name):
            os.kill(os.getpid(), signal.SIGKILL)

    def tell() -> None:
        with Root.open(str(path)) as root, watched(strike):
            STORIES[story].act(root)

    assert in_child(tell, path.with_suffix(".txt")) == -signal.SIGKILL


def _killed_commit(path: Path) -> None:
    """A commit that is killed before its first step."""
    journal = path / DRAFT / layout.JOURNAL
    _killed(path, "commit", lambda name: name == "renameat2" and journal.exists())


def _said(path: Path) -> list[str]:
    """The repairs that a command reports."""
    with Root.open(str(path)) as root:
        do(root, "session list")
        return root.take_repairs()


def test_the_next_command_says_what_it_finished_and_only_once(home: Path) -> None:
    path = home / "book"
    _killed_commit(path)
    assert _said(path) == ["Finished the interrupted commit of session 'draft'."]
    assert _said(path) == []
    assert (path / "a.md").read_bytes() == doc("a1")


def test_what_never_was_anything_goes_without_a_word(home: Path) -> None:
    path = home / "book"
    _killed(path, "second write", lambda name: name == "write, half done")
    assert litter(path) != []
    assert _said(path) == []
    assert litter(path) == []
    assert (path / DRAFT / "files/a.md").read_bytes() == doc("a1")


def test_what_cannot_be_cleared_up_is_told_and_done_by_the_next_command(home: Path) -> None:
    """The operation is done, and answers so, from its point of no return on."""
    story = STORIES["commit of paths"]
    prepare(story, home / "new")
    with Root.open(str(home / "new")) as root, watched(lambda name: None):
        story.act(root)
    new, told = describe(home / "new"), 0
    for number in count(1):
        path, failing = home / str(number), Failing(number, errno.EIO, lasting=True)
        prepare(story, path)
        with Root.open(str(path)) as root, watched(failing):
            try:
                story.act(root)
            except (OSError, RedraftError):
                continue
            said = root.take_repairs()
        if failing.struck is None:
            break
        if any(line.startswith("It is done, but could not be cleared up") for line in said):
            told += 1
        with Root.open(str(path)) as root:
            do(root, "session list")
        assert (describe(path), litter(path)) == (new, [])
    assert told > 0


def test_a_crashed_session_waits_for_a_person_and_is_recovered(home: Path) -> None:
    """What the journal needs is gone; once it is back the operation goes on to its end."""
    path = home / "book"
    _killed_commit(path)
    taken = path / "taken.md"
    (path / DRAFT / "files/a.md").rename(taken)
    with Root.open(str(path)) as root:
        rows = {row.name: row.status for row in do(root, "session list").sessions}
        assert rows["draft"] == "CRASHED"
        [left] = do(root, "session recover", session="draft").left
        assert left == f"draft: files it needs are missing ({DRAFT}/replaced/a.md)"
        taken.rename(path / DRAFT / "replaced/a.md")
        done = do(root, "session recover", session="draft")
        assert (len(done.repaired), done.left) == (1, [])
    assert (path / "a.md").read_bytes() == doc("a1")
    assert not (path / DRAFT).exists()
