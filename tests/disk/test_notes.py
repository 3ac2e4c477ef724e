"""A log that many short processes write."""

from __future__ import annotations

from pathlib import Path

import pytest

from redraft.disk import calls
from redraft.disk.folder import Folder
from redraft.disk.notes import append


def test_lines_are_added_until_the_log_turns(tmp_path: Path) -> None:
    with Folder.open(str(tmp_path)) as folder:
        for line in ("one", "two \ud800", "three"):
            append(folder, "log", line, 8)
        assert folder.read("log.1") == b"one\ntwo \\ud800\n"
        assert folder.read("log") == b"three\n"


def test_a_log_is_never_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to(tmp_path / "elsewhere")
    with Folder.open(str(tmp_path)) as folder, pytest.raises(OSError, match="links"):
        append(folder, "log", "one", 1 << 10)


def test_permission_bits_are_never_set_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").touch(0o600)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with Folder.open(str(tmp_path)) as folder:
        calls.set_mode_at(folder.handle, "file", 0o640)
        with pytest.raises(OSError, match="links"):
            calls.set_mode_at(folder.handle, "link", 0o777)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640
