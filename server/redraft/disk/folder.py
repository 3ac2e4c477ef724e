"""An open folder, and what may be done beneath it without following links.

Relative names use ``/``. Every component but the last is opened with ``O_NOFOLLOW``, so a link put
in the way by somebody else is an error (``ELOOP`` or ``ENOTDIR``) and never a way out.
"""

from __future__ import annotations

import os
import stat as modes
from errno import EEXIST, EISDIR, ELOOP, ENOENT, ENOTDIR, ENOTEMPTY

from redraft.disk import beneath, calls
from redraft.disk.exchange import rename_noreplace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | calls.NOFOLLOW | calls.CLOEXEC

NO_FILE = (ENOENT, ENOTDIR, EISDIR, ELOOP)
"""What opening answers where no file of ours lies; any other refusal says nothing about that."""

_FIRST_READ = 1 << 16
_ONE_READ = 1 << 30


class Status:
    """What is worth keeping of a file's status where there are many: a quarter of its memory."""

    __slots__ = ("st_ino", "st_mode", "st_mtime_ns", "st_nlink", "st_size")

    def __init__(self, status: os.stat_result) -> None:
        self.st_ino = status.st_ino
        self.st_mode = status.st_mode
        self.st_mtime_ns = status.st_mtime_ns
        self.st_nlink = status.st_nlink
        self.st_size = status.st_size


if TYPE_CHECKING:
    AnyStatus = os.stat_result | Status


