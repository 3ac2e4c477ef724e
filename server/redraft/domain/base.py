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
from redraft.disk.copying import copy_bytes, create_anew, same_content
from redraft.domain import layout
from redraft.errors import UnsupportedFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.disk.folder import AnyStatus, Folder
    from redraft.domain.session import Session

_TRIES = 20
_FINE_TICK_NS = 20_000_000
_COARSE_TICK_NS = 2_000_000_000


def young(mtime_ns: int, now_ns: int) -> bool:
    """Whether a time is too near the file system's own now to vouch for a content."""
    coarse = mtime_ns % 1_000_000_000 == 0 and now_ns % 1_000_000_000 == 0
    return mtime_ns > now_ns - (_COARSE_TICK_NS if coarse else _FINE_TICK_NS)


def ensure(session: Session, path: str, *, touched: bool | None = None) -> bool:
    """Keep what global holds at a path as the base; under the lock.

    It is kept at the first touch only. A base without a copy or tombstone was left by a change that
    is no more, and is replaced. Where a copy or tombstone stands without a base, global's file came
    later: it is not what the session began with, and gets no base.

    Args:
        session: the session.
        path: a canonical path.
        touched: whether the session holds a copy or tombstone there, if the caller knows.

    Returns:
        Whether there is a base now.

    Raises:
        UnsupportedFile: global holds a pipe or device there.
        OSError: it cannot be read, or does not hold still.
    """
    name = f"{layout.BASE}/{path}"
    kept = session.folder.stat(name)
    has_base = kept is not None and not modes.S_ISDIR(kept.st_mode)
    if is_touched(session, path) if touched is None else touched:
        return has_base
    taken = snapshot(session, path, name)
    if has_base and not taken:
        session.folder.unlink(name)
    return taken


def snapshot(session: Session, path: str, name: str) -> bool:
    """Copy what global holds at a path, with the time that vouches for it; under the lock.

    Args:
        session: the session.
        path: a canonical path.
        name: where in the session's folder the copy goes.

    Returns:
        Whether there is a copy now: not if global holds no document there.

    Raises:
        UnsupportedFile: global holds a pipe or device there.
        OSError: it cannot be read, or does not hold still.
    """
    source = session.root.folder
    for _ in range(_TRIES):
        before = source.stat(path)
        if before is None or modes.S_ISDIR(before.st_mode):
            return False
        if not (modes.S_ISLNK(before.st_mode) or modes.S_ISREG(before.st_mode)):
            raise UnsupportedFile(path, "is not a regular file in the folder")
        try:
            if _snapshot(session.folder, source, path, name, before):
                return True
        except (NotADirectoryError, IsADirectoryError):
            # Bases of documents that were deleted under another shape of the folder.
            if not _clear_empty(session.folder, name):
                session.folder.unlink(f"{layout.TMP}/base")
                return False
    raise OSError(EBUSY, "the file keeps changing while it is read", path)


def is_touched(session: Session, path: str) -> bool:
    """Whether the session holds its own version of a document, or hides it."""
    from redraft.domain.view import is_hidden

    copy = session.folder.stat(f"{layout.FILES}/{path}")
    return (copy is not None and not modes.S_ISDIR(copy.st_mode)) or is_hidden(session.folder, path)


def _clear_empty(folder: Folder, name: str) -> bool:
    """Remove a folder of the bases that holds no base; False if it is none."""
    found = folder.stat(name)
    if found is None or not modes.S_ISDIR(found.st_mode) or any(folder.walk(name)):
        return False
    folder.remove_tree(name)
    return True


def _snapshot(folder: Folder, source: Folder, path: str, name: str, before: os.stat_result) -> bool:
    """One try; False if the file moved meanwhile."""
    via = f"{layout.TMP}/base"
    if modes.S_ISLNK(before.st_mode):
        folder.unlink(via)
        _keep_link(folder, source.read_link(path), via, before)
        folder.replace(via, folder, name)
        return True
    try:
        original = source.open_file(path)
    except FileNotFoundError:
        return False
    try:
        tmp, last = folder.parent(via, create=True)
        with tmp:
            copy = create_anew(tmp, last)
            try:
                now_ns = os.fstat(copy).st_ctime_ns
                copy_bytes(original, copy)
                calls.set_mode(copy, before.st_mode & 0o7777)
            finally:
                os.close(copy)
            after, named = os.fstat(original), source.stat(path)
            if named is None or {_identity(after), _identity(named)} != {_identity(before)}:
                return False
            vouches = not young(before.st_mtime_ns, now_ns)
            calls.utime(tmp.handle, tmp.at(last), before.st_mtime_ns if vouches else 0)
    finally:
        os.close(original)
    folder.replace(via, folder, name)
    return True


def _keep_link(folder: Folder, target: str, via: str, before: os.stat_result) -> None:
    tmp, last = folder.parent(via, create=True)
    with tmp:
        calls.symlink(target, tmp.handle, tmp.at(last))
        calls.utime(tmp.handle, tmp.at(last), before.st_mtime_ns)


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def drifted(session: Session, path: str, kept: AnyStatus | None = None) -> bool:
    """Whether global no longer equals the base (or exists, where there is no base).

    Args:
        session: the session.
        path: a canonical path that the session changed.
        kept: the base's status, if the caller has it.
    """
    base = kept if kept is not None else session.folder.stat(f"{layout.BASE}/{path}")
    if base is not None and modes.S_ISDIR(base.st_mode):
        base = None  # those of documents beneath it, from when it was a folder
    now = session.root.folder.stat(path)
    if base is None and now is not None and modes.S_ISDIR(now.st_mode):
        from redraft.domain.view import is_hidden

        return not is_hidden(session.folder, path)  # a deleted folder makes room for a document
    if base is None or now is None:
        return (base is None) != (now is None)
    return not unchanged(session, path, base, now)


def unchanged(session: Session, path: str, base: AnyStatus, now: AnyStatus) -> bool:
    """Whether a global file still holds what its base holds."""
    is_file = modes.S_ISREG(base.st_mode) and modes.S_ISREG(now.st_mode)
    if is_file and base.st_size == now.st_size and base.st_mtime_ns == now.st_mtime_ns != 0:
        return True
    name = f"{layout.BASE}/{path}"
    if modes.S_ISLNK(base.st_mode) and modes.S_ISLNK(now.st_mode):
        return session.folder.read_link(name) == session.root.folder.read_link(path)
    if not is_file or base.st_size != now.st_size:
        return False
    try:
        return same_content(session.folder, name, session.root.folder, path)
    except FileNotFoundError:
        return False
