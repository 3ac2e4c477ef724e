"""The results of every command: one frozen dataclass each, in snake_case.

Times are RFC 3339 UTC strings, sizes bytes, paths relative to the root with ``/``. Every result
carries ``root`` and, where there is one, ``session``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["ACTIVE", "INACTIVE", "CRASHED", "COMPLETED"]
ChangeKind = Literal["modified", "created", "deleted"]
FileState = Literal["clean", "merges", "conflict", "identical"]
Trigger = Literal["phase_complete", "user_request", "session_end", "before_restore"]
Source = Literal["session", "global", "deleted"]
Encoding = Literal["utf-8", "base64"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What every result carries."""

    root: str
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A session in one row; ``lies_in`` is where one that has ended lies, relative to the root."""

    name: str
    status: Status
    description: str
    created_at: str
    updated_at: str
    type: str
    phase: str
    change_count: int
    retry_count: int
    size_bytes: int
    temporary: bool
    lies_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The paths that a session changed, by kind."""

    modified: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What a phase handed over when it ended: ``artifacts`` are by role, as they were named."""

    phase_completed: str
    next_phase: str
    completed_at: str | None
    artifacts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePoint:
    """Where the work stood when the session was last left."""

    phase: str
    current_tasks: list[str]
    last_checkpoint: str | None
    handover: Handover | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Summary, Result):
    """A session in full; ``path`` is its folder, relative to the root.

    ``auto_detected_count`` of its retries were noticed by an assistant, not recorded by a person.
    ``artifacts`` are what the present phase will hand over, as far as it was said; ``handover`` is
    what the last one did.
    """

    auto_detected_count: int
    completed_phases: list[str]
    current_tasks: list[str]
    last_checkpoint: str | None
    artifacts: dict[str, Any]
    handover: Handover | None
    changes: Changes
    drifted: list[str]
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumedSession(Session):
    """A session just resumed, with what was going on in it."""

    resume: ResumePoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPath:
    """A document that the active session changed; ``drifted``: the folder changed it too."""

    path: str
    kind: ChangeKind
    drifted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a status bar says of a root; the tooltip is Markdown."""

    text: str
    severity: Literal["none", "warning", "error"]
    tooltip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The whole state of one root, as clients are pushed it; ``revision`` counts up.

    ``changes_digest`` stays the same as long as the active session's changed paths and their kinds
    do. What is left out by default is for clients that show it: ``folders`` are the root's URIs as
    the client spells them; ``changes``, by path, come if they or the drift are others than before.
    """

    root: str
    active: Summary | None
    changes_digest: str
    changes: list[ChangedPath] | None = None
    drifted: list[str]
    crashed: list[str]
    folders: list[str] | None = None
    shown: Shown | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionList(Result):
    """All sessions of a root."""

    active: str | None
    sessions: list[Summary]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """The session left and the one that is active now."""

    root: str
    previous: str | None
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewFile:
    """What a commit would do to one file."""

    path: str
    kind: ChangeKind
    bytes: int
    state: FileState


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview(Result):
    """What a commit would do; ``preview`` is the digest of all this."""

    executed: Literal[False] = False
    files: list[PreviewFile]
    retry_count: int
    preview: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Result):
    """What a commit did; ``archive`` is its undo record, relative to the root."""

    executed: Literal[True] = True
    modified: list[str]
    created: list[str]
    deleted: list[str]
    merged: list[str]
    skipped: list[str]
    archive: str
    retries_archive: str | None = None
    session_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Result):
    """What a cancel discarded, and where it lies now."""

    discarded: Changes
    retry_count: int
    retries_archive: str | None = None
    trash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that an undo left as it is, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Result):
    """What an undo brought back and what it left."""

    undone: Literal["commit", "cancel", "restore"]
    restored: list[str]
    kept: list[KeptFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed(Result):
    """A session ended without being applied."""

    archived_to: str | None = None
    unapplied: Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint(Result):
    """A kept state of a session."""

    id: str
    label: str
    trigger: Trigger
    at: str
    phase: str
    completed_phases: list[str]
    current_tasks: list[str]
    change_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointList(Result):
    """The checkpoints of a session, oldest first."""

    checkpoints: list[Checkpoint]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Result):
    """A checkpoint brought back."""

    checkpoint: Checkpoint
    replaced_by: Checkpoint
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """One file's unified difference; the base side is global."""

    path: str
    kind: ChangeKind
    binary: bool
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDiff(Result):
    """The differences of a session against global."""

    files: list[FileDiff]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded(Result):
    """The paths whose changes went to the trash."""

    discarded: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery(Result):
    """What was found wrong, what was repaired and what is left for a person."""

    found: list[str]
    repaired: list[str]
    left: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup(Recovery):
    """A recovery of the whole root, with what was looked at."""

    checked: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrashEntry:
    """One entry of the trash or the archive."""

    name: str
    kind: str
    when: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trash(Result):
    """What lies in the trash and the archive, and what was removed."""

    entries: list[TrashEntry]
    removed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Result):
    """A rejected version; ``saved_to`` is relative to the root."""

    file: str
    number: int
    reason: str
    auto_detected: bool
    recorded_at: str
    saved_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryList(Result):
    """Retries, by document and number."""

    retries: list[Retry]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredRetry(Result):
    """A rejected version that is the session's version again."""

    path: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution(Result):
    """Which file stands behind a path; ``resolved_path`` is absolute."""

    path: str
    resolved_path: str
    source: Source
    exists: bool
    modified_in_session: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Result):
    """A document's content, with its earlier rejections."""

    path: str
    content: str
    encoding: Encoding
    source: Source
    retries: list[Retry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Result):
    """What one step did to a document, and how many changes the session holds now."""

    path: str
    kind: Literal["modified", "created", "deleted", "unchanged"]
    change_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a folder; ``kind`` is set where the session changed it."""

    path: str
    type: Literal["file", "directory", "symlink"]
    kind: ChangeKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Result):
    """The entries of a folder, as the session shows it."""

    entries: list[Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedLine:
    """A line of an old registry that could not be taken over."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration(Result):
    """What was taken over from an older layout."""

    sessions: list[str]
    active: str | None
    skipped: list[SkippedLine]
    kept_as: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted(Result):
    """Edits taken into the session, and the files put back in global."""

    adopted: list[str]
    restored: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran(Result):
    """What a slash line did: the command's verb and its own result."""

    command: str
    result: Any
