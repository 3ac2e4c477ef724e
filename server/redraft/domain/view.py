"""The view: a root as a session shows it, or plain global where no session is chosen.

The session's copy comes first, then a tombstone (of the path or of a folder above it), then
global. Looking is here; changing is in :mod:`redraft.domain.writing`.
"""

from __future__ import annotations

import os
import stat as modes

from redraft.disk.folder import NO_FILE, read_all
from redraft.disk.paths import canonical, is_ordinary, refuse_protected, relative
from redraft.domain import layout
from redraft.domain.session import Session
from redraft.errors import FileNotFound, PathOutsideRoot, RedraftError, UnsupportedFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import BinaryIO, Self, TypeVar

    from redraft.disk.folder import Folder
    from redraft.domain.root import Root

    Listing = list[tuple[str, str]]
    Seen = TypeVar("Seen")

_ATTEMPTS = 50


class Resolved:
    """Which file stands behind a path.

    Attributes:
        path: the canonical path, relative to the root.
        resolved_path: the absolute path of the real file (where it would be, if it is not there).
        source: ``session``, ``global`` or ``deleted``.
        exists: whether there is something to read.
        modified_in_session: whether the session holds its own version or a deletion.
        session: the session's name, or None for plain global.
    """

    __slots__ = ("exists", "modified_in_session", "path", "resolved_path", "session", "source")

    def __init__(
        self, path: str, resolved_path: str, source: str, session: str | None, *, exists: bool
    ) -> None:
        self.path = path
        self.resolved_path = resolved_path
        self.source = source
        self.exists = exists
        self.modified_in_session = source != "global"
        self.session = session


class Stat:
    """What a document or folder is: type, size in bytes, times in nanoseconds."""

    __slots__ = ("ctime_ns", "mtime_ns", "size", "type")

    def __init__(self, status: os.stat_result) -> None:
        self.type = kind_of(status.st_mode)
        self.size = status.st_size
        self.mtime_ns = status.st_mtime_ns
        self.ctime_ns = status.st_ctime_ns


def kind_of(mode: int) -> str:
    """``directory``, ``symlink`` or ``file``."""
    if modes.S_ISDIR(mode):
        return "directory"
    return "symlink" if modes.S_ISLNK(mode) else "file"


