"""Exchanging and renaming without replacing, with ``renameat2`` and without."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.recovery.strikes import watched

from redraft.disk import calls, exchange
from redraft.disk.folder import Folder


@pytest.fixture(params=["renameat2", "without"])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Folder]:
    """A folder with the files ``one`` and ``two``."""
    if request.param == "without":
        monkeypatch.setattr(exchange, "_renameat2", lambda *_: False)
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "two").write_bytes(b"2")
    with Folder.open(str(tmp_path)) as opened:
        yield opened


def content(folder: Folder) -> dict[str, bytes | None]:
    place = Path(folder.path)
    return {p.name: p.read_bytes() if p.is_file() else None for p in place.iterdir()}


def test_files_change_places(folder: Folder) -> None:
    exchange.exchange(folder, "one", folder, "two")
    assert content(folder) == {"one": b"2", "two": b"1"}


@pytest.mark.parametrize("without", [False, True])
def test_a_reader_of_the_target_finds_one_version_or_the_other_all_the_time(
    tmp_path: Path, *, without: bool
) -> None:
    (tmp_path / "copy").write_bytes(b"new")
    (tmp_path / "target").write_bytes(b"old")
    seen: list[bytes] = []

    def look(_: str) -> None:
        seen.append((tmp_path / "target").read_bytes())

    with Folder.open(str(tmp_path)) as folder, watched(look, without_renameat2=without):
        exchange.exchange(folder, "copy", folder, "target")
    look("afterwards")
    assert (seen[0], seen[-1]) == (b"old", b"new")
    assert set(seen) == {b"old", b"new"}
    assert len(seen) > (3 if without else 1)


def test_a_file_and_a_folder_change_places(folder: Folder) -> None:
    folder.make("room/inner")
    exchange.exchange(folder, "one", folder, "room")
    assert content(folder) == {"one": None, "room": b"1", "two": b"2"}
    assert folder.stat("one/inner") is not None
    exchange.exchange(folder, "one", folder, "two")
    assert content(folder) == {"one": b"2", "room": b"1", "two": None}
    assert folder.stat("two/inner") is not None


@pytest.mark.parametrize("pair", [("one", "nothing"), ("nothing", "two")])
def test_a_missing_side_moves_nothing(folder: Folder, pair: tuple[str, str]) -> None:
    with pytest.raises(FileNotFoundError):
        exchange.exchange(folder, pair[0], folder, pair[1])
    assert content(folder) == {"one": b"1", "two": b"2"}


def test_a_rename_replaces_nothing(folder: Folder) -> None:
    with pytest.raises(FileExistsError):
        exchange.rename_noreplace(folder, "one", folder, "two")
    assert content(folder) == {"one": b"1", "two": b"2"}
    exchange.rename_noreplace(folder, "one", folder, "three")
    assert content(folder) == {"three": b"1", "two": b"2"}


def test_a_folder_replaces_nothing(folder: Folder) -> None:
    folder.make("room")
    folder.make("other")
    with pytest.raises(FileExistsError):
        exchange.rename_noreplace(folder, "room", folder, "other")
    exchange.rename_noreplace(folder, "room", folder, "hall")
    assert sorted(content(folder)) == ["hall", "one", "other", "two"]


def test_a_name_that_is_no_unicode_is_carried(folder: Folder) -> None:
    name = os.fsdecode(b"caf\xe9")
    exchange.rename_noreplace(folder, "one", folder, name)
    assert folder.read(name) == b"1"


@pytest.mark.parametrize("died_after", [1, 2])
def test_an_exchange_of_files_that_died_is_finished_or_taken_back(
    tmp_path: Path, died_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_renameat2", lambda *_: False)
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "two").write_bytes(b"2")
    with Folder.open(str(tmp_path)) as folder:
        calls.link(folder.handle, "two", folder.handle, f"one{exchange.KEEP}")
        if died_after == 2:
            calls.rename(folder.handle, "one", folder.handle, "two")
        exchange.finish_exchange(folder, "one", folder, "two")
        done = {"one": b"2", "two": b"1"}
        assert content(folder) == (done if died_after == 2 else {"one": b"1", "two": b"2"})
        exchange.finish_exchange(folder, "one", folder, "two")
        exchange.exchange(folder, "one", folder, "two")


def test_an_exchange_with_a_folder_that_died_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / f"one{exchange.KEEP}").mkdir()
    with Folder.open(str(tmp_path)) as folder:
        exchange.finish_exchange(folder, "one", folder, "room")
        assert content(folder) == {"one": b"1", "room": None}


def test_a_refused_link_is_no_reason_to_replace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk fails the exchange; a file system without links does it by renames."""
    monkeypatch.setattr(exchange, "_renameat2", lambda *_: False)
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "two").write_bytes(b"2")
    number = errno.ENOSPC

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(calls, "link", refuse)
    with Folder.open(str(tmp_path)) as folder:
        with pytest.raises(OSError, match="space"):
            exchange.exchange(folder, "one", folder, "two")
        number = errno.EPERM
        exchange.exchange(folder, "one", folder, "two")
        assert content(folder) == {"one": b"2", "two": b"1"}
        with pytest.raises(FileExistsError):
            exchange.rename_noreplace(folder, "one", folder, "two")


def test_the_system_call_is_looked_up_once_and_tells_its_errors(tmp_path: Path) -> None:
    lazy = exchange._Lazy()
    (tmp_path / "one").touch()
    with Folder.open(str(tmp_path)) as folder:
        with pytest.raises(FileNotFoundError):
            lazy(folder, "nothing", folder, "two", 1)
        function = lazy.function
        assert function is not None
        assert lazy(folder, "one", folder, "two", 1)
        assert lazy.function is function
        lazy.function = lambda *_: errno.EINVAL
        assert not lazy(folder, "two", folder, "one", 1)
        lazy.function = None
        assert not lazy(folder, "two", folder, "one", 1)


def test_a_rename_that_died_with_both_names_on_one_file_is_finished(folder: Folder) -> None:
    calls.link(folder.handle, "one", folder.handle, "three")
    exchange.rename_noreplace(folder, "one", folder, "three")
    assert content(folder) == {"three": b"1", "two": b"2"}
