"""Copying and comparing files of any size without holding them in memory."""

from __future__ import annotations

import os
from errno import EINVAL, ENOSYS, ENOTSUP, ENOTTY, EOPNOTSUPP, EPERM, EXDEV

from redraft.disk import calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import IO

    from redraft.disk.folder import Folder

CHUNK = 1 << 20
_NO_CLONE = (EINVAL, ENOSYS, ENOTSUP, ENOTTY, EOPNOTSUPP, EPERM, EXDEV)


def copy_bytes(source: int, target: int) -> None:
    """Copy all of an open file into another: by reflink where there is one, else in the kernel,
    else in chunks. Both stand at their beginning."""
    if not (_clone(source, target) or _copy_range(source, target)):
        while data := os.read(source, CHUNK):
            calls.write(target, data)


def _clone(source: int, target: int) -> bool:
    try:
        calls.clone(source, target)
    except ImportError:  # pragma: no cover - Windows
        return False
    except OSError as error:
        if error.errno in _NO_CLONE:
            return False
        raise
    return True


def _copy_range(source: int, target: int) -> bool:
    if not hasattr(os, "copy_file_range"):
        return False  # pragma: no cover - not Linux
    first = True
    while True:
        try:
            count = calls.copy_range(source, target, 1 << 30)
        except OSError as error:
            if first and error.errno in _NO_CLONE:
                return False
            raise
        if count == 0:
            # Some kernels answer 0 for special file systems: let the plain copy have its say.
            return not first
        first = False


def create_anew(folder: Folder, name: str) -> int:
    """Create a file in a folder itself, in the place of one that a death left there; return its
    descriptor, open for writing."""
    try:
        return calls.create(folder.handle, folder.at(name))
    except FileExistsError:
        calls.unlink(folder.handle, folder.at(name))
        return calls.create(folder.handle, folder.at(name))


def copy_file(source: Folder, name: str, target: Folder, to_name: str, *, flush: bool) -> None:
    """Copy a regular file to a new name with its permission bits; times are not kept.

    Raises:
        OSError: if the source is no regular file or the target exists; a torn target is removed.
    """
    original = source.open_file(name)
    try:
        mode = os.fstat(original).st_mode & 0o7777
        folder, last = target.parent(to_name, create=True)
        with folder:
            copy = calls.create(folder.handle, folder.at(last))
            try:
                copy_bytes(original, copy)
                calls.set_mode(copy, mode)
                if flush:
                    calls.flush(copy)
            except BaseException:
                calls.unlink(folder.handle, folder.at(last))
                raise
            finally:
                os.close(copy)
    finally:
        os.close(original)


def write_file(
    folder: Folder,
    name: str,
    chunks: Iterable[bytes],
    *,
    mode: int | None = None,
    flush: bool,
    anew: bool = False,
) -> None:
    """Write a new file from chunks.

    Args:
        folder: an open folder.
        name: where beneath it; parents are made.
        chunks: the content.
        mode: its permission bits; None keeps the process's default.
        flush: whether to wait until it is on the disk.
        anew: whether a file there was left by a death, and is replaced.

    Raises:
        OSError: if the name exists, or the disk is full; a torn file is removed.
    """
    holder, last = folder.parent(name, create=True)
    with holder:
        create = create_anew if anew else _create
        descriptor = create(holder, last)
        try:
            for chunk in chunks:
                calls.write(descriptor, chunk)
            if mode is not None:
                calls.set_mode(descriptor, mode)
            if flush:
                calls.flush(descriptor)
        except BaseException:
            calls.unlink(holder.handle, holder.at(last))
            raise
        finally:
            os.close(descriptor)


def _create(folder: Folder, name: str) -> int:
    return calls.create(folder.handle, folder.at(name))


def same_content(left: Folder, name: str, right: Folder, to_name: str) -> bool:
    """Whether two regular files hold the same bytes; reads both in chunks."""
    with (
        open(left.open_file(name), "rb", buffering=0) as one,
        open(right.open_file(to_name), "rb", buffering=0) as two,
    ):
        return same_bytes(one, two)


def same_bytes(one: IO[bytes], two: IO[bytes]) -> bool:
    """Whether two open regular files, both at their beginning, hold the same bytes."""
    size = os.fstat(one.fileno()).st_size
    if size != os.fstat(two.fileno()).st_size:
        return False
    chunk = min(CHUNK, size + 1)
    while True:
        a, b = one.read(chunk), two.read(chunk)
        if a != b:
            return False
        if not a:
            return True
