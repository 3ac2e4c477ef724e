"""The ground that is measured on: folders of documents with sessions, on a real disk.

What the product would make one by one is put down directly, old enough for its time to vouch for
its content, and brought to the disk before anything is measured.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from redraft.disk import beneath
from redraft.domain import layout, lifecycle, marker
from redraft.domain.root import Root
from redraft.domain.session import new_metadata

SESSION = "main"
BIG = 20_000  # bytes of a document that is read or written while the clock runs
SMALL = 500  # bytes of all the others
SPARES = 400
_OLD_NS = 1_600_000_000_000_000_000
_PER_FOLDER = 100
_NOT_DISKS = ("tmpfs", "ramfs", "devtmpfs")


@dataclass(slots=True)
class Book:
    """A root with documents and sessions, of which ``main`` is the active one.

    Attributes:
        path: the root.
        documents: the documents' paths; the session modified the first ``changes`` of them.
        spares: documents of 20 KB beside them, that no session touched yet.
        sessions: the names of the other sessions.
    """

    path: str
    documents: list[str]
    spares: Iterator[str]
    sessions: list[str]
    _roots: list[Root] = field(default_factory=list)

    @property
    def home(self) -> str:
        """The active session's folder."""
        return f"{self.path}/{layout.session_folder(SESSION)}"

    def root(self) -> Root:
        """The root, open, its marker looked at long enough ago to be known."""
        root = Root.open(self.path)
        self._roots.append(root)
        settle(root)
        return root

    def forget(self, paths: Iterable[str]) -> None:
        """Take the changes of some documents out of the active session again."""
        for path in paths:
            os.unlink(f"{self.home}/{layout.FILES}/{path}")
            os.unlink(f"{self.home}/{layout.BASE}/{path}")

    def close(self) -> None:
        """Let all open roots go."""
        for root in self._roots:
            root.close()


def settle(root: Root) -> None:
    """Let a running process's knowledge of the marker come to rest."""
    for _ in range(3):
        marker.active(root)
        time.sleep(0.04)  # until a sighting settles
    marker.active(root)


def settle_for_others(root: Root) -> None:
    """Let a new process find what other processes would have left for it after a while.

    A time of the folder that is too young to be relied upon is made old, as time would; twice,
    because what is left there for the first time is itself a change of the folder.
    """
    for age in (2, 1):
        os.utime(f"{root.path}/{layout.WORKFLOW}", ns=(_OLD_NS - age, _OLD_NS - age))
        with Root.open(root.path) as other:
            settle(other)


class Ground:
    """A scratch folder, removed at the end (a context manager); books are built once and shared."""

    def __init__(self, parent: str | None) -> None:
        beneath.enable()  # as every server does
        self.path = os.path.realpath(tempfile.mkdtemp(prefix="redraft-bench-", dir=_disk(parent)))
        self._books: dict[tuple[int, int, int], Book] = {}
        self._spoilt: list[Book] = []
        self._folders = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for book in (*self._books.values(), *self._spoilt):
            book.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def forget(self) -> None:
        """Build books anew from now on: what was being measured left the old ones in disorder."""
        self._spoilt.extend(self._books.values())
        self._books.clear()

    def folder(self) -> str:
        """A new empty folder."""
        self._folders += 1
        path = f"{self.path}/folder-{self._folders}"
        os.mkdir(path)
        return path

    def book(self, *, files: int = 100, changes: int = 10, sessions: int = 0) -> Book:
        """A book with so many documents, changes in ``main`` and other sessions."""
        key = (files, changes, sessions)
        if key not in self._books:
            self._books[key] = _build(f"{self.folder()}/book", *key)
            os.sync()
        return self._books[key]


def _disk(parent: str | None) -> str:
    """Where to work: the given folder, else the temporary one unless that lies in memory."""
    if parent is not None:
        return parent
    here, repository = tempfile.gettempdir(), str(Path(__file__).resolve().parents[2])
    return repository if file_system(here) in _NOT_DISKS else here


def file_system(path: str) -> str:
    """The kind of file system that a path lies on, as far as the system tells."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return "unknown"
    real = os.path.realpath(path) + "/"
    above = [(len(at), kind) for _, at, kind, *_ in mounts if real.startswith(at.rstrip("/") + "/")]
    return max(above)[1] if above else "unknown"


def put(path: str, size: int, mtime_ns: int = _OLD_NS) -> None:
    """Write a file of ``size`` bytes that is told by its first line, with an old time."""
    line = f"{path.rpartition('/')[2]}: a line of prose that is about as long as lines are.\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    os.write(descriptor, (line * (size // len(line) + 1))[:size].encode())
    os.utime(descriptor, ns=(mtime_ns, mtime_ns))
    os.close(descriptor)


def _build(path: str, files: int, changes: int, sessions: int) -> Book:
    os.mkdir(path)
    parts = [f"part-{number:03}" for number in range(max(files // _PER_FOLDER, 1))]
    documents = [f"{parts[i % len(parts)]}/chapter-{i:05}.md" for i in range(files)]
    spares = [f"{parts[i % len(parts)]}/spare-{i:05}.md" for i in range(SPARES)]
    for part in parts:
        os.mkdir(f"{path}/{part}")
    for name in documents:
        put(f"{path}/{name}", SMALL)
    for name in spares:
        put(f"{path}/{name}", BIG)
    names = [f"draft-{number:05}" for number in range(sessions)]
    with Root.open(path) as root:
        lifecycle.start(root, SESSION)
        for name in names:
            _session(path, name, documents[0])
    home = f"{path}/{layout.session_folder(SESSION)}"
    os.mkdir(f"{home}/{layout.BASE}")
    for part in parts[:changes]:  # a session holds no folders but those of its changes
        os.mkdir(f"{home}/{layout.FILES}/{part}")
        os.mkdir(f"{home}/{layout.BASE}/{part}")
    for name in documents[:changes]:
        put(f"{home}/{layout.BASE}/{name}", SMALL)
        put(f"{home}/{layout.FILES}/{name}", SMALL + 100, _OLD_NS + 1)
    return Book(path, documents, iter(spares), names)


def _session(path: str, name: str, document: str) -> None:
    """A session with one change."""
    home, part = f"{path}/{layout.session_folder(name)}", document.rpartition("/")[0]
    os.mkdir(home)
    put_metadata(home, name)
    for side, size in ((layout.FILES, SMALL + 100), (layout.BASE, SMALL)):
        os.makedirs(f"{home}/{side}/{part}")
        put(f"{home}/{side}/{document}", size)


def metadata(name: str) -> bytes:
    """A session's metadata as they are written."""
    return json.dumps(new_metadata(name), indent=2).encode() + b"\n"


def put_metadata(home: str, name: str) -> None:
    """Write a session's metadata."""
    write(f"{home}/{layout.METADATA}", metadata(name))


def write(path: str, data: bytes, *, flush: bool = False) -> None:
    """Write a new file with as few calls as it takes."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    os.write(descriptor, data)
    if flush:
        os.fsync(descriptor)
    os.close(descriptor)


def flush_folder(path: str) -> None:
    """Wait until a folder's names are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


def walk(path: str) -> int:
    """Walk a folder as a program must that wants every file's size; returns how many there are."""
    found, folders = 0, [path]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
                    found += 1
    return found
