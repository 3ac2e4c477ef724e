"""Files that have a second name elsewhere, and what else nothing may be written into."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from redraft.disk import calls
from redraft.disk.durable import make_alone
from redraft.disk.folder import Folder
from redraft.disk.lock import Lock, Pulse, describe


def test_nothing_is_written_in_place_into_a_file_with_a_second_name(tmp_path: Path) -> None:
    """Fault 19, by a hard link: the lock's record would go into somebody's file."""
    (tmp_path / "theirs").write_text("theirs")
    os.link(tmp_path / "theirs", tmp_path / "ours")
    with Folder.open(str(tmp_path)) as folder:
        for opening in (calls.open_or_create, calls.open_to_append):
            with pytest.raises(OSError, match="second name"):
                opening(folder.handle, "ours")
        with pytest.raises(OSError, match="second name"):
            calls.set_mode_at(folder.handle, "ours", 0o600)
        with pytest.raises(OSError, match="second name"), Lock(folder, "ours", "work", 0):
            pass
    assert (tmp_path / "theirs").read_text() == "theirs"


@pytest.mark.parametrize("opening", [calls.open_or_create, calls.open_to_append])
def test_a_pipe_is_not_waited_for(
    tmp_path: Path, opening: Callable[[int | None, str], int]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with Folder.open(str(tmp_path)) as folder, pytest.raises(OSError, match="pipe"):
        opening(folder.handle, "pipe")


def test_a_file_is_made_alone(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("text")
    os.link(tmp_path / "theirs", tmp_path / "ours")
    with Folder.open(str(tmp_path)) as folder:
        make_alone(folder, "ours", via=".tmp/alone")
        calls.utime(folder.handle, "ours", 10**18)
    assert (tmp_path / "ours").read_text() == "text"
    assert (tmp_path / "theirs").stat().st_mtime_ns != 10**18
    assert (tmp_path / "theirs").stat().st_nlink == 1


@pytest.mark.parametrize("name", ["../x/y", "a/../../x", "a//b", "./a/b"])
@pytest.mark.usefixtures("reach")
def test_a_folder_is_never_left_upwards(tmp_path: Path, name: str) -> None:
    """Fault 18: whatever was overlooked above, the ring that touches the disk goes down only."""
    (tmp_path / "root" / "a").mkdir(parents=True)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "y").write_text("out")
    with Folder.open(str(tmp_path / "root")) as folder:
        with pytest.raises(OSError, match=r"plain path|cross-device|such file"):
            folder.sub(name, create=True).close()
        try:
            assert not folder.unlink(name)
        except OSError:
            pass
    assert (tmp_path / "x" / "y").read_text() == "out"


def test_a_record_is_not_read_through_a_link_above_it(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "lock").write_text('{"journals": "000000000001", "open": 1, "holder": {}}')
    (tmp_path / "root" / "inner").symlink_to(tmp_path / "out")
    with Folder.open(str(tmp_path / "root")) as folder:
        pulse = Pulse(folder, "inner/lock")
        assert pulse.read() == b""
        pulse.close()


def test_a_holder_whose_name_no_text_has_can_be_told() -> None:
    describe({"holder": {"pid": 1, "user": "\ud800", "doing": "x"}}).encode()
