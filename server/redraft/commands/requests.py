"""The arguments of every command: one frozen dataclass each, in snake_case.

They are validated strictly (unknown keys and wrong types are refused) by
:mod:`redraft.commands.dispatch`; the faces only translate keys. Paths may be relative to the root,
absolute inside it, or ``file:`` and ``redraft:`` URIs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

SessionType = Literal["simple", "medium", "complex"]
PhaseName = Literal["PLAN", "IMPLEMENT", "REVIEW"]
Encoding = Literal["utf-8", "base64"]
OnConflict = Literal["stop", "overwrite", "skip"]

STRICT = {"extra": "forbid", "strict": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What every command takes."""

    __pydantic_config__ = STRICT

    session: str | None = None
    root: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRequest(Request):
    """A command about one session; ``name`` is an alias of ``session``."""

    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSession(Request):
    """Start a session and make it the active one."""

    name: str
    description: str = ""
    type: SessionType = "medium"
    from_temporary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessions(Request):
    """List sessions; with ``completed`` and ``trash`` the ended ones too."""

    completed: bool = False
    trash: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSession(Request):
    """Make another session the active one."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitSession(SessionRequest):
    """Preview (without ``force``) or execute a commit."""

    force: bool = False
    preview: str | None = None
    paths: list[str] | None = None
    on_conflict: OnConflict = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSession(SessionRequest):
    """Move a session to the trash; global stays as it is."""

    backup_retries: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoSession(SessionRequest):
    """Undo the newest commit, cancel or restore (or that of the named session)."""

    preview: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteSession(SessionRequest):
    """End a session without applying it."""

    archive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPhase(SessionRequest):
    """Move a session to another phase; a checkpoint is taken."""

    phase: PhaseName
    current_tasks: list[str] | None = None
    artifacts: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCheckpoint(SessionRequest):
    """Keep the session's copies as they are now."""

    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreCheckpoint(SessionRequest):
    """Bring a checkpoint's copies back; what they replace becomes a checkpoint first."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffSession(SessionRequest):
    """Unified differences against global, of one path or of the whole session."""

    path: str | None = None
    context_lines: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardChanges(SessionRequest):
    """Take changes out of the session; the copies go to the trash."""

    paths: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyTrash(Request):
    """List (or with ``force`` remove) what lies in the trash and the archive."""

    force: bool = False
    older_than_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRetry(SessionRequest):
    """Keep the version that the session shows now, with the reason for rejecting it."""

    file_path: str
    reason: str
    auto_detected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRetries(SessionRequest):
    """The retries of a document, or of the whole session."""

    file_path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreRetry(SessionRequest):
    """Bring a rejected version back into the session."""

    file_path: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvePath(Request):
    """Say which file the session shows for a path."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument(Request):
    """Read a document as the session shows it."""

    path: str
    encoding: Encoding = "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDocument(Request):
    """Write a document into the session."""

    path: str
    content: str
    encoding: Encoding = "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteDocument(Request):
    """Delete a document or folder in the session."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameDocument(Request):
    """Rename a document or folder in the session."""

    path: str
    new_path: str
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDocuments(Request):
    """List a folder as the session shows it."""

    path: str = ""
    recursive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptChanges(SessionRequest):
    """Take edits that went past the session into it and put global back."""

    paths: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine(Request):
    """Run one slash line, for example ``/session commit --force``."""

    line: str = field()
