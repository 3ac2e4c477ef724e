"""The lock between processes, and the record that its holder leaves for the next one.

The file is locked through ``filelock`` (``flock`` on Unix, ``LockFileEx`` on Windows) and never
unlinked: a name that comes and goes lets two processes lock two different files. Its content is a
record of one JSON line, rewritten in place while the lock is held::

    {"journals": "000000000012", "open": 1, "holder": {...}, "folder": ".workflow/draft", ...}

``journals`` counts the journals ever opened and ``open`` tells whether one is: as in a seqlock, a
reader that finds both the same before and after knows that no operation overlapped its look. A
record that names a holder while nobody holds the lock was left by a process that died. What
follows the first line is the tail of a longer record whose writer died, and means nothing.
"""

from __future__ import annotations

import os
import re
import threading
import time
from errno import ESPIPE
from functools import lru_cache

from redraft.disk import calls
from redraft.disk.folder import NO_FILE
from redraft.errors import Locked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from redraft.disk.folder import Folder

    Record = dict[str, object]

_LIMIT = 4096
_BEAT = '{{"journals": "{:012d}", "open": {:d}'
_BEAT_LENGTH = len(_BEAT.format(0, 0))
_HELD = b'"holder"'
_COUNT_TO = 10**12
_CLOSED = re.compile(rb'\{"journals": "([0-9]{12})", "open": 0\}\Z')