class View:
    """A root seen through a session (a context manager).

    Attributes:
        root: the root.
        session: the open session, or None for plain global.
    """

    __slots__ = ("root", "session")

    def __init__(self, root: Root, session: Session | None) -> None:
        self.root = root
        self.session = session

    @classmethod
    def of(cls, root: Root, session: str | None) -> Self:
        """See the root through the named session, or plainly.

        Raises:
            SessionNotFound, InvalidSessionName: there is no such session.
        """
        root.settle()
        return cls(root, Session.open(root, session) if session is not None else None)

    def close(self) -> None:
        """Let the session's folder go."""
        if self.session is not None:
            self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Resolving -------------------------------------------------------------------------------

    def path_of(self, given: str, *, follow_last: bool = True) -> str:
        """The canonical path of what a person gave (see :func:`redraft.disk.paths.canonical`).

        A link that the session deleted or replaced leads nowhere any more: its own path counts.
        """
        try:
            path = canonical(self.root.path, given, follow_last=follow_last)
        except PathOutsideRoot:
            own = self._own_path(given)
            if own is None:
                raise
            return own
        return path if path == given else self._own_path(given) or path

    def _own_path(self, given: str) -> str | None:
        if self.session is None:
            return None
        path = relative(self.root.path, given)
        folder = self.session.folder
        if not path or not (is_hidden(folder, path) or folder.stat(f"{layout.FILES}/{path}")):
            return None
        refuse_protected(path)
        return path

    def resolve(self, given: str) -> Resolved:
        """Say which file stands behind a path; raises only for paths that are refused."""
        path = self.path_of(given)
        source, status = self.look(path)
        name = self.session.name if self.session else None
        if source == "global" or self.session is None:
            real = f"{self.root.path}/{path}" if path else self.root.path
        else:
            real = f"{self.root.path}/{self.session.path}/{layout.FILES}/{path}"
        return Resolved(path, real, source, name, exists=status is not None)

    def look(self, path: str) -> tuple[str, os.stat_result | None]:
        """The source of a canonical path and its status there (None if it is not there)."""
        if self.session is None:
            return "global", self.root.folder.stat(path or ".")
        folder = self.session.folder
        copy, blocked = _probe(folder, f"{layout.FILES}/{path}" if path else layout.FILES)
        if copy is not None and not modes.S_ISDIR(copy.st_mode):
            return "session", copy
        hidden = blocked or (bool(path) and is_hidden(folder, path))
        if hidden:
            return ("session", copy) if copy is not None else ("deleted", None)
        status = self.root.folder.stat(path or ".")
        if copy is not None and (status is None or not modes.S_ISDIR(status.st_mode)):
            return "session", copy
        return "global", status

    def stat(self, given: str) -> Stat:
        """What lies at a path.

        Raises:
            FileNotFound: nothing does, in this view.
        """
        path = self.path_of(given)
        _, status = self._steadily(self.look, path)
        if status is None or not path:  # the root shows through an ended session
            self._check_there()
        if status is None:
            raise self.not_found(path)
        return Stat(status)

    def not_found(self, path: str) -> FileNotFound:
        """The error for a path that shows nothing, with the places that were looked at."""
        checked = [f"{self.root.path}/{path}"]
        if self.session is not None:
            checked.insert(0, f"{self.root.path}/{self.session.path}/{layout.FILES}/{path}")
        return FileNotFound(path, checked)

    # Reading ---------------------------------------------------------------------------------

    def open(self, given: str) -> BinaryIO:
        """Open a document for reading, as the session shows it at this moment.

        Raises:
            FileNotFound: it is not there.
            UnsupportedFile: it is a folder, pipe or device.
        """
        return os.fdopen(self._document(given), "rb")

    def open_path(self, path: str) -> tuple[BinaryIO, str]:
        """Open a canonical path; return the file and its source; raises as :meth:`open`."""
        descriptor, source = self._descriptor(path)
        return os.fdopen(descriptor, "rb"), source

    def _document(self, given: str) -> int:
        # Opening follows no link, so a plain path that opens is canonical, without another look.
        if is_ordinary(given):
            refuse_protected(given)
            before = self._stamp()
            found = self._try_open(given)
            if found is not None:
                if self._unmoved(before):
                    return found[0]
                os.close(found[0])
        return self._descriptor(self.path_of(given))[0]

    def _descriptor(self, path: str) -> tuple[int, str]:
        # A commit moves copies away while it runs, so a look that overlaps one is made again.
        for _ in range(_ATTEMPTS):
            before = self._stamp()
            found = self._try_open(path)
            if self._unmoved(before):
                if found is None:
                    raise self._no_document(path)
                return found
            if found is not None:
                os.close(found[0])
        raise self.not_found(path)

    def _try_open(self, path: str) -> tuple[int, str] | None:
        """Copy, tombstone, global, in this order; None if none gives a document."""
        try:
            session = self.session
            if session is not None and path:
                name = f"{layout.FILES}/{path}"
                copy, blocked = _probe(session.folder, name)
                if copy is not None or blocked:
                    try:
                        return session.folder.open_file(name), "session"
                    except FileNotFoundError:
                        pass  # it went this moment
                if is_hidden(session.folder, path):
                    return None
            return self.root.folder.open_file(path or "."), "global"
        except OSError as error:
            if error.errno in NO_FILE:
                return None
            raise

    def _no_document(self, path: str) -> RedraftError:
        self._check_there()
        _, status = self.look(path)
        if status is None or modes.S_ISREG(status.st_mode):
            return self.not_found(path)  # or it came a moment too late
        return UnsupportedFile(path, f"is a {_named(status.st_mode)}, not a document")

    def _stamp(self) -> bytes:
        """Equal stamps around a look mean that no operation with a journal overlapped it."""
        return b"" if self.session is None else self.root.beat(self.session.name)

    def _steadily(self, look: Callable[[str], Seen], path: str) -> Seen:
        """Look again if an operation with a journal overlapped, whose middle nobody should see."""
        for _ in range(_ATTEMPTS):
            before = self._stamp()
            try:
                found = look(path)
            except (RedraftError, OSError):
                if self._unmoved(before):
                    raise
                continue
            if self._unmoved(before):
                return found
        return look(path)

    def _unmoved(self, before: bytes) -> bool:
        return self.session is None or self.root.has_beat(before)

    def read(self, given: str) -> bytes:
        """A document's bytes."""
        descriptor = self._document(given)
        try:
            return read_all(descriptor)
        finally:
            os.close(descriptor)

    def list(self, given: str) -> Listing:
        """The entries of a folder, both layers merged, sorted: (name, type).

        Raises:
            FileNotFound: there is no such folder.
            UnsupportedFile: it is a document.
        """
        return self.list_path(self.path_of(given))

    def list_path(self, path: str) -> Listing:
        """As :meth:`list`, for a canonical path."""
        return self._steadily(self._list, path)

    def _check_there(self) -> None:
        # What an ended session's folder hides is no longer hidden from anybody.
        if self.session is not None:
            self.session.check_there()

    def _list(self, path: str) -> Listing:
        self._check_there()
        _, status = self.look(path)
        if status is None:
            raise self.not_found(path)
        if not modes.S_ISDIR(status.st_mode):
            raise UnsupportedFile(path, "is a document, not a folder")
        entries = self._global_entries(path)
        if self.session is not None:
            for entry in self.session.folder.scan(_join(layout.FILES, path)):
                entries[entry.name] = kind_of(entry.stat(follow_symlinks=False).st_mode)
        return sorted(entries.items())

    def _global_entries(self, path: str) -> dict[str, str]:
        session = self.session
        if session is not None and path and is_hidden(session.folder, path):
            return {}
        entries = {
            entry.name: kind_of(entry.stat(follow_symlinks=False).st_mode)
            for entry in self.root.folder.scan(path)
            if not _is_own(_join(path, entry.name))
        }
        if session is not None:
            for stone in session.folder.scan(_join(layout.DELETED, path)):
                if not stone.is_dir(follow_symlinks=False):
                    entries.pop(stone.name, None)
        return entries

    def walk(self, path: str = "") -> Iterable[tuple[str, str]]:
        """All entries beneath a folder, parents first: (path, type)."""
        for name, kind in self.list_path(path):
            inner = _join(path, name)
            yield inner, kind
            if kind == "directory":
                yield from self.walk(inner)

    # Other sides, for comparing ---------------------------------------------------------------

    def read_side(self, given: str, side: str) -> bytes:
        """The bytes of a document's ``base`` or ``global`` side; empty where that side has none."""
        folder, name = self._side(given, side)
        try:
            return folder.read(name)
        except (FileNotFoundError, NotADirectoryError):
            return b""

    def stat_side(self, given: str, side: str) -> Stat | None:
        """What lies on a document's ``base`` or ``global`` side; None where that side has none."""
        folder, name = self._side(given, side)
        status = folder.stat(name)
        return None if status is None else Stat(status)

    def _side(self, given: str, side: str) -> tuple[Folder, str]:
        path = self.path_of(given)
        if side == "base":
            if self.session is None:
                raise self.not_found(path)
            if self.session.folder.stat(f"{layout.BASE}/{path}") is not None:
                return self.session.folder, f"{layout.BASE}/{path}"
        return self.root.folder, path


def _probe(folder: Folder, name: str) -> tuple[os.stat_result | None, bool]:
    """The status of a name, and whether a file stands where one of its parents should be."""
    handle = folder.handle
    try:
        at = name if handle is not None else folder.at(name)
        return os.stat(at, dir_fd=handle, follow_symlinks=False), False
    except FileNotFoundError:
        return None, False
    except NotADirectoryError:
        return None, True


def is_hidden(session_folder: Folder, path: str) -> bool:
    """Whether a tombstone hides a path: its own, or one of a folder above it."""
    stone, above = _probe(session_folder, f"{layout.DELETED}/{path}")
    return above or (stone is not None and not modes.S_ISDIR(stone.st_mode))


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name


def _is_own(path: str) -> bool:
    from redraft.disk.paths import refuse_protected
    from redraft.errors import ProtectedPath

    try:
        refuse_protected(path)
    except ProtectedPath:
        return True
    return False


def _named(mode: int) -> str:
    if modes.S_ISDIR(mode):
        return "folder"
    return "link that leads nowhere" if modes.S_ISLNK(mode) else "pipe or device"
