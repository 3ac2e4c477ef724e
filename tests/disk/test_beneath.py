"""The one call that follows no link: it answers as walking by handles does, or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from redraft.disk import beneath
from redraft.disk.folder import Folder


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beneath, "_prepared", [])


def test_it_is_out_of_use_until_enabled_and_after_it_is_disabled(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    with Folder.open(str(tmp_path)) as folder:
        for turn in (beneath.disable, beneath.disable):
            turn()
            assert beneath.open_file(folder.handle, "a") is None
            assert beneath.open_folder(folder.handle, "a") is None
            assert beneath.is_plain(str(tmp_path)) is None
            for _ in range(2):
                assert beneath.enable()
            descriptor = beneath.open_file(folder.handle, "a")
            assert descriptor is not None
            os.close(descriptor)


def test_where_the_system_has_no_such_call_it_stays_out_of_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beneath, "_prepare", lambda: None)
    assert not beneath.enable()
    assert beneath.is_plain("/") is None


def test_without_a_handle_it_says_nothing() -> None:
    assert beneath.enable()
    assert beneath.open_file(None, "a") is beneath.open_folder(None, "a") is None


def test_a_path_is_plain_if_no_part_of_it_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a")
    assert beneath.enable()
    assert beneath.is_plain(f"{tmp_path}/a/b") is True
    assert beneath.is_plain(f"{tmp_path}/link") is False
    assert beneath.is_plain(f"{tmp_path}/link/b") is False
    assert beneath.is_plain(f"{tmp_path}/a/nothing") is None


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM])
def test_a_filter_that_forbids_the_call_costs_no_document(tmp_path: Path, number: int) -> None:
    """A sandbox may come down upon a process that has begun already."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_text("b")
    assert beneath.enable()
    (prepared,) = beneath._prepared
    prepared.function = lambda *_: -1
    prepared.errno = lambda: number
    with Folder.open(str(tmp_path)) as folder:
        assert folder.read("a/b") == b"b"
        assert [entry.name for entry in folder.scan("a")] == ["b"]
