"""Small files published whole, staged files put in place, and many files flushed at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from redraft.disk import calls, durable
from redraft.disk.durable import flush_files, flush_folders, place, publish
from redraft.disk.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """An empty folder."""
    with Folder.open(str(tmp_path)) as opened:
        yield opened


def test_a_file_is_replaced_as_a_whole_and_leaves_nothing_beside(folder: Folder) -> None:
    for data in (b"one", b"two"):
        Path(folder.path, "via").write_text("left by a death")
        publish(folder, "name", data, via="via", flush=True)
        assert (folder.read("name"), folder.names()) == (data, ["name"])


def test_a_file_that_cannot_be_replaced_leaves_nothing_beside(folder: Folder) -> None:
    folder.make("name/inner")
    with pytest.raises(OSError, match="directory"):
        publish(folder, "name", b"one", via="via", flush=False)
    assert folder.names() == ["name"]


def test_a_staged_file_comes_with_its_parents_in_one_step(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees a folder that is empty because its document is not there yet."""
    folder.make("files")
    Path(folder.path, "via").write_bytes(b"1")
    seen: list[list[str]] = []
    rename = calls.rename

    def watch(*args: int | str | None) -> None:
        seen.append(sorted(p.name for p in Path(folder.path, "files").rglob("*")))
        rename(*args)  # type: ignore[arg-type]  # passed on as they come

    monkeypatch.setattr(calls, "rename", watch)
    place(folder, "via", "files/a/b/c.md")
    assert seen == [[]]
    assert folder.read("files/a/b/c.md") == b"1"
    Path(folder.path, "via").write_bytes(b"2")
    place(folder, "via", "files/a/b/c.md")
    assert folder.read("files/a/b/c.md") == b"2"
    assert sorted(folder.names()) == ["files"]


def test_a_folder_that_appears_meanwhile_is_used(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.make("files")
    Path(folder.path, "via").write_bytes(b"1")
    move = Folder.move

    def late(self: Folder, name: str, to: Folder, to_name: str) -> None:
        folder.make("files/a")
        Path(folder.path, "files/a/theirs.md").write_bytes(b"2")
        move(self, name, to, to_name)

    monkeypatch.setattr(Folder, "move", late)
    place(folder, "via", "files/a/b.md")
    assert (folder.read("files/a/b.md"), folder.read("files/a/theirs.md")) == (b"1", b"2")
    assert folder.names() == ["files"]


def test_missing_parents_at_the_top_are_made_too(folder: Folder) -> None:
    Path(folder.path, "via").write_bytes(b"1")
    place(folder, "via", "a/b.md")
    assert folder.read("a/b.md") == b"1"


@pytest.mark.parametrize("count", [3, durable.SYNCFS_FROM])
@pytest.mark.parametrize("whole", [True, False])
def test_all_files_and_folders_are_flushed(
    folder: Folder, count: int, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    """One by one, or with the whole file system where that is cheaper and to be had."""
    flushed: set[int] = set()
    monkeypatch.setattr(calls, "flush", lambda fd: flushed.add(os.fstat(fd).st_ino))
    if not whole:
        monkeypatch.setattr(durable, "_sync_file_system", lambda _: False)
    names = [f"f{number}/{number}" for number in range(count)]
    for name in names:
        folder.make(name.partition("/")[0])
        Path(folder.path, name).touch()
    flush_files(folder, names)
    flush_folders(folder, [*(name.partition("/")[0] for name in names), "gone", "f0/0"])
    expected = {Path(folder.path, n).stat().st_ino for n in names}
    expected |= {Path(folder.path, n).parent.stat().st_ino for n in names}
    assert flushed == (set() if whole and count >= durable.SYNCFS_FROM else expected)


def test_a_file_that_is_gone_cannot_be_flushed(folder: Folder) -> None:
    with pytest.raises(FileNotFoundError):
        flush_files(folder, ["gone"])
