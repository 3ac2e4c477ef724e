"""A call that the system refuses fails the operation as a whole, or does not matter to it."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import pytest
from tests.recovery.picture import describe, difference, litter, versions
from tests.recovery.stories import STORIES, Story, book, do
from tests.recovery.strikes import Failing, watched

from redraft.commands import dispatch
from redraft.commands.requests import Request
from redraft.commands.roots import Roots
from redraft.commands.table import BY_VERB
from redraft.domain.root import Root
from redraft.errors import RedraftError

CODES = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS, errno.EMFILE)
STRUCK = (
    "first write",
    "second write",
    "write of a new document",
    "rename a file",
    "rename a folder",
    "delete a folder",
    "retry",
    "restore",
    "commit with a merge",
    "commit of paths",
    "undo of a commit",
    "cancel",
    "undo of a cancel",
    "start",
    "name a temporary session",
)


def _run(story: Story, path: Path, failing: Failing | None) -> str | None:
    """Tell a story whose calls may fail; the code of its error, or None if it was done."""
    path.mkdir()
    book(path)
    with Root.open(str(path)) as root:
        with watched(lambda name: None):
            story.before(root)
        try:
            with watched(failing or (lambda name: None), flushes=failing is not None):
                story.act(root)
        except OSError as error:
            assert error.errno == (failing.code if failing else 0)  # noqa: PT017 - it may also succeed
            return "io_error"
        except RedraftError as error:
            return error.code
    return None


@pytest.mark.slow
@pytest.mark.parametrize("name", STRUCK)
def test_a_refused_call_undoes_the_operation_or_does_not_matter(name: str, tmp_path: Path) -> None:
    """Faults 2 and 3: a full disk loses nothing and leaves nothing half done."""
    story = STORIES[name]
    _run(story._replace(act=lambda root: None), tmp_path / "old", None)
    assert _run(story, tmp_path / "new", None) is None
    old, new = describe(tmp_path / "old"), describe(tmp_path / "new")
    kept = versions(tmp_path / "old") & versions(tmp_path / "new")
    number = 1
    while True:
        failing = Failing(number, CODES[number % len(CODES)])
        path = tmp_path / str(number)
        code = _run(story, path, failing)
        if failing.struck is None:
            break
        where = f"{name}: call {number} ({failing.struck}) refused, answer {code}"
        found = describe(path)
        states = [new] if code is None else [old, new]
        assert found in states, f"{where}: {[difference(found, state) for state in states]}"
        assert kept <= versions(path), where
        assert litter(path) == [], where
        with Root.open(str(path)) as root:
            do(root, "session start", name="after")
            do(root, "write", path="a.md", content="doc:after")
            do(root, "session commit", force=True)
        number += 1
    assert number > 5


@pytest.mark.parametrize("name", ["first write", "rename a folder", "commit", "cancel"])
def test_a_disk_that_stays_broken_loses_nothing(name: str, tmp_path: Path) -> None:
    """From some call on nothing can be changed any more; once it can, all is as it should be."""
    story = STORIES[name]
    _run(story._replace(act=lambda root: None), tmp_path / "old", None)
    _run(story, tmp_path / "new", None)
    states = [describe(tmp_path / "old"), describe(tmp_path / "new")]
    number = 1
    while True:
        failing = Failing(number, errno.EROFS, lasting=True)
        path = tmp_path / str(number)
        code = _run(story, path, failing)
        if failing.struck is None:
            break
        assert code in ("io_error", None)
        with Root.open(str(path)) as root:
            do(root, "doctor")
        found = describe(path)
        where = f"{name}: refused from call {number} ({failing.struck}) on"
        assert found in states, f"{where}: {[difference(found, state) for state in states]}"
        assert litter(path) == [], where
        number += 1


def test_a_refused_call_is_reported_with_its_path_and_number(tmp_path: Path) -> None:
    """Every face gets an ``io_error`` rather than a bare OSError."""
    book(tmp_path)
    roots = Roots([str(tmp_path)])
    try:
        request: Request = dispatch.validate(BY_VERB["session start"], {"name": "draft"})
        with watched(Failing(4, errno.ENOSPC)), pytest.raises(RedraftError) as caught:
            dispatch.execute(BY_VERB["session start"], request, roots)
        assert (caught.value.code, caught.value.data["errno"]) == ("io_error", errno.ENOSPC)
    finally:
        roots.close()


@pytest.mark.parametrize("name", STORIES)
def test_no_operation_leaks_a_descriptor(name: str, tmp_path: Path) -> None:
    """A server that lives for weeks would run out of them."""
    story = STORIES[name]
    book(tmp_path)
    before = os.listdir("/proc/self/fd")
    with Root.open(str(tmp_path)) as root, watched(lambda name: None):
        story.before(root)
        with root.hold("nothing"):
            root.settle()
        held = os.listdir("/proc/self/fd")
        story.act(root)
        with watched(Failing(9, errno.EMFILE)), contextlib.suppress(OSError, RedraftError):
            do(root, "session start", name="failing")
        do(root, "session list", completed=True, trash=True)
        assert os.listdir("/proc/self/fd") == held
    assert os.listdir("/proc/self/fd") == before
