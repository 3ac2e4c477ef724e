"""Small files published whole, and many files flushed at once."""

from __future__ import annotations

import os

from redraft.disk import calls
from redraft.disk.copying import write_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from redraft.disk.folder import Folder

SYNCFS_FROM = 24  # files: from here one flush of the whole file system is cheaper than one each


def publish(folder: Folder, name: str, data: bytes, *, via: str, flush: bool) -> None:
    """Replace a small file as a whole: written at ``via``, then renamed over ``name``.

    ``via`` lies beneath the same folder; a leftover of an earlier death there is replaced.
    """
    folder.unlink(via)
    write_file(folder, via, (data,), flush=flush)
    folder.replace(via, folder, name)


def flush_files(root: Folder, names: Iterable[str]) -> None:
    """Wait until the content of all these files is on the disk."""
    wanted = list(names)
    if len(wanted) >= SYNCFS_FROM and _sync_file_system(root):
        return
    for name in wanted:
        descriptor = root.open_file(name)
        try:
            calls.flush(descriptor)
        finally:
            os.close(descriptor)


def flush_folders(root: Folder, names: Iterable[str]) -> None:
    """Wait until the names in all these folders are on the disk; missing folders are passed over."""
    wanted = sorted(set(names))
    if len(wanted) >= SYNCFS_FROM and _sync_file_system(root):
        return
    for name in wanted:
        try:
            root.flush(name)
        except (FileNotFoundError, NotADirectoryError):
            continue


def _sync_file_system(folder: Folder) -> bool:
    if folder.handle is None:
        return False  # pragma: no cover - Windows
    try:
        import ctypes

        return bool(ctypes.CDLL(None, use_errno=True).syncfs(folder.handle) == 0)
    except (AttributeError, ImportError, OSError):  # pragma: no cover - not Linux
        return False
