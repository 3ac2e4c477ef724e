"""Permission bits that really forbid: told by a user to whom they apply."""

from __future__ import annotations

import os
from collections.abc import Callable
from errno import EACCES
from pathlib import Path

import pytest
from tests.recovery.picture import describe
from tests.recovery.stories import book, commit, do, doc, everything
from tests.recovery.strikes import in_child

from redraft.domain.root import Root

_NOBODY = 65534
_HOME = ".workflow/draft"


def _as_somebody(path: Path, act: Callable[[Root], object]) -> None:
    """Act as a user who is not root, in a process of its own."""

    def tell() -> None:
        if os.getuid() == 0:
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
        with Root.open(str(path)) as root:
            act(root)

    assert in_child(tell, path.parent / "error") == 0


def _refused(act: Callable[[Root], object]) -> Callable[[Root], None]:
    def try_it(root: Root) -> None:
        with pytest.raises(OSError) as caught:
            act(root)
        assert caught.value.errno == EACCES

    return try_it


def _prepared(home: Path) -> Path:
    path = home / "book"
    path.mkdir()
    book(path)
    with Root.open(str(path)) as root:
        do(root, "session start", name="draft")
        everything(root)
    for parent, _, files in os.walk(home):
        for place in (parent, *(os.path.join(parent, name) for name in files)):
            if os.getuid() == 0:
                os.chown(place, _NOBODY, _NOBODY)
    return path


@pytest.mark.parametrize(
    ("closed", "asked"),
    [
        (f"{_HOME}/files/a.md", ("read", {"path": "a.md"})),
        (f"{_HOME}/files", ("read", {"path": "a.md"})),
        (f"{_HOME}/deleted", ("read", {"path": "gone.md"})),
        (f"{_HOME}/workflow-session.json", ("session status", {})),
        (f"{_HOME}/workflow-session.json", ("session phase", {"phase": "REVIEW"})),
        (f"{_HOME}/human-retries/a.md/retry-1.json", ("retry list", {"file_path": "a.md"})),
        (".workflow", ("write", {"path": "a.md", "content": "doc:b"})),
    ],
    ids=str,
)
def test_what_may_not_be_read_is_an_error_and_stays(
    closed: str, asked: tuple[str, dict[str, object]], home: Path
) -> None:
    """Fault 13: it is never global's text, never "no session", and is not made anew."""
    path = _prepared(home)
    before, bits = describe(path), (path / closed).stat().st_mode
    (path / closed).chmod(0)
    verb, arguments = asked
    _as_somebody(path, _refused(lambda root: do(root, verb, **arguments)))
    (path / closed).chmod(bits)
    assert describe(path) == before


@pytest.mark.parametrize("closed", [".", "part", f"{_HOME}", ".workflow"])
def test_where_one_may_not_write_a_commit_is_refused_whole(closed: str, home: Path) -> None:
    """Fault 3: a document that cannot be replaced stops all of it."""
    path = _prepared(home)
    before, bits = describe(path), (path / closed).stat().st_mode
    (path / closed).chmod(0o555)
    _as_somebody(path, _refused(commit))
    (path / closed).chmod(bits)
    assert describe(path) == before
    _as_somebody(path, commit)
    assert (path / "a.md").read_bytes() == doc("a1")