class Lock:
    """The lock of one folder, taken for one operation (a context manager, not re-entrant).

    Attributes:
        work: the folder (relative to the root) that this operation works in.
        session: the session whose view a journal of this operation changes.
        marks: the session whose marker this operation sets as its last step, once that is certain.
        journal: whether a journal of this operation is, or may be, open.
        unswept: whether it left something behind, for whoever takes the lock next.
        dead: the record of the last holder if it died, until its work is taken care of; else empty.
    """

    __slots__ = (
        "_count",
        "_descriptor",
        "_doing",
        "_folder",
        "_name",
        "_timeout",
        "dead",
        "journal",
        "marks",
        "session",
        "unswept",
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
        self._count = 0
        self.work = work
        self.session: str | None = None
        self.marks: str | None = None
        self.journal = False
        self.unswept = False
        self.dead: Record = {}

    def __enter__(self) -> Lock:
        from filelock import lock_descriptor

        parent, last = self._folder.parent(self._name)
        with parent:
            descriptor = calls.open_or_create(parent.handle, parent.at(last))
        deadline, pause = time.monotonic() + self._timeout, 0.001
        try:
            while not lock_descriptor(descriptor, blocking=False):
                if time.monotonic() >= deadline:
                    raise Locked(describe(parse(_first_line(descriptor))), self._timeout)
                time.sleep(pause)
                pause = min(pause * 2, 0.02)
            line = _first_line(descriptor)
            closed = _CLOSED.match(line)
            record = {} if closed else parse(line)
            self._count = int(closed[1]) if closed else _count_of(record)
            self._descriptor = descriptor
            if "holder" in record:
                self.dead = record
            else:
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
            if not (self.journal or self.dead or self.unswept):
                calls.overwrite(descriptor, _BEAT.format(self._count, 0).encode() + b"}\n")
        except OSError:
            pass  # then whoever comes next takes us for dead, and finds nothing to do
        finally:
            os.close(descriptor)  # closing the only descriptor releases the lock

    def begin(self, folder: str, session: str) -> None:
        """Note, flushed, that ``folder`` is about to get a journal that changes ``session``."""
        self.work, self.session, self.journal = folder, session, True
        self._count = (self._count + 1) % _COUNT_TO
        try:
            self._write()
            calls.flush(self._descriptor)
        except BaseException:
            self.journal = False  # nor will there be one
            raise

    def finish(self) -> None:
        """Note that this operation's journal is closed.

        Where that cannot be written, whoever comes next looks for a journal and finds none.
        """
        self.journal = False
        try:
            self._write()
        except OSError:
            return

    def intend(self, session: str) -> None:
        """Note that the operation is as good as done, and has only to set the session's marker."""
        self.marks = session
        self._write()

    def leave_unswept(self) -> None:
        """Let the record stay, so that whoever comes next takes us for dead and clears up."""
        self.marks, self.unswept = None, True
        try:
            self._write()
        except OSError:
            return  # then it still names us as it did before

    def bury(self) -> None:
        """Note that the dead holder's work is taken care of."""
        self.dead = {}
        self._write()

    def _write(self) -> None:
        if self.dead:
            # As long as the dead holder's work waits, the record goes on naming it: we may die too.
            fields = {k: v for k, v in self.dead.items() if k not in ("journals", "open", "holder")}
            is_open = self.journal or self.dead.get("open") != 0
            rest = _named(os.getpid(), user(), self._doing, fields)
        else:
            is_open = self.journal
            own = (self._doing, self.work, self.session, self.marks)
            rest = _own(os.getpid(), user(), *own)
        line = f"{_BEAT.format(self._count, is_open)}, {rest}\n"
        calls.overwrite(self._descriptor, line.encode())


class Pulse:
    """The lock's record as it stands, read without taking the lock.

    The file is kept open, so that a look is one ``stat`` and one read. Safe for several threads.
    """

    __slots__ = ("_descriptors", "_folder", "_guard", "_inode", "_name")

    def __init__(self, folder: Folder, name: str) -> None:
        self._folder = folder
        self._name = name
        self._inode = -1
        self._descriptors: list[int] = []
        self._guard = threading.Lock()

    def read(self) -> bytes:
        """The record's line; empty if nobody ever took the lock.

        Raises:
            OSError: it cannot be read, so that nobody knows whether an operation is at work.
        """
        try:
            at = self._folder.at(self._name)
            status = os.stat(at, dir_fd=self._folder.handle, follow_symlinks=False)
            if status.st_ino != self._inode:
                self._open_again(status.st_ino)
            return _first_line(self._descriptors[-1])
        except (OSError, IndexError) as error:
            # None is there, it was let go in this moment, or it is something that is no lock.
            if isinstance(error, OSError) and error.errno not in (*NO_FILE, ESPIPE):
                raise
            return b""

    def again(self) -> bytes:
        """As :meth:`read`, sparing the look whether the file is still the one that was opened."""
        try:
            return _first_line(self._descriptors[-1])
        except (OSError, IndexError):
            return self.read()

    def _open_again(self, inode: int) -> None:
        with self._guard:
            descriptor = self._folder.open_file(self._name)
            # An older one may be in use by another thread this moment: it stays open till the end.
            self._descriptors.append(descriptor)
            self._inode = inode

    def close(self) -> None:
        """Let the file go."""
        with self._guard:
            self._inode = -1
            while self._descriptors:
                os.close(self._descriptors.pop())


def beat(line: bytes) -> bytes:
    """The part of a record that changes whenever a journal is opened or closed."""
    return line[:_BEAT_LENGTH]


def is_held(line: bytes) -> bool:
    """Whether a record names a holder, alive or dead."""
    return _HELD in line


def is_open(line: bytes) -> bool:
    """Whether a record tells of an open journal."""
    return _HELD in line and line[_BEAT_LENGTH - 1 : _BEAT_LENGTH] != b"0"


def parse(line: bytes) -> Record:
    """A record as a mapping; one that cannot be read is that of an unknown holder."""
    if not line:
        return {}
    import json

    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    return record if isinstance(record, dict) else {"holder": {}}


def describe(record: Record) -> str:
    """Who holds the lock, for a person."""
    holder = record.get("holder")
    if not isinstance(holder, dict) or "pid" not in holder:
        return "another process"
    text = (
        f"process {holder['pid']} of {holder.get('user', '?')} ({holder.get('doing', 'at work')})"
    )
    return text.encode("utf-8", "replace").decode()


def user() -> str:
    """The login name of whoever runs this process, as far as the environment tells."""
    return os.environ.get("USER") or os.environ.get("USERNAME") or str(getattr(os, "getuid", int)())


def _named(pid: int, user: str, doing: str, fields: Record) -> str:
    """What follows the beat in a record: its holder, and what that is about."""
    import json

    return json.dumps({"holder": {"pid": pid, "user": user, "doing": doing}, **fields})[1:]


@lru_cache(64)
def _own(
    pid: int, user: str, doing: str, work: str | None, session: str | None, marks: str | None
) -> str:
    """The same for a holder that is alive; each is made once."""
    named = {"folder": work, "session": session, "marks": marks}
    fields: Record = {key: value for key, value in named.items() if value is not None}
    return _named(pid, user, doing, fields)


def _first_line(descriptor: int) -> bytes:
    if hasattr(os, "pread"):
        data = os.pread(descriptor, _LIMIT, 0)
    else:  # pragma: no cover - Windows
        os.lseek(descriptor, 0, os.SEEK_SET)
        data = os.read(descriptor, _LIMIT)
    return data.partition(b"\n")[0]


def _count_of(record: Record) -> int:
    count = record.get("journals")
    return int(count) if isinstance(count, str) and count.isdecimal() and len(count) < 13 else 0
