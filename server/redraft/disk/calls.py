"""One thin function per call that changes the file system.

Every change that Redraft makes on disk passes through here. ``folder`` is an open directory handle
(or None where the platform has no ``*at`` calls, and then ``name`` is a full path).
"""

from __future__ import annotations

import os
import stat as modes
from errno import EFBIG, EPERM

DIRECTORY_HANDLES = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd
NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
CLOEXEC = getattr(os, "O_CLOEXEC", 0)
BINARY = getattr(os, "O_BINARY", 0)
NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_FICLONE = 0x40049409


def create(folder: int | None, name: str, mode: int = 0o666) -> int:
    """Create a file that must not exist yet; return its descriptor, open for writing."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOFOLLOW | CLOEXEC | BINARY
    return os.open(name, flags, mode, dir_fd=folder)


def open_or_create(folder: int | None, name: str) -> int:
    """Open a file for reading and writing in place, creating it if needed (lock files only)."""
    flags = os.O_RDWR | os.O_CREAT | NOFOLLOW | CLOEXEC | BINARY | NONBLOCK
    return _alone(os.open(name, flags, 0o666, dir_fd=folder), name)


def open_to_append(folder: int | None, name: str) -> int:
    """Open a log, creating it if needed; every write goes to its end."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | NOFOLLOW | CLOEXEC | BINARY | NONBLOCK
    return _alone(os.open(name, flags, 0o666, dir_fd=folder), name)


def _alone(descriptor: int, name: str) -> int:
    """Give back an open file that may be changed in place: no pipe, no device, no other name."""
    status = os.fstat(descriptor)
    if modes.S_ISREG(status.st_mode) and status.st_nlink < 2:
        return descriptor
    os.close(descriptor)
    is_file = modes.S_ISREG(status.st_mode)
    what = "it has a second name elsewhere; remove it" if is_file else "not a regular file"
    raise OSError(EPERM, what, name)


def write(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of ``data``."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def overwrite(descriptor: int, data: bytes) -> None:
    """Write over the beginning of a small open file, in one call; what lies beyond stays.

    For records whose first line alone counts: a reader sees the old line or the new one.

    Raises:
        OSError: the system refused, or took only a part; the file is empty then.
    """
    if hasattr(os, "pwrite"):
        count = os.pwrite(descriptor, data, 0)
    else:  # pragma: no cover - Windows has no pwrite
        count = _seek_write(descriptor, data)
    if count < len(data):
        os.ftruncate(descriptor, 0)  # half a line and the rest of the old one would make a third
        raise OSError(EFBIG, os.strerror(EFBIG))


def _seek_write(descriptor: int, data: bytes) -> int:  # pragma: no cover - Windows has no pwrite
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.write(descriptor, data)


def clone(source: int, target: int) -> None:
    """Give an empty file all of another's content, shared until one of them is written.

    Raises:
        OSError: the file system does not share; nothing is copied then.
        ImportError: the platform has no such call.
    """
    import fcntl

    fcntl.ioctl(target, _FICLONE, source)


def copy_range(source: int, target: int, count: int) -> int:
    """Copy up to ``count`` bytes between two open files in the kernel; how many it copied."""
    return os.copy_file_range(source, target, count)


def flush(descriptor: int) -> None:
    """Wait until the file's (or folder's) content is on the disk."""
    os.fsync(descriptor)


def mkdir(folder: int | None, name: str, mode: int = 0o777) -> None:
    """Make a folder that must not exist yet."""
    os.mkdir(name, mode, dir_fd=folder)


def rmdir(folder: int | None, name: str) -> None:
    """Remove an empty folder."""
    os.rmdir(name, dir_fd=folder)


def unlink(folder: int | None, name: str) -> None:
    """Remove a file's name."""
    os.unlink(name, dir_fd=folder)


def rename(folder: int | None, name: str, to_folder: int | None, to_name: str) -> None:
    """Move a name over another one, atomically."""
    os.replace(name, to_name, src_dir_fd=folder, dst_dir_fd=to_folder)


def link(folder: int | None, name: str, to_folder: int | None, to_name: str) -> None:
    """Give a file a second name that must not exist yet (never a lasting one)."""
    os.link(name, to_name, src_dir_fd=folder, dst_dir_fd=to_folder, follow_symlinks=False)


def symlink(target: str, folder: int | None, name: str) -> None:
    """Make a link that must not exist yet."""
    os.symlink(target, name, dir_fd=folder)


def utime(folder: int | None, name: str, mtime_ns: int) -> None:
    """Set a name's modification time in nanoseconds; links are not followed."""
    os.utime(name, ns=(mtime_ns, mtime_ns), dir_fd=folder, follow_symlinks=False)


def set_mode_at(folder: int | None, name: str, mode: int) -> None:
    """Set the permission bits of a file that others may have made; a link is refused,
    and so is one with another name elsewhere."""
    flags = os.O_RDONLY | NOFOLLOW | CLOEXEC | NONBLOCK
    descriptor = _alone(os.open(name, flags, dir_fd=folder), name)
    try:
        set_mode(descriptor, mode)
    finally:
        os.close(descriptor)


def set_mode(descriptor: int, mode: int) -> None:
    """Set an open file's permission bits."""
    if hasattr(os, "fchmod"):  # pragma: no branch - Windows had none before Python 3.13
        os.fchmod(descriptor, mode)


def whiteout(folder: int | None, name: str) -> None:
    """Make the mark by which a layer hides a name of the layers below it (Linux)."""
    os.mknod(name, modes.S_IFCHR, 0, dir_fd=folder)


def set_attribute(descriptor: int, name: str, value: bytes) -> None:
    """Set an extended attribute of an open file or folder (Linux)."""
    os.setxattr(descriptor, name, value)


def permit(folder: int | None, name: str) -> None:
    """Let the user into a folder of theirs."""
    os.chmod(name, 0o700, dir_fd=folder)
