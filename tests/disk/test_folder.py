"""An open folder follows no link, waits for no pipe, and leaks no descriptor."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from redraft.disk import beneath
from redraft.disk.folder import Folder


@pytest.fixture(params=["by handles", "openat2"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    """A folder with a document, links that lead out, a pipe, and an outside."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("secret")
    inside = tmp_path / "inside"
    (inside / "a/b").mkdir(parents=True)
    (inside / "a/b/c.md").write_text("c")
    (inside / "way-out").symlink_to("../outside")
    (inside / "file-out").symlink_to("../outside/secret")
    os.mkfifo(inside / "pipe")
    if request.param == "openat2":
        assert beneath.enable()
    before = os.listdir("/proc/self/fd")
    with Folder.open(str(inside)) as opened:
        yield opened
    beneath.disable()
    assert os.listdir("/proc/self/fd") == before


def test_names_are_seen_without_following_links(folder: Folder) -> None:
    assert folder.stat("nothing") is folder.stat("a/b/c.md/x") is None
    found = folder.stat("way-out")
    assert found is not None
    assert os.path.stat.S_ISLNK(found.st_mode)  # type: ignore[attr-defined]  # a module of os
    assert folder.read_link("file-out") == "../outside/secret"
    assert sorted(folder.names()) == ["a", "file-out", "pipe", "way-out"]
    assert sorted(entry.name for entry in folder.scan("a")) == ["b"]
    assert folder.scan("nothing") == folder.scan("a/b/c.md") == []
    assert list(folder.folders()) == ["a", "a/b"]


def test_a_walk_follows_no_link(folder: Folder) -> None:
    assert sorted(p for p, _ in folder.walk()) == ["a/b/c.md", "file-out", "pipe", "way-out"]
    assert [p for p, _ in folder.walk("a/b/c.md")] == ["a/b/c.md"]
    assert [p for p, _ in folder.walk("way-out")] == ["way-out"]
    assert list(folder.walk("nothing")) == []
    assert [p for p, _ in folder.walk("a")] == ["a/b/c.md"]


