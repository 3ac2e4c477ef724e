"""Copying and comparing files of any size, whatever the file system offers."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from redraft.disk import calls, copying
from redraft.disk.copying import copy_file, same_content, write_file
from redraft.disk.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """An empty folder."""
    with Folder.open(str(tmp_path)) as opened:
        yield opened


def refuse(number: int) -> object:
    def call(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    return call


@pytest.mark.parametrize("way", ["reflink", "in the kernel", "in chunks", "the kernel copies none"])
@pytest.mark.parametrize("size", [0, 1, copying.CHUNK + 1])
def test_a_copy_has_content_and_bits_and_is_no_link(
    folder: Folder, size: int, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom(size)
    source = Path(folder.path, "source")
    source.write_bytes(data)
    source.chmod(0o640)
    cloned = []
    if way == "reflink":

        def clone(target: int, _: int, original: int) -> None:
            cloned.append(original)
            os.write(target, os.pread(original, size + 1, 0))

        monkeypatch.setattr(fcntl, "ioctl", clone)
    else:
        monkeypatch.setattr(fcntl, "ioctl", refuse(errno.ENOTTY))
    if way == "in chunks":
        monkeypatch.setattr(os, "copy_file_range", refuse(errno.EXDEV))
    elif way == "the kernel copies none":
        monkeypatch.setattr(os, "copy_file_range", lambda *_: 0)
    copy_file(folder, "source", folder, "deep/copy", flush=True)
    copy = Path(folder.path, "deep/copy")
    assert copy.read_bytes() == data
    assert copy.stat().st_mode & 0o777 == 0o640
    assert copy.stat().st_ino != source.stat().st_ino
    assert len(cloned) == (way == "reflink")


@pytest.mark.parametrize("call", ["clone", "range"])
def test_a_copy_that_fails_leaves_nothing(
    folder: Folder, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(folder.path, "source").write_bytes(b"x")
    if call == "clone":
        monkeypatch.setattr(fcntl, "ioctl", refuse(errno.EIO))
    else:
        monkeypatch.setattr(fcntl, "ioctl", refuse(errno.ENOTTY))
        monkeypatch.setattr(os, "copy_file_range", refuse(errno.ENOSPC))
    with pytest.raises(OSError, match=r"error|space"):
        copy_file(folder, "source", folder, "copy", flush=False)
    assert folder.names() == ["source"]


def test_a_copy_that_need_not_last_is_a_copy_too(folder: Folder) -> None:
    Path(folder.path, "source").write_bytes(b"x")
    copy_file(folder, "source", folder, "copy", flush=False)
    assert folder.read("copy") == b"x"


def test_a_copy_replaces_nothing(folder: Folder) -> None:
    Path(folder.path, "one").write_bytes(b"1")
    Path(folder.path, "two").write_bytes(b"2")
    with pytest.raises(FileExistsError):
        copy_file(folder, "one", folder, "two", flush=False)
    assert folder.read("two") == b"2"


def test_a_written_file_has_its_chunks_and_bits(folder: Folder) -> None:
    write_file(folder, "a/b", (b"1", b"", b"23"), mode=0o600, flush=True)
    assert folder.read("a/b") == b"123"
    found = folder.stat("a/b")
    assert found is not None
    assert found.st_mode & 0o777 == 0o600


def test_chunks_that_stop_leave_nothing(folder: Folder) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"1"
        raise ValueError("the source broke")

    with pytest.raises(ValueError, match="broke"):
        write_file(folder, "name", chunks(), flush=False)
    assert folder.names() == []


def test_a_short_write_is_carried_on(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:2])))
    write_file(folder, "name", (b"12345",), flush=False)
    assert folder.read("name") == b"12345"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [(b"", b"", True), (b"1", b"1", True), (b"1", b"2", False), (b"1", b"12", False)],
)
def test_contents_are_compared_byte_for_byte(
    folder: Folder, left: bytes, right: bytes, *, same: bool
) -> None:
    long = b"x" * copying.CHUNK
    Path(folder.path, "left").write_bytes(long + left)
    Path(folder.path, "right").write_bytes(long + right)
    assert same_content(folder, "left", folder, "right") is same


def test_every_call_does_what_it_says(folder: Folder) -> None:
    handle = folder.handle
    calls.symlink("target", handle, "link")
    calls.utime(handle, "link", 10**18)
    assert os.lstat(Path(folder.path, "link")).st_mtime_ns == 10**18
    descriptor = calls.open_or_create(handle, "name")
    calls.overwrite(descriptor, b"longer\n")
    calls.overwrite(descriptor, b"short\n")
    os.close(descriptor)
    assert folder.read("name").partition(b"\n")[0] == b"short"
    with pytest.raises(OSError, match="symbolic"):
        calls.open_or_create(handle, "link")
    with pytest.raises(FileExistsError):
        calls.create(handle, "link")
