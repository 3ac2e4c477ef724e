"""A root: one workspace folder with its sessions, as one process sees it."""

from __future__ import annotations

import os

from redraft.disk.folder import Folder
from redraft.disk.lock import Lock, Pulse, beat, is_held, is_open, parse
from redraft.domain import layout
from redraft.errors import FileNotFound, Locked, UnsupportedFile

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
        last_dated_ns: the time in the last name that this process made from one.
        sighting: what the last look at the marker saw (see :mod:`redraft.domain.marker`).
    """

    __slots__ = (
        "_crashed",
        "_pulse",
        "_repairs",
        "_stuck",
        "_troubles",
        "folder",
        "last_dated_ns",
        "lock_wait_s",
        "path",
        "sighting",
    )

    def __init__(self, folder: Folder, lock_wait_s: float) -> None:
        self.folder = folder
        self.path = folder.path
        self.lock_wait_s = lock_wait_s
        self.last_dated_ns = 0
        self.sighting: Sighting | None = None
        self._crashed: tuple[object, list[str]] | None = None
        self._pulse = Pulse(folder, layout.LOCK)
        self._repairs: list[str] = []
        self._stuck: dict[str, tuple[int, int]] = {}
        self._troubles: dict[str, str] = {}

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
        self._pulse.close()
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

    # The lock between processes -----------------------------------------------------------------

    def hold(self, doing: str, session: str | None = None, *, wait_s: float | None = None) -> Held:
        """Take the lock between processes for one operation.

        What a process that died left half done is finished or rolled back first.

        Args:
            doing: what for, in a word; others are told it while they wait.
            session: the session whose folder will be written in, if it is one.
            wait_s: how long to wait for another process, in seconds; None: ``lock_wait_s``.

        Raises:
            Locked: somebody else held it for longer than that.
        """
        return Held(self, doing, session, self.lock_wait_s if wait_s is None else wait_s)

    def settle(self) -> None:
        """Finish or roll back what a process that died left half done. Every command begins so.

        It never waits for a process that is alive, and costs one ``stat`` and one small read.
        """
        if not is_held(self._pulse.read()):
            return
        try:
            with self.hold("look", wait_s=0):
                pass
        except (Locked, OSError):
            return  # somebody is at work, or we may not write here: the next one sees to it

    def busy(self) -> bool:
        """Whether a journal is open: an operation is at work this moment, or died at it."""
        return is_open(self._pulse.read())

    def beat(self, session: str) -> bytes:
        """A stamp; equal ones around a look mean that no operation with a journal overlapped it.

        An operation that is changing the session's view this moment is waited for.
        """
        line = self._pulse.again()
        while is_open(line) and parse(line).get("session") in (session, None):
            with self.hold("read"):
                pass
            line = self._pulse.read()
        return beat(line)

    def has_beat(self, before: bytes) -> bool:
        """Whether the stamp is still this one."""
        return beat(self._pulse.again()) == before

    def crashed(self) -> list[str]:
        """The sessions whose interrupted operation nobody could repair, by name.

        Looked for again only when a journal was opened or closed, or a session came or went.
        """
        line = self._pulse.read()
        if is_open(line):
            return []
        workflow = self.folder.stat(layout.WORKFLOW)
        key = (beat(line), workflow and (workflow.st_ino, workflow.st_mtime_ns))
        if self._crashed is None or self._crashed[0] != key:
            stat, at = self.folder.stat, f"{layout.WORKFLOW}/%s/{layout.JOURNAL}"
            names = [name for name in self.sessions() if stat(at % name) is not None]
            self._crashed = (key, sorted(names))
        return list(self._crashed[1])

    def is_stuck(self, folder: str) -> bool:
        """Whether the very journal that lies in a folder could not be carried on before."""
        return folder in self._stuck and self._stuck[folder] == self._journal_in(folder)

    def note_stuck(self, folder: str, why: str) -> None:
        """Remember that the journal in a folder cannot be carried on, to be reported once."""
        self._stuck[folder] = self._journal_in(folder)
        self._troubles[folder] = f"Could not finish what was interrupted in {folder}: {why}."

    def _journal_in(self, folder: str) -> tuple[int, int]:
        found = self.folder.stat(f"{folder}/{layout.JOURNAL}")
        return (found.st_ino, found.st_mtime_ns) if found is not None else (0, 0)

    def note_repair(self, sentence: str) -> None:
        """Remember a repair, to be reported once."""
        self._repairs.append(sentence)

    def take_repairs(self) -> list[str]:
        """The repairs made since the last call, and what could not be repaired, a sentence each."""
        taken, self._repairs = [*self._repairs, *self.take_troubles()], []
        return taken

    def take_troubles(self, told: str | None = None) -> list[str]:
        """What could not be repaired since the last call.

        Args:
            told: a folder of which it is said already.
        """
        taken = [why for folder, why in self._troubles.items() if folder != told]
        self._troubles.clear()
        return taken

    def sessions(self) -> Iterator[str]:
        """The names of all session folders, in no fixed order."""
        return filter(layout.is_name, self.folder.subfolders(layout.WORKFLOW))


class Held:
    """The root's lock, held for one operation (a context manager)."""

    __slots__ = ("_lock", "_root", "_session")

    def __init__(self, root: Root, doing: str, session: str | None, wait_s: float) -> None:
        self._root = root
        self._session = session
        work = layout.session_folder(session) if session else None
        self._lock = Lock(root.folder, layout.LOCK, doing, wait_s, work)

    def __enter__(self) -> Lock:
        try:
            lock = self._lock.__enter__()
        except (FileNotFoundError, NotADirectoryError):  # the first operation of all, or no folder
            self._root.folder.make(layout.WORKFLOW)
            lock = self._lock.__enter__()
        try:
            _furnish(self._root.folder)
            if lock.dead or self._has_stray_journal():
                from redraft.domain.healing import after_death, finish_stray

                if lock.dead:
                    after_death(self._root, lock)
                if self._session is not None:
                    finish_stray(self._root, lock, self._session)
        except BaseException:
            lock.__exit__(None, None, None)
            raise
        return lock

    def _has_stray_journal(self) -> bool:
        if self._session is None:
            return False
        home = layout.session_folder(self._session)
        return self._root.folder.stat(f"{home}/{layout.JOURNAL}") is not None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is not None:
                from redraft.domain.healing import sweep_after_failure

                sweep_after_failure(self._root, self._lock)
        finally:
            self._lock.__exit__(kind, error, trace)


def _furnish(root: Folder) -> None:
    """Make ``workspace/`` and the ``.gitignore`` of both folders where missing; under the lock."""
    for place, text in (
        (layout.WORKFLOW, b"*\n"),
        (layout.WORKSPACE, b"session.lock\n.session.lock.new\n.gitignore\n"),
    ):
        if root.stat(f"{place}/.gitignore") is None:
            from redraft.disk.durable import publish

            root.make(place)
            via = f"{place}/{layout.NEW}"
            publish(root, f"{place}/.gitignore", text, via=via, flush=False)
