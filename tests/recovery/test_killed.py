"""Killed before any call that changes the disk, the next command finds the old state or the new."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import picture
from tests.recovery.picture import (
    describe,
    difference,
    is_there,
    listing,
    litter,
    markers,
    plain,
    versions,
)
from tests.recovery.stories import STORIES, Story, book, do
from tests.recovery.strikes import die_at, in_child, watched

from redraft.domain import layout, marker
from redraft.domain.root import Root
from redraft.domain.view import View
from redraft.errors import RedraftError


def _read_everything(root: Root) -> None:
    for name in (None, *root.sessions()):
        with View.of(root, name) as view:
            for path, kind in view.walk():
                if kind == "file":
                    view.read(path)


def _resolve(root: Root) -> None:
    with View.of(root, marker.active(root)) as view:
        view.resolve("a.md")


NEXT: list[Callable[[Root], object]] = [
    lambda root: do(root, "session status"),
    lambda root: do(root, "session list"),
    _read_everything,
    lambda root: do(root, "doctor"),
    marker.active,
    _resolve,
    lambda root: do(root, "session start", name="another"),
    lambda root: do(root, "session checkpoint"),
]


def _prepare(story: Story, path: Path) -> None:
    path.mkdir()
    book(path)
    with Root.open(str(path)) as root, watched(lambda name: None):
        story.before(root)


def _tell(story: Story, before: Path, path: Path, number: int, **options: bool) -> bool:
    """Tell a story in a process that dies before its call of that number; whether it did."""

    def tell() -> None:
        with Root.open(str(path)) as root, watched(die_at(number), **options):
            story.act(root)

    if story.by_inode:
        _prepare(story, path)
    else:
        shutil.copytree(before, path, symlinks=True)
    code = in_child(tell, path.with_suffix(".txt"))
    assert code in (0, -9)
    return code == -9


def _next_command(path: Path, number: int) -> str | None:
    """Any next command; returns the session that it started, if it did."""
    with Root.open(str(path)) as root, watched(lambda name: None):
        try:
            NEXT[number % len(NEXT)](root)
        except RedraftError as error:
            assert error.code in ("no_active_session", "session_not_found"), error  # noqa: PT017 - it may also succeed
        return "another" if is_there(root, "another") else None


def _check_second_recovery(path: Path) -> None:
    before = listing(path)
    with Root.open(str(path)) as root, watched(lambda name: None):
        report = do(root, "doctor")
    assert (report.found, report.repaired, report.left) == ([], [], [])
    assert listing(path) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_a_killed_operation_is_found_undone_or_done(name: str, tmp_path: Path) -> None:
    """Faults 2, 3, 4, 6 and 23: nothing is lost, nothing is half done, nothing is left lying."""
    _strike_everywhere(name, STORIES[name], tmp_path)


@pytest.mark.parametrize("name", ["commit with a merge", "rename a folder", "undo of a commit"])
def test_without_renameat2_it_is_the_same(name: str, tmp_path: Path) -> None:
    """Other systems, and file systems that refuse its flags, exchange by links and renames."""
    _strike_everywhere(name, STORIES[name], tmp_path, without_renameat2=True)


def _strike_everywhere(name: str, story: Story, tmp_path: Path, **options: bool) -> None:
    _prepare(story, tmp_path / "old")
    assert not _tell(story, tmp_path / "old", tmp_path / "new", 1_000_000, **options)
    folder, old, new = (
        picture(tmp_path / "old"),
        describe(tmp_path / "old"),
        describe(tmp_path / "new"),
    )
    kept = [versions(tmp_path / "old"), versions(tmp_path / "new")]
    number = 1
    while _tell(story, tmp_path / "old", path := tmp_path / str(number), number, **options):
        started = _next_command(path, number)
        where = f"{name}, killed before call {number}"
        assert litter(path) == [], where
        found = describe(path)
        if started is not None:
            assert found["active"] == started, where
            del found["sessions"][started]
            found["active"] = None
        expected = _expected(old, new, started)
        assert found in expected, f"{where}: {[difference(found, one) for one in expected]}"
        there = versions(path)
        assert any(kept[i] <= there for i in (0, 1) if found == expected[i]), where
        assert there <= kept[0] | kept[1], where
        if not story.touches_global:
            assert picture(path) == folder, where
        told = path / layout.SESSION_LOCK
        if told.exists():
            name_told = json.loads(told.read_text())["active"]
            active = [name.removeprefix(layout.MARKER) for name in markers(path)]
            assert active == ([plain(name_told)] if name_told else []), where
        _check_second_recovery(path)
        number += 1
    assert number > 1


def _expected(old: dict, new: dict, started: str | None) -> list[dict]:  # type: ignore[type-arg]  # of anything
    return [state if started is None else {**state, "active": None} for state in (old, new)]
