"""Editors that save while a commit is being undone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.recovery.picture import describe, litter
from tests.recovery.stories import book, commit, do, doc, write
from tests.recovery.strikes import watched

from redraft.domain.root import Root


def _atomically(target: Path) -> None:
    target.with_name("a.md~").write_bytes(doc("theirs!"))
    target.with_name("a.md~").replace(target)


def _in_place(target: Path) -> None:
    target.write_bytes(doc("theirs!"))


@pytest.mark.parametrize("paths", [None, ["a.md", "part"]], ids=["whole", "part"])
@pytest.mark.parametrize("save", [_atomically, _in_place])
def test_a_save_at_any_moment_of_an_undo_is_left_and_the_undo_goes_on(
    save: Callable[[Path], None], paths: list[str] | None, tmp_path: Path
) -> None:
    """The file that was saved stays and is reported, as if it had been saved before the undo."""
    seen = {"kept": 0, "restored": 0}
    for moment in range(1, 1000):
        place = tmp_path / str(moment)
        place.mkdir()
        outcome = _undo_with_a_save(place, moment, save, paths)
        if outcome is None:
            break
        seen[outcome] += 1
    assert min(seen.values()) > 3, seen


def _undo_with_a_save(
    place: Path, moment: int, save: Callable[[Path], None], paths: list[str] | None
) -> str | None:
    book(place)
    target, left = place / "a.md", moment
    os.utime(target, ns=(10**18, 10**18))

    def strike(name: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            save(target)

    with Root.open(str(place)) as root:
        with watched(lambda name: None):
            do(root, "session start", name="draft")
            for name in ("a.md", "lines.md", "part/b.md"):
                write(root, name, "mine")
            if paths is None:
                commit(root)
            else:
                do(root, "session commit", force=True, paths=paths)
        with watched(strike):
            undone = do(root, "session undo")
    assert litter(place) == []
    assert (place / "part/b.md").read_bytes() == doc("b")
    if left > 0:
        return None
    shown = describe(place)
    kept = [each.path for each in undone.kept]
    assert shown["global"]["a.md"] == doc("theirs!")
    assert shown["sessions"]["draft"]["shows"]["part/b.md"] == doc("mine")
    assert shown["sessions"]["draft"]["shows"]["lines.md"] == doc("mine")
    if kept:
        assert kept == ["a.md"]
        return "kept"
    assert "a.md" in undone.restored
    assert shown["sessions"]["draft"]["shows"]["a.md"] == doc("mine")
    return "restored"
