"""The messages beside the protocol's own, as data: an extension's types are written from them.

Each key is one word, so it is the same in every language; ``docs/reference/protocol.md`` explains
the messages to people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from redraft.commands.results import Snapshot

EntryType = Literal["file", "directory", "symlink"]
FileEvent = Literal["created", "changed", "deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """What a request of the file system is about."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStat:
    """What lies there; times are in milliseconds."""

    type: EntryType
    ctime: int
    mtime: int
    size: int
    permissions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderEntry:
    """An entry of a folder."""

    name: str
    type: EntryType


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderEntries:
    """The entries of a folder, both layers as one."""

    entries: list[FolderEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """The octets of a document, in base64."""

    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(At):
    """A document's new content, in base64."""

    content: str
    create: bool
    overwrite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(At):
    """A document, or (``recursive``) a folder with all that is in it."""

    recursive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """From where to where, in one session."""

    old_uri: str
    new_uri: str
    overwrite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """From where to where."""

    source: str
    destination: str
    overwrite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A document that is other than before."""

    uri: str
    type: FileEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChanges:
    """Documents that are other than before; a root's own URI stands for all of a session."""

    changes: list[FileChange]


@dataclass(frozen=True, slots=True)
class Message:
    """A message.

    Attributes:
        method: its method.
        params: the dataclass of its parameters.
        result: the type of its answer.
        answered: whether it is a request.
    """

    method: str
    params: type
    result: Any = None
    answered: bool = True


FILES = (
    Message("redraft/fs/stat", At, FileStat),
    Message("redraft/fs/readDirectory", At, FolderEntries),
    Message("redraft/fs/readFile", At, FileContent),
    Message("redraft/fs/writeFile", Write),
    Message("redraft/fs/delete", Delete),
    Message("redraft/fs/rename", Rename),
    Message("redraft/fs/copy", Copy),
    Message("redraft/fs/createDirectory", At),
)
NEWS = (
    Message("redraft/sessionChanged", Snapshot, answered=False),
    Message("redraft/fs/changed", FileChanges, answered=False),
)
