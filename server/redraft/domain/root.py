"""A root: one workspace folder with its sessions, as one process sees it."""

from __future__ import annotations

import os

from redraft.disk.folder import Folder
from redraft.disk.lock import Lock, peek
from redraft.domain import layout
from redraft.errors import FileNotFound, UnsupportedFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from redraft.domain.marker import Sighting

LOCK_WAIT_S = 10.0


class Root:
    """An open root. Safe to use from several threads; close it when done.

    Attributes:
        path: the folder, absolute, links resolved.
        folder: the folder, held open.
        lock_wait_s: how long an operation waits for another process, in seconds.
        sighting: what the last look at the marker saw (see :mod:`redraft.domain.marker`).
    """

    __slots__ = ("_repairs", "folder", "lock_wait_s", "path", "sighting")

    def __init__(self, folder: Folder, lock_wait_s: float) -> None:
        self.folder = folder
        self.path = folder.path
        self.lock_wait_s = lock_wait_s
        self.sighting: Sighting | None = None
        self._repairs: list[str] = []

    @classmethod
    def open(cls, path: str, lock_wait_s: float = LOCK_WAIT_S) -> Root:
        """Open a workspace folder.

        Raises:
            FileNotFound: there is no such folder.
            UnsupportedFile: it is not a folder.
        """
        real = os.path.realpath(path)
        try:
            return cls(Folder.open(real), lock_wait_s)
        except FileNotFoundError:
            raise FileNotFound(path, [real]) from None
        except NotADirectoryError:
            raise UnsupportedFile(path, "is not a folder") from None

    def close(self) -> None:
        """Let the folder go."""
        self.folder.close()

    def __enter__(self) -> Root:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def hold(self, doing: str, session: str | None = None) -> Held:
        """Take the lock between processes for one operation.

        What a process that died left half done is finished or rolled back first.

        Args:
            doing: what for, in a word; others are told it while they wait.
            session: the session whose folder will be written in, if it is one.

        Raises:
            Locked: somebody else held it for longer than ``lock_wait_s``.
        """
        return Held(self, doing, session)

    def prepare(self) -> None:
        """Make ``.workflow/`` and ``workspace/`` with their ``.gitignore``, where missing."""
        for place, name, text in (
            (layout.WORKFLOW, ".gitignore", b"*\n"),
            (layout.WORKSPACE, ".gitignore", b"session.lock\n"),
        ):
            with self.folder.sub(place, create=True) as folder:
                if folder.stat(name) is None:
                    _write_once(folder, name, text)

    def busy(self) -> bool:
        """Whether a journal is open: an operation is at work this moment, or died at it."""
        record = peek(self.folder, layout.LOCK)
        return bool(record) and record.get("journal") is not False

    def note_repair(self, sentence: str) -> None:
        """Remember a repair, to be reported once."""
        self._repairs.append(sentence)

    def take_repairs(self) -> list[str]:
        """The repairs made since the last call, a sentence each."""
        taken, self._repairs = self._repairs, []
        return taken

    def sessions(self) -> Iterator[str]:
        """The names of all session folders, in no fixed order."""
        for entry in self.folder.scan(layout.WORKFLOW):
            if entry.is_dir(follow_symlinks=False) and layout.is_name(entry.name):
                yield entry.name


class Held:
    """The root's lock, held for one operation (a context manager)."""

    __slots__ = ("_lock", "_root")

    def __init__(self, root: Root, doing: str, session: str | None) -> None:
        root.prepare()
        work = layout.session_folder(session) if session else None
        self._root = root
        self._lock = Lock(root.folder, layout.LOCK, doing, root.lock_wait_s, work)

    def __enter__(self) -> Lock:
        lock = self._lock.__enter__()
        if lock.left_behind is not None:
            from redraft.domain.healing import after_death

            try:
                after_death(self._root, lock)
            except BaseException:
                lock.__exit__(None, None, None)
                raise
        return lock

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.__exit__(kind, error, trace)


def _write_once(folder: Folder, name: str, text: bytes) -> None:
    from redraft.disk.copying import write_file

    try:
        write_file(folder, name, (text,), flush=False)
    except FileExistsError:
        pass  # another process was faster
