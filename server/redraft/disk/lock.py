"""The lock between processes, and the record that its holder leaves for the next one.

The file is locked through ``filelock`` (``flock`` on Unix, ``LockFileEx`` on Windows) and never
unlinked: a name that comes and goes lets two processes lock two different files. Its content is a
small JSON record, rewritten in place while the lock is held. A record that still names a holder
when nobody holds the lock was left by a process that died.
"""

from __future__ import annotations

import os
import time

from redraft.disk import calls
from redraft.errors import Locked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from redraft.disk.folder import Folder

_LIMIT = 4096
IDLE = b"{}\n"


class Lock:
    """The lock of one folder, taken for one operation (a context manager, not re-entrant).

    Attributes:
        left_behind: after entering: what the last holder was at if it died, else None.
        dead_folder: the folder (relative to the root) that it was at work in, if it said so.
        journal: whether a journal is, or may be, open.
    """

    __slots__ = (
        "_descriptor",
        "_doing",
        "_folder",
        "_name",
        "_timeout",
        "dead_folder",
        "journal",
        "left_behind",
        "work",
    )

    def __init__(
        self, folder: Folder, name: str, doing: str, timeout_s: float, work: str | None = None
    ) -> None:
        self._folder = folder
        self._name = name
        self._doing = doing
        self._timeout = timeout_s
        self._descriptor = -1
        self.work = work
        self.left_behind: str | None = None
        self.dead_folder: str | None = None
        self.journal = False

    def __enter__(self) -> Lock:
        from filelock import lock_descriptor

        descriptor = calls.open_or_create(self._folder.handle, self._folder.at(self._name))
        deadline, pause = time.monotonic() + self._timeout, 0.001
        try:
            while not lock_descriptor(descriptor, blocking=False):
                if time.monotonic() >= deadline:
                    raise Locked(describe(read_record(descriptor)), self._timeout)
                time.sleep(pause)
                pause = min(pause * 2, 0.02)
            record = read_record(descriptor)
            if record.get("holder") is not None:
                self.left_behind = describe(record)
                self.dead_folder = _text(record.get("folder"))
                self.journal = record.get("journal") is not False
            self._descriptor = descriptor
            self._write()
        except BaseException:
            os.close(descriptor)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        try:
            if not self.journal:
                calls.overwrite(descriptor, IDLE)
        finally:
            os.close(descriptor)  # closing the only descriptor releases the lock

    def begin(self, folder: str) -> None:
        """Note on disk that ``folder`` is about to get a journal, before it gets one."""
        self.work, self.journal = folder, True
        self._write()
        calls.flush(self._descriptor)

    def finish(self) -> None:
        """Note that no journal is left open."""
        self.journal = False
        self._write()

    def _write(self) -> None:
        import json

        # Until the dead holder's work is taken care of, the record goes on naming it.
        folder = self.dead_folder if self.left_behind and self.journal else self.work
        holder = {"pid": os.getpid(), "user": user(), "doing": self._doing}
        record = json.dumps({"holder": holder, "folder": folder, "journal": self.journal})
        calls.overwrite(self._descriptor, record.encode() + b"\n")


def peek(folder: Folder, name: str) -> dict[str, object]:
    """The record as it stands, without taking the lock; empty if nobody is at work or died."""
    try:
        descriptor = os.open(
            folder.at(name), os.O_RDONLY | calls.NOFOLLOW | calls.CLOEXEC, dir_fd=folder.handle
        )
    except OSError:
        return {}
    try:
        return read_record(descriptor)
    finally:
        os.close(descriptor)


def read_record(descriptor: int) -> dict[str, object]:
    """Parse the lock's record; one that cannot be read (torn by a death) names an unknown holder."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    data = os.read(descriptor, _LIMIT)
    if data in (b"", IDLE):
        return {}
    import json

    try:
        record = json.loads(data)
    except ValueError:
        return {"holder": {}}
    return record if isinstance(record, dict) else {"holder": {}}


def describe(record: dict[str, object]) -> str:
    """Who holds the lock, for a person."""
    holder = record.get("holder")
    if not isinstance(holder, dict) or "pid" not in holder:
        return "another process"
    return f"process {holder['pid']} of {holder.get('user', '?')} ({holder.get('doing', 'at work')})"


def user() -> str:
    """The login name of whoever runs this process, as far as the environment tells."""
    return os.environ.get("USER") or os.environ.get("USERNAME") or str(getattr(os, "getuid", int)())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
