"""Bases: what global held when a session first touched a file, and drift from it.

A base carries the global file's modification time, so "has global changed?" is one ``stat``. A
time can only vouch for the content if it is older than the file system's clock tick (the racy
timestamps that git's documentation describes): a base of a younger file gets time 0, and then the
contents are compared.
"""

from __future__ import annotations

import os
import stat as modes
from errno import EBUSY

from redraft.disk import calls
from redraft.disk.copying import copy_bytes, same_content
from redraft.domain import layout
from redraft.errors import UnsupportedFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.disk.folder import Folder
    from redraft.domain.session import Session

_TRIES = 20
_FINE_TICK_NS = 20_000_000
_COARSE_TICK_NS = 2_000_000_000


def young(mtime_ns: int, now_ns: int) -> bool:
    """Whether a time is too near the file system's own now to vouch for a content."""
    coarse = mtime_ns % 1_000_000_000 == 0 and now_ns % 1_000_000_000 == 0
    return mtime_ns > now_ns - (_COARSE_TICK_NS if coarse else _FINE_TICK_NS)


def ensure(session: Session, path: str) -> bool:
    """Keep what global holds at a path as the base, unless there is a base; under the lock.

    Returns:
        Whether there is a base now (False: global has no file there).

    Raises:
        UnsupportedFile: global holds a pipe or device there.
        OSError: it cannot be read, or does not hold still.
    """
    name = f"{layout.BASE}/{path}"
    if session.folder.stat(name) is not None:
        return True
    source = session.root.folder
    for _ in range(_TRIES):
        before = source.stat(path)
        if before is None or modes.S_ISDIR(before.st_mode):
            return False
        if modes.S_ISLNK(before.st_mode):
            _keep_link(session, path, name, before)
            return True
        if not modes.S_ISREG(before.st_mode):
            raise UnsupportedFile(path, "is not a regular file in the folder")
        if _snapshot(session.folder, source, path, name, before):
            return True
    raise OSError(EBUSY, "the file keeps changing while it is read", path)


def _snapshot(
    folder: Folder, source: Folder, path: str, name: str, before: os.stat_result
) -> bool:
    """One try; False if the file moved meanwhile."""
    via = f"{layout.TMP}/base"
    folder.unlink(via)
    original = source.open_file(path)
    try:
        tmp, last = folder.parent(via, create=True)
        with tmp:
            copy = calls.create(tmp.handle, tmp.at(last))
            try:
                now_ns = os.fstat(copy).st_ctime_ns
                copy_bytes(original, copy)
                calls.set_mode(copy, before.st_mode & 0o7777)
            finally:
                os.close(copy)
            after, named = os.fstat(original), source.stat(path)
            if named is None or {_identity(after), _identity(named)} != {_identity(before)}:
                return False
            vouches = not young(max(before.st_mtime_ns, before.st_ctime_ns), now_ns)
            calls.utime(tmp.handle, tmp.at(last), before.st_mtime_ns if vouches else 0)
    finally:
        os.close(original)
    folder.replace(via, folder, name)
    return True


def _keep_link(session: Session, path: str, name: str, before: os.stat_result) -> None:
    folder, last = session.folder.parent(name, create=True)
    with folder:
        calls.symlink(session.root.folder.read_link(path), folder.handle, folder.at(last))
        calls.utime(folder.handle, folder.at(last), before.st_mtime_ns)


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def drifted(session: Session, path: str, kept: os.stat_result | None = None) -> bool:
    """Whether global no longer equals the base (or exists, where there is no base).

    Args:
        session: the session.
        path: a canonical path that the session changed.
        kept: the base's status, if the caller has it.
    """
    name = f"{layout.BASE}/{path}"
    base = kept if kept is not None else session.folder.stat(name)
    now = session.root.folder.stat(path)
    if base is None and now is not None and modes.S_ISDIR(now.st_mode):
        from redraft.domain.view import is_hidden

        return not is_hidden(session.folder, path)  # a deleted folder makes room for a document
    if base is None or now is None:
        return (base is None) != (now is None)
    return not unchanged(session, path, base, now)


def unchanged(session: Session, path: str, base: os.stat_result, now: os.stat_result) -> bool:
    """Whether a global file still holds what its base holds."""
    if modes.S_IFMT(base.st_mode) != modes.S_IFMT(now.st_mode):
        return False
    name = f"{layout.BASE}/{path}"
    if modes.S_ISLNK(base.st_mode):
        return session.folder.read_link(name) == session.root.folder.read_link(path)
    if not modes.S_ISREG(base.st_mode) or base.st_size != now.st_size:
        return False
    if base.st_mtime_ns and base.st_mtime_ns == now.st_mtime_ns:
        return True
    try:
        return same_content(session.folder, name, session.root.folder, path)
    except FileNotFoundError:
        return False
