"""What a tool has to be able to do to be compared, and what it says of the jobs it has not."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple, Self

from tests.bench.peers.desk import Desk, Shell


class Job(StrEnum):
    """The jobs that all tools are given."""

    ISOLATE = "isolate"
    EDIT = "first edit"
    FLUSHED = "first edit, flushed"
    STATUS = "status"
    INTEGRATE = "integrate"
    SWITCH = "switch"
    DISCARD = "discard"


class How(NamedTuple):
    """How a tool does a job: the commands, and whether the result is on the disk at their end."""

    words: str
    durable: bool = False


class Absent(NamedTuple):
    """A job that a tool has not, and why."""

    word: Literal["nothing to do", "cannot"]
    why: str


class Jobs(NamedTuple):
    """How a tool does each job."""

    isolate: How | Absent
    edit: How | Absent
    flushed: How | Absent
    status: How | Absent
    integrate: How | Absent
    switch: How | Absent
    discard: How | Absent

    def of(self, job: Job) -> How | Absent:
        """How it does this one."""
        found: How | Absent = getattr(self, job.name.lower())
        return found


class Peer(ABC):
    """A tool with its own copy of the folder (a context manager).

    The desk makes the text that a document gets in a draft.

    Attributes:
        title: its name.
        how: how it does each job.
        in_place: whether its drafts are written over the accepted texts.
        book: the folder with the accepted texts.
    """

    title: ClassVar[str]
    how: ClassVar[Jobs]
    in_place: ClassVar[bool] = False

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.book = desk.lay(self.title.replace(" ", "-"))
        self._stack = ExitStack()

    @classmethod
    def missing(cls, desk: Desk) -> str | None:
        """Why the tool cannot be had on this machine, if it cannot."""
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @abstractmethod
    def version(self) -> str:
        """Which tool it is, to the number."""

    @abstractmethod
    def begin(self, draft: str) -> None:
        """Begin a draft; from now on it is the one that is worked in."""

    @abstractmethod
    def edit(self, draft: str, path: str, *, flush: bool = False) -> None:
        """Give a document its text in the draft; with ``flush`` it is on the disk afterwards."""

    def edit_all(self, draft: str, paths: Iterable[str]) -> None:
        """The same for several documents, while nobody looks at the clock."""
        for path in paths:
            self.edit(draft, path)

    @abstractmethod
    def read(self, draft: str, path: str) -> bytes:
        """The text of a document in the draft that is worked in."""

    def status(self, draft: str) -> bytes:
        """What the draft changed, as the tool says it: with each document's path."""
        return b""

    def keep(self, draft: str) -> None:
        """Make a draft ready to be left for a new one."""

    def switch(self, draft: str, other: str) -> None:
        """From the draft that was begun last to the other one, which was kept."""

    def integrate(self, draft: str) -> None:
        """Make the draft's texts the accepted ones."""

    def clear(self, draft: str) -> None:
        """Take away what is left of a draft that was integrated."""

    @abstractmethod
    def discard(self, draft: str) -> None:
        """End the draft that is worked in; its texts are not accepted."""

    def forget(self, draft: str) -> None:
        """End a draft that was left for another."""
        self.discard(draft)


class FolderPeer(Peer):
    """A tool that shows a draft as a folder, in which programs read and write as they please."""

    def __init__(self, desk: Desk, inside: Sequence[str] = ()) -> None:
        super().__init__(desk)
        self.shell = self._stack.enter_context(Shell(self.book, desk.environment, inside))

    @abstractmethod
    def place(self, draft: str) -> str:
        """Where programs find the draft that is worked in."""

    def edit(self, draft: str, path: str, *, flush: bool = False) -> None:
        """As most editors save: in place."""
        text = self.desk.text(path, draft)
        descriptor = os.open(f"{self.place(draft)}/{path}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            os.write(descriptor, text)
            if flush:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, draft: str, path: str) -> bytes:
        """Through the draft's folder."""
        return Path(f"{self.place(draft)}/{path}").read_bytes()


LED = Absent("nothing to do", "each draft has a folder, to which programs are led")
WRITTEN_OVER = Absent("cannot", "the accepted texts are written over, and put away only afterwards")
WRITTEN = How("a program writes the file, in place")
WRITTEN_AND_FLUSHED = How("the same, and `fsync`", durable=True)
