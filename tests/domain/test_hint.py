"""The hint: it saves the first scan of a large folder, and is never believed unseen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from redraft.domain import hint, layout, marker
from redraft.domain.root import Root

OLD_NS = 1_600_000_000_123_456_789


class Shelf:
    """A root with so many sessions that a hint is worth it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.workflow = path / layout.WORKFLOW
        for number in range(hint.WORTH_FROM):
            (self.workflow / f"s{number}").mkdir(parents=True)
        (path / layout.HINT).touch()  # so that writing it leaves the folder's time alone
        self.settle()

    def settle(self) -> None:
        """Give the folder a time that lies long ago, always the same."""
        os.utime(self.workflow, ns=(OLD_NS, OLD_NS))

    def mark(self, name: str) -> None:
        for place in self.workflow.glob(".active-*"):
            place.unlink()
        if name:
            (self.workflow / f"{layout.MARKER}{name}").touch()
        self.settle()

    def cold(self) -> str | None:
        """What a new process sees."""
        with Root.open(str(self.path)) as root:
            return marker.active(root)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def no_scan(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Looks may not scan while the fixture's context lasts."""
    with monkeypatch.context() as patch:
        yield patch


def forbid_scans(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(marker, "_scan", lambda _: pytest.fail("the hint did not save the scan"))


@pytest.mark.parametrize("name", ["s7", ""])
def test_the_next_process_needs_no_scan(
    shelf: Shelf, name: str, no_scan: pytest.MonkeyPatch
) -> None:
    shelf.mark(name)
    assert shelf.cold() == (name or None)
    forbid_scans(no_scan)
    assert shelf.cold() == (name or None)


def test_a_hint_of_another_time_is_not_believed(shelf: Shelf) -> None:
    shelf.mark("s7")
    shelf.cold()
    (shelf.workflow / ".active-s7").rename(shelf.workflow / ".active-s8")
    assert shelf.cold() == "s8"


def test_a_hint_of_a_marker_that_is_gone_is_not_believed(shelf: Shelf) -> None:
    """Even where somebody sets the folder's time back."""
    shelf.mark("s7")
    shelf.cold()
    shelf.mark("")
    assert shelf.cold() is None


def test_a_hint_of_a_session_that_is_gone_is_not_believed(shelf: Shelf) -> None:
    shelf.mark("s7")
    shelf.cold()
    (shelf.workflow / "s7").rmdir()
    shelf.settle()
    assert shelf.cold() is None


@pytest.mark.parametrize("text", ["", "1 2", "x y z\n", "1 2 ../x\n"])
def test_a_torn_or_foreign_hint_counts_as_none(shelf: Shelf, text: str) -> None:
    shelf.mark("s7")
    (shelf.path / layout.HINT).write_text(text)
    assert shelf.cold() == "s7"


def test_where_no_hint_can_be_written_each_process_scans(shelf: Shelf) -> None:
    (shelf.path / layout.HINT).unlink()
    (shelf.path / layout.HINT).mkdir()
    shelf.mark("s7")
    assert [shelf.cold(), shelf.cold()] == ["s7", "s7"]


def test_a_small_or_young_folder_gets_no_hint(shelf: Shelf) -> None:
    os.utime(shelf.workflow)
    shelf.cold()
    assert (shelf.path / layout.HINT).read_bytes() == b""
    for number in range(10):
        (shelf.workflow / f"s{number}").rmdir()
    shelf.settle()
    shelf.cold()
    assert (shelf.path / layout.HINT).read_bytes() == b""


def test_a_hint_of_another_time_or_folder_is_not_believed(shelf: Shelf) -> None:
    shelf.mark("s1")
    inode = shelf.workflow.stat().st_ino
    (shelf.path / layout.HINT).write_text(f"{inode} {OLD_NS} s1\n")
    with Root.open(str(shelf.path)) as root:
        assert hint.recall(root, (inode, OLD_NS)) == (True, "s1")
        assert hint.recall(root, (inode, OLD_NS + 1)) == (False, None)
        assert hint.recall(root, (inode + 1, OLD_NS)) == (False, None)
