"""What a refused call is reported as, and that nothing stays open."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import pytest
from tests.recovery.stories import STORIES, book, do
from tests.recovery.strikes import Failing, watched

from redraft.commands import dispatch
from redraft.commands.requests import Request
from redraft.commands.roots import Roots
from redraft.commands.table import BY_VERB
from redraft.domain.root import Root
from redraft.errors import RedraftError


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
