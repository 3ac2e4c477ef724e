"""Steps whose two ends lie on different file systems, where no rename leads across.

The new version is copied beside its target, flushed, and takes its place there by a rename or an
exchange; what it replaced is copied back, and only then removed. Like all steps these are safe to
do again after a death at any point: what lies beside the target tells how far it came.

Across file systems an inode says nothing: a file is known by its size and modification time, which
a copy keeps.
"""

from __future__ import annotations

import os
import stat as modes
from errno import ENOENT
from zlib import crc32

from redraft.disk import calls
from redraft.disk.copying import copy_file
from redraft.disk.exchange import exchange, rename_noreplace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.disk.folder import Folder

    Stamp = list[int]

PREFIX = ".redraft-"
_NEW = f"{PREFIX}new"


def apart(one: Folder, two: Folder) -> bool:
    """Whether two open folders lie on different file systems."""
    return one.status().st_dev != two.status().st_dev


def alike(status: os.stat_result | None, stamp: Stamp) -> bool:
    """Whether a file is the one of a stamp, or a copy of it."""
    return status is not None and [status.st_size, status.st_mtime_ns] == stamp[1:]


def swap(
    folder: Folder, name: str, target: Folder, target_name: str, old: Stamp, new: Stamp
) -> bool:
    """Exchange ``name`` (stamp ``new``) with ``target_name`` (stamp ``old``).

    Returns:
        False if somebody saved the target meanwhile: it is kept, and ``name`` is as it was.
    """
    beside = _beside(target_name, new)
    if not alike(target.stat(beside), old):
        if alike(folder.stat(name), old):
            target.unlink(beside)
            return True  # done before
        if not alike(target.stat(target_name), old):
            target.unlink(beside)
            return False
        _copy(folder, name, target, beside)
        exchange(target, beside, target, target_name)
        if not alike(target.stat(beside), old):
            exchange(target, beside, target, target_name)
            target.unlink(beside)
            return False
    _bring(target, beside, folder, name)
    return True


def swap_back(
    folder: Folder, name: str, target: Folder, target_name: str, old: Stamp, new: Stamp
) -> None:
    """Undo :func:`swap`, however far it came, unless the target was saved since."""
    beside = _beside(target_name, new)
    if alike(target.stat(beside), old):
        if alike(target.stat(target_name), new):
            exchange(target, beside, target, target_name)
        _bring(target, beside, folder, name)
        return
    target.unlink(beside)
    if alike(folder.stat(name), old) and alike(target.stat(target_name), new):
        swap(folder, name, target, target_name, new, old)


def put(folder: Folder, name: str, target: Folder, target_name: str, new: Stamp) -> bool:
    """Move ``name`` (stamp ``new``) to ``target_name``, which must be free.

    Returns:
        False if the target is taken by another file.
    """
    there = target.stat(target_name)
    if there is None:
        beside = _beside(target_name, new)
        _copy(folder, name, target, beside)
        try:
            rename_noreplace(target, beside, target, target_name)
        except FileExistsError:
            target.unlink(beside)
            return False
    elif not alike(there, new):
        return False
    target.flush()
    folder.unlink(name)
    return True


def put_back(target: Folder, target_name: str, folder: Folder, name: str, new: Stamp) -> None:
    """Undo :func:`put`, however far it came, unless the target was saved since."""
    if folder.stat(name) is None:
        take(target, target_name, folder, name, new)
        return
    beside = _beside(target_name, new)
    target.unlink(beside)
    if alike(target.stat(target_name), new):
        rename_noreplace(target, target_name, target, beside)
        if alike(target.stat(beside), new):
            target.unlink(beside)
        else:
            rename_noreplace(target, beside, target, target_name)


def take(target: Folder, target_name: str, folder: Folder, name: str, old: Stamp) -> bool:
    """Move ``target_name`` (stamp ``old``) away to ``name``.

    Returns:
        False if somebody saved the target meanwhile: it is kept.
    """
    beside = _beside(target_name, old)
    if target.stat(beside) is None:
        there = target.stat(target_name)
        if folder.stat(name) is not None or there is None:
            return True  # done before
        if not alike(there, old):
            return False
        rename_noreplace(target, target_name, target, beside)
        if not alike(target.stat(beside), old):
            rename_noreplace(target, beside, target, target_name)
            return False
    _bring(target, beside, folder, name)
    return True


def take_back(folder: Folder, name: str, target: Folder, target_name: str, old: Stamp) -> None:
    """Undo :func:`take`, however far it came, unless there is a new file in the target's place."""
    beside = _beside(target_name, old)
    if target.stat(beside) is None:
        if alike(folder.stat(name), old):
            put(folder, name, target, target_name, old)
        return
    try:
        rename_noreplace(target, beside, target, target_name)
    except FileExistsError:
        _bring(target, beside, folder, name)
    else:
        folder.unlink(name)
        folder.unlink(f"{name}{_NEW}")


def _beside(name: str, stamp: Stamp) -> str:
    # From the journal alone, so that whoever carries on after a death finds it again.
    return f"{PREFIX}{crc32(os.fsencode(name)):08x}-{stamp[2]:x}"


def _bring(source: Folder, name: str, folder: Folder, to_name: str) -> None:
    """Move a file across, over what is there."""
    via = f"{to_name}{_NEW}"
    _copy(source, name, folder, via)
    calls.rename(folder.handle, folder.at(via), folder.handle, folder.at(to_name))
    folder.flush()
    source.unlink(name)
    source.flush()


def _copy(source: Folder, name: str, folder: Folder, to_name: str) -> None:
    """Copy a file or link with its bits and time, flushed; a torn copy of before is replaced."""
    folder.unlink(to_name)
    status = source.stat(name)
    if status is None:
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), f"{source.path}/{name}")
    if modes.S_ISLNK(status.st_mode):
        calls.symlink(source.read_link(name), folder.handle, folder.at(to_name))
    else:
        copy_file(source, name, folder, to_name, flush=True)
    calls.utime(folder.handle, folder.at(to_name), status.st_mtime_ns)