def test_a_walk_copes_with_what_goes_away(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    next(iter(folder.walk()))
    sub = Folder.sub

    def vanish(self: Folder, name: str, *, create: bool = False) -> Folder:
        if name == "b":
            raise FileNotFoundError
        return sub(self, name, create=create)

    monkeypatch.setattr(Folder, "sub", vanish)
    assert sorted(p for p, _ in folder.walk()) == ["file-out", "pipe", "way-out"]


def test_a_level_copes_with_what_goes_away(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    files, folders = folder.level("")
    assert (sorted(files), folders) == (["file-out", "pipe", "way-out"], {"a"})
    scandir = os.scandir

    @contextmanager
    def vanish(where: int | str) -> Iterator[list[os.DirEntry[str]]]:
        with scandir(where) as entries:
            found = list(entries)
        os.unlink(f"{folder.path}/pipe")
        yield found

    monkeypatch.setattr(os, "scandir", vanish)
    assert sorted(folder.level("")[0]) == ["file-out", "way-out"]
    monkeypatch.undo()
    assert folder.level("a/b/c.md") == folder.level("nothing") == ({}, set())


@pytest.mark.parametrize("name", ["way-out/secret", "file-out", "a", "pipe", "a/b/c.md/x", "gone"])
def test_only_a_regular_file_inside_can_be_opened(folder: Folder, name: str) -> None:
    """A pipe without a writer would keep a reader waiting for ever."""
    with pytest.raises(OSError, match=r"link|regular|directory|Not a|No such"):
        folder.open_file(name)


def test_a_file_is_read_whole_or_up_to_a_limit(folder: Folder) -> None:
    Path(folder.path, "f").write_bytes(b"12345")
    assert (folder.read("f"), folder.read("f", 2)) == (b"12345", b"12")


def test_nothing_is_made_or_moved_through_a_link(folder: Folder) -> None:
    outside = Path(folder.path).with_name("outside")
    for act in (
        lambda: folder.make("way-out/new"),
        lambda: folder.move("a/b/c.md", folder, "way-out/c.md"),
        lambda: folder.replace("a/b/c.md", folder, "way-out/secret"),
        lambda: folder.unlink("way-out/secret"),
        lambda: folder.flush("way-out"),
    ):
        try:
            done: object = act()
        except OSError:
            done = False
        assert not done
    assert [p.name for p in outside.iterdir()] == ["secret"]
    assert folder.read("a/b/c.md") == b"c"


def test_moving_and_replacing_make_parents(folder: Folder) -> None:
    folder.move("a/b/c.md", folder, "x/y/z.md")
    with pytest.raises(FileExistsError):
        folder.move("x/y/z.md", folder, "a")
    Path(folder.path, "new").write_text("new")
    folder.replace("new", folder, "x/y/z.md")
    assert folder.read("x/y/z.md") == b"new"
    assert folder.unlink("x/y/z.md")
    assert not folder.unlink("x/y/z.md")
    assert not folder.unlink("x/y/z.md/w")


def test_pruning_stops_at_what_is_not_empty(folder: Folder) -> None:
    folder.make("a/b/d/e")
    folder.prune("a/b/d/e/gone")
    assert folder.stat("a/b/d") is None
    assert folder.stat("a/b/c.md") is not None
    Path(folder.path, "pipe-less").mkdir()
    folder.prune("pipe-less/x/y")
    assert folder.stat("pipe-less") is None


def test_removing_a_tree_removes_links_and_not_what_they_lead_to(folder: Folder) -> None:
    for name in folder.names():
        folder.remove_tree(name)
    folder.remove_tree("nothing")
    assert folder.names() == []
    assert Path(folder.path).with_name("outside").joinpath("secret").read_text() == "secret"


def test_a_renamed_folder_stays_the_folder_that_was_meant(folder: Folder) -> None:
    with folder.sub("a") as inner:
        Path(folder.path, "a").rename(Path(folder.path, "moved"))
        Path(folder.path, "a").mkdir()
        inner.make("late")
        inner.flush()
        assert inner.status().st_ino == Path(folder.path, "moved").stat().st_ino
    assert Path(folder.path, "moved/late").is_dir()
    folder.flush()
    folder.flush("moved/late")


def test_a_folder_that_another_process_makes_meanwhile_is_fine(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redraft.disk import calls

    real = calls.mkdir

    def raced(handle: int | None, name: str, mode: int = 0o777) -> None:
        real(handle, name, mode)
        real(handle, name, mode)

    monkeypatch.setattr(calls, "mkdir", raced)
    folder.make("fresh")
    assert folder.scan("fresh") == []


@pytest.mark.parametrize("name", ["way-out", "a/b/c.md", "gone"])
def test_only_a_real_folder_can_be_opened(folder: Folder, name: str) -> None:
    with pytest.raises(OSError, match=r"link|directory|No such"):
        Folder.open(f"{folder.path}/{name}")


def test_closing_twice_is_harmless(folder: Folder) -> None:
    inner = folder.sub("a")
    inner.close()
    inner.close()
    assert inner.at("x") == f"{folder.path}/a/x"


def test_a_file_that_goes_away_during_a_look_is_passed_over(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    class Late:
        """Entries of a scan; one file is removed before anybody looks at it."""

        def __init__(self, handle: int) -> None:
            self.entries = scandir(handle)

        def __enter__(self) -> Late:
            return self

        def __exit__(self, *_: object) -> None:
            self.entries.close()

        def __iter__(self) -> Iterator[os.DirEntry[str]]:
            for entry in self.entries:
                if entry.name.startswith("late"):
                    os.unlink(f"{folder.path}/{entry.name}")
                yield entry

    monkeypatch.setattr(os, "scandir", Late)
    for look in (folder.walk, folder.scan):
        Path(folder.path, "late.md").write_text("late")
        list(look())
        assert folder.stat("late.md") is None


def test_a_folder_that_may_not_be_removed_stops_the_pruning(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redraft.disk import calls

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(calls, "rmdir", refuse)
    with pytest.raises(PermissionError):
        folder.prune("a/b")
