"""What a stranger may leave at a place where something else belongs."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.malice.ground import SECRET, Ground

Plant = Callable[[Path, Ground], None]


class Kind(NamedTuple):
    """A kind of thing.

    Attributes:
        name: for people.
        plant: leaves it at a place, which is free.
        for_folders: whether it is left where a folder belongs.
        for_files: whether it is left where a file belongs.
    """

    name: str
    plant: Plant
    for_folders: bool = True
    for_files: bool = True


def _twin(place: Path, ground: Ground) -> Path:
    """What lies outside at the same path, or else something of the right kind."""
    return ground.twin / place.relative_to(ground.root)


def _to_twin(place: Path, ground: Ground) -> None:
    place.symlink_to(_twin(place, ground))


def _relative(place: Path, ground: Ground) -> None:
    place.symlink_to(os.path.relpath(_twin(place, ground), place.parent))


def _to_empty_folder(place: Path, ground: Ground) -> None:
    place.symlink_to(ground.outside / "empty")


def _to_file(place: Path, ground: Ground) -> None:
    place.symlink_to(ground.outside / "victim")


def _dangling(place: Path, ground: Ground) -> None:
    place.symlink_to(ground.outside / "empty" / "not-there")


def _loop(place: Path, ground: Ground) -> None:
    place.symlink_to(place.name)


def _upwards(place: Path, ground: Ground) -> None:
    place.symlink_to("..")


def _hard_link(place: Path, ground: Ground) -> None:
    source = _twin(place, ground)
    os.link(source if source.is_file() else ground.outside / "victim", place)


def _pipe(place: Path, ground: Ground) -> None:
    os.mkfifo(place)


def _device(place: Path, ground: Ground) -> None:
    os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # as /dev/zero: it has no end


def _socket(place: Path, ground: Ground) -> None:
    here = os.open(place.parent, os.O_RDONLY)  # a socket's name is short: go there
    back = os.open(".", os.O_RDONLY)
    try:
        os.fchdir(here)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(place.name)
    finally:
        os.fchdir(back)
        os.close(back)
        os.close(here)


def _folder(place: Path, ground: Ground) -> None:
    (place / "inner").mkdir(parents=True)
    (place / "inner" / "file").write_text("inside\n")


def _file(place: Path, ground: Ground) -> None:
    place.write_text("no folder\n")


def _emptied(place: Path, ground: Ground) -> None:
    place.write_bytes(b"")


def _unreadable(place: Path, ground: Ground) -> None:
    place.write_bytes(b"\xff\xfe\0" * 2000)


KINDS: tuple[Kind, ...] = (
    Kind("link to its twin outside", _to_twin),
    Kind("relative link to its twin outside", _relative),
    Kind("link to an outside folder", _to_empty_folder),
    Kind("link to an outside file", _to_file),
    Kind("dangling link outwards", _dangling),
    Kind("link to itself", _loop),
    Kind("link to the folder above", _upwards),
    Kind("hard link to an outside file", _hard_link, for_folders=False),
    Kind("named pipe", _pipe),
    Kind("device", _device),
    Kind("socket", _socket),
    Kind("folder with a file", _folder, for_folders=False),
    Kind("file", _file, for_files=False),
    Kind("empty file", _emptied, for_folders=False),
    Kind("bytes that are no text", _unreadable, for_folders=False),
)


def clear(place: Path) -> None:
    """Make a place free, with folders above it."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)


def may_make_devices(folder: Path) -> bool:
    """Whether this user may make devices."""
    try:
        os.mknod(folder / "probe", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except OSError:
        return False
    (folder / "probe").unlink()
    return True


__all__ = ["KINDS", "SECRET", "Kind", "clear", "may_make_devices"]