class Folder:
    """A folder held open; a context manager that closes it.

    Attributes:
        path: where the folder was when it was opened (absolute; for messages and for platforms
            without directory handles).
        handle: the directory descriptor, or None on those platforms.
    """

    __slots__ = ("handle", "path")

    def __init__(self, path: str, handle: int | None) -> None:
        self.path = path
        self.handle = handle

    @classmethod
    def open(cls, path: str) -> Folder:
        """Open the folder at an absolute path whose links are already resolved.

        Raises:
            OSError: if it is missing, not a folder, or a link.
        """
        if calls.DIRECTORY_HANDLES:
            return cls(path, os.open(path, _FLAGS))
        return cls(_real_folder(path), None)  # pragma: no cover - Windows

    def close(self) -> None:
        """Give the handle back; closing twice is harmless."""
        handle, self.handle = self.handle, None
        if handle is not None:
            os.close(handle)

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def at(self, name: str) -> str:
        """The name to hand to a call together with ``handle``."""
        return name if self.handle is not None else f"{self.path}/{name}"

    # Looking ---------------------------------------------------------------------------------

    def status(self) -> os.stat_result:
        """The folder's own status."""
        return os.stat(self.path if self.handle is None else self.handle)

    def stat(self, name: str) -> os.stat_result | None:
        """The status of a name, links not followed; None if it or a parent is not there."""
        handle = self.handle
        try:
            at = name if handle is not None else self.at(name)
            return os.stat(at, dir_fd=handle, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def is_file(self, name: str) -> bool:
        """Whether a regular file (no link to one) lies at a name."""
        found = self.stat(name)
        return found is not None and modes.S_ISREG(found.st_mode)

    def names(self) -> list[str]:
        """The names in the folder itself, unordered."""
        return os.listdir(self.path if self.handle is None else self.handle)

    def subfolders(self, name: str) -> list[str]:
        """The names of the folders in one beneath this; empty if it is not there."""
        try:
            with self.sub(name) as folder:
                where = folder.path if folder.handle is None else folder.handle
                with os.scandir(where) as entries:
                    return [each.name for each in entries if each.is_dir(follow_symlinks=False)]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def scan(self, name: str = "") -> list[os.DirEntry[str]]:
        """The entries of the folder or of one beneath it; empty if it is not there."""
        try:
            with self.sub(name) as folder:
                where = folder.path if folder.handle is None else folder.handle
                with os.scandir(where) as entries:
                    return [entry for entry in entries if _is_settled(entry)]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def level(self, name: str) -> tuple[dict[str, os.stat_result], set[str]]:
        """The files (and links) of one folder by name, and the names of the folders in it."""
        files: dict[str, os.stat_result] = {}
        folders: set[str] = set()
        try:
            opened = self.sub(name)
        except (FileNotFoundError, NotADirectoryError):
            return files, folders
        with opened:
            where = opened.path if opened.handle is None else opened.handle
            with os.scandir(where) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.add(entry.name)
                        continue
                    try:
                        files[entry.name] = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
        return files, folders

    def walk(self, name: str = "") -> Iterator[tuple[str, os.stat_result]]:
        """All files (and links) beneath a folder: relative path and status, in no fixed order.

        A file or link at ``name`` itself yields just that; nothing there yields nothing.
        """
        found = self.stat(name) if name else None
        if name and found is None:
            return
        if found is not None and not modes.S_ISDIR(found.st_mode):
            yield name, found
            return
        yield from self._walk(name)

    def _walk(self, name: str) -> Iterator[tuple[str, os.stat_result]]:
        prefix = f"{name}/" if name else ""
        try:
            folder = self.sub(name)
        except (FileNotFoundError, NotADirectoryError):
            return
        with folder:
            deeper = []
            where = folder.path if folder.handle is None else folder.handle
            with os.scandir(where) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        deeper.append(entry.name)
                        continue
                    try:
                        yield prefix + entry.name, entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
            for child in deeper:
                for path, status in folder._walk(child):  # noqa: SLF001 - the same class
                    yield prefix + path, status

    def folders(self, name: str = "") -> Iterator[str]:
        """All folders beneath a folder, parents before children."""
        prefix = f"{name}/" if name else ""
        for entry in self.scan(name):
            if entry.is_dir(follow_symlinks=False):
                yield prefix + entry.name
                yield from self.folders(prefix + entry.name)

    def read_link(self, name: str) -> str:
        """Where a link points."""
        return os.readlink(self.at(name), dir_fd=self.handle)

    # Opening ---------------------------------------------------------------------------------

    def sub(self, name: str, *, create: bool = False) -> Folder:
        """Open a folder beneath this one, making it and its parents if asked.

        Raises:
            OSError: if it is not there, or a component is a link or a file.
        """
        if not name:
            return Folder(self.path, None if self.handle is None else os.dup(self.handle))
        if not create and "/" in name:
            opened = beneath.open_folder(self.handle, name)
            if opened is not None:
                return Folder(f"{self.path}/{name}", opened)
        current = self
        for part in name.split("/"):
            try:
                child = current._child(part, create=create)
            finally:
                if current is not self:
                    current.close()
            current = child
        return current

    def _child(self, part: str, *, create: bool) -> Folder:
        if part in ("", ".", ".."):
            raise OSError(ELOOP, "not a plain path", f"{self.path}/{part}")
        path = f"{self.path}/{part}"
        if self.handle is None:  # pragma: no cover - Windows
            if create and not os.path.isdir(path):
                calls.mkdir(None, path)
            return Folder(_real_folder(path), None)
        try:
            return Folder(path, os.open(part, _FLAGS, dir_fd=self.handle))
        except FileNotFoundError:
            if not create:
                raise
        try:
            calls.mkdir(self.handle, part)
        except FileExistsError:
            pass  # another process made it between the two calls
        return Folder(path, os.open(part, _FLAGS, dir_fd=self.handle))

    def parent(self, name: str, *, create: bool = False) -> tuple[Folder, str]:
        """The open folder that holds a name (good as long as this one), and its last component."""
        head, _, last = name.rpartition("/")
        return (self.sub(head, create=create) if head else _Lent(self.path, self.handle)), last

    def open_file(self, name: str) -> int:
        """Open a regular file for reading; return its descriptor.

        Raises:
            OSError: if it is not there, is a folder, link, pipe or device, or a parent is a link.
        """
        descriptor = beneath.open_file(self.handle, name)
        if descriptor is None:
            folder, last = self.parent(name)
            with folder:
                flags = os.O_RDONLY | calls.NOFOLLOW | calls.CLOEXEC | calls.BINARY
                descriptor = os.open(folder.at(last), flags | calls.NONBLOCK, dir_fd=folder.handle)
        mode = os.fstat(descriptor).st_mode
        if modes.S_ISREG(mode):
            return descriptor
        os.close(descriptor)
        raise OSError(EISDIR if modes.S_ISDIR(mode) else ENOTDIR, "not a regular file", name)

    def read(self, name: str, limit: int = -1) -> bytes:
        """The bytes of a file (at most ``limit`` of them, if that is not negative)."""
        descriptor = self.open_file(name)
        try:
            return read_all(descriptor, limit)
        finally:
            os.close(descriptor)

    # Changing --------------------------------------------------------------------------------

    def make(self, name: str) -> None:
        """Make a folder and its parents; one that is there is fine."""
        self.sub(name, create=True).close()

    def move(self, name: str, to: Folder, to_name: str) -> None:
        """Move a name, replacing nothing; parents of the target are made.

        Raises:
            FileExistsError: if the target is there.
        """
        folder, last = self.parent(name)
        with folder:
            target, target_last = to.parent(to_name, create=True)
            with target:
                rename_noreplace(folder, last, target, target_last)

    def replace(self, name: str, to: Folder, to_name: str) -> None:
        """Move a name over another one, atomically; parents of the target are made."""
        folder, last = self.parent(name)
        with folder:
            target, target_last = to.parent(to_name, create=True)
            with target:
                calls.rename(folder.handle, folder.at(last), target.handle, target.at(target_last))

    def unlink(self, name: str) -> bool:
        """Remove a file's name; False if it was not there."""
        try:
            folder, last = self.parent(name)
            with folder:
                calls.unlink(folder.handle, folder.at(last))
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def prune(self, name: str) -> None:
        """Remove a folder if it is empty, then its parents as long as they are empty."""
        while name:
            folder, last = None, ""
            try:
                folder, last = self.parent(name)
                with folder:
                    calls.rmdir(folder.handle, folder.at(last))
            except OSError as error:
                if error.errno in (ENOENT, ENOTDIR):
                    pass  # already gone: its parents may still be empty
                elif error.errno in (ENOTEMPTY, EEXIST):
                    return
                else:
                    raise
            name = name.rpartition("/")[0]

    def remove_tree(self, name: str) -> None:
        """Remove a file or a folder with all it holds; links are removed, never followed."""
        found = self.stat(name)
        if found is None:
            return
        if not modes.S_ISDIR(found.st_mode):
            self.unlink(name)
            return
        with self.sub(name) as folder:
            for child in folder.names():
                folder.remove_tree(child)
        folder, last = self.parent(name)
        with folder:
            calls.rmdir(folder.handle, folder.at(last))

    def flush(self, name: str = "") -> None:
        """Wait until the names in the folder (or in one beneath it) are on the disk."""
        if self.handle is None:  # pragma: no cover - Windows cannot flush folders
            return
        if not name:
            calls.flush(self.handle)
            return
        with self.sub(name) as folder:
            folder.flush()


class _Lent(Folder):
    """A folder whose handle belongs to another one, which closes it."""

    __slots__ = ()

    def close(self) -> None:
        """Leave the handle to its owner."""


def read_all(descriptor: int, limit: int = -1) -> bytes:
    """The rest of an open file (at most ``limit`` bytes, if that is not negative)."""
    parts: list[bytes] = []
    wanted, left = _FIRST_READ, limit
    while left != 0:
        ask = wanted if left < 0 else min(wanted, left)
        parts.append(os.read(descriptor, ask))
        if len(parts[-1]) < ask:
            break
        left -= ask if left > 0 else 0
        if len(parts) == 1:
            # One byte more than its size, so that one call sees the end of an ordinary file.
            wanted = min(os.fstat(descriptor).st_size + 1, _ONE_READ)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _is_settled(entry: os.DirEntry[str]) -> bool:
    # An entry asks the folder's handle lazily, which is closed by the time the caller looks, and
    # may be another folder's by then. One that has gone meanwhile cannot be asked any more.
    try:
        entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _real_folder(path: str) -> str:  # pragma: no cover - Windows
    if os.path.islink(path) or not os.path.isdir(path):
        raise NotADirectoryError(ENOTDIR, "not a folder", path)
    return path
