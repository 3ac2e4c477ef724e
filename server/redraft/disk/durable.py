"""Small files published whole, and many files flushed at once."""

from __future__ import annotations

import os
from errno import ELOOP, ENOENT, ENOTDIR

from redraft.disk import calls
from redraft.disk.copying import copy_file, write_file
from redraft.disk.exchange import exchange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from redraft.disk.folder import Folder

SYNCFS_FROM = 24  # files: from here one flush of the whole file system is cheaper than one each


def publish(folder: Folder, name: str, data: bytes, *, via: str, flush: bool) -> None:
    """Replace a small file as a whole: written at ``via``, then put in the place of ``name``.

    ``via`` lies beneath the same folder; a leftover of an earlier death there is replaced.
    """
    write_file(folder, via, (data,), flush=flush, anew=True)
    try:
        if not flush and folder.is_file(name):
            # Renaming unflushed data over a file makes ext4 flush it at once; an exchange does not.
            swap(folder, via, name)
            folder.unlink(via)
            return
        folder.replace(via, folder, name)
    except BaseException:
        folder.unlink(via)
        raise


def bring(
    source: Folder, name: str, folder: Folder, to_name: str, *, mtime_ns: int, via: str
) -> None:
    """Copy a file to a new name as a whole, flushed and with its time; ``via`` as for publishing.

    Raises:
        FileExistsError: something of the new name is there.
    """
    folder.unlink(via)
    copy_file(source, name, folder, via, flush=True)
    set_times(folder, [(via, mtime_ns)])
    folder.move(via, folder, to_name)


def make_alone(folder: Folder, name: str, *, via: str) -> None:
    """Put a copy, flushed, in the place of a file that has a second name elsewhere, so that what is
    changed here does not change there; ``via`` as for publishing."""
    folder.unlink(via)
    copy_file(folder, name, folder, via, flush=True)
    folder.replace(via, folder, name)


def swap(folder: Folder, one: str, two: str) -> None:
    """Exchange two files beneath a folder."""
    left, left_name = folder.parent(one)
    with left:
        right, right_name = folder.parent(two)
        with right:
            exchange(left, left_name, right, right_name)


def place(folder: Folder, via: str, name: str) -> None:
    """Move a staged file to ``name`` over what is there, in one step even if parents are missing.

    Missing parents are made beside the staged file and come along with it: nobody sees them empty.
    """
    try:
        parent, last = folder.parent(name)
    except FileNotFoundError:
        _place_with_parents(folder, via, name)
        return
    with parent:
        source, staged = folder.parent(via)
        with source:
            calls.rename(source.handle, source.at(staged), parent.handle, parent.at(last))


def _place_with_parents(folder: Folder, via: str, name: str) -> None:
    top, _, rest = name.partition("/")
    while folder.stat(top) is not None:
        step, _, rest = rest.partition("/")
        top = f"{top}/{step}"
    tree = f"{via}.parents"
    folder.remove_tree(tree)
    folder.replace(via, folder, f"{tree}/{rest}")
    try:
        folder.move(tree, folder, top)
    except FileExistsError:
        # Somebody made the folder in this moment.
        folder.replace(f"{tree}/{rest}", folder, name)
        folder.remove_tree(tree)


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


def set_times(root: Folder, times: Iterable[tuple[str, int]]) -> None:
    """Set the modification times (ns) of files; those of one folder are best named in a row."""
    opened, folder = "", root.sub("")
    try:
        for name, mtime_ns in times:
            head, _, last = name.rpartition("/")
            if head != opened:
                folder.close()
                opened, folder = head, root.sub(head)
            calls.utime(folder.handle, folder.at(last), mtime_ns)
    finally:
        folder.close()


def flush_folders(root: Folder, names: Iterable[str]) -> None:
    """Wait until the names in these folders are on the disk; what is no folder is passed over."""
    wanted = sorted(set(names))
    if len(wanted) >= SYNCFS_FROM and _sync_file_system(root):
        return
    for name in wanted:
        try:
            root.flush(name)
        except OSError as error:
            if error.errno not in (ENOENT, ENOTDIR, ELOOP):
                raise


def flush_above(folder: Folder, name: str) -> None:
    """Wait until it is on the disk that there is something of this name, or nothing any more."""
    parts = name.split("/")[:-1]
    flush_folders(folder, ["", *("/".join(parts[:end]) for end in range(1, len(parts) + 1))])


def _sync_file_system(folder: Folder) -> bool:
    if folder.handle is None:
        return False  # pragma: no cover - Windows
    try:
        import ctypes

        return bool(ctypes.CDLL(None, use_errno=True).syncfs(folder.handle) == 0)
    except (AttributeError, ImportError, OSError):  # pragma: no cover - not Linux
        return False
