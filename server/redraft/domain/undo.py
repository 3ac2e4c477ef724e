"""Undo: bringing back what the newest commit, cancel or restore took away."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from redraft.domain import layout
from redraft.domain.afterwards import Afterwards
from redraft.domain.archive import is_session
from redraft.domain.journal import Journal, load, run
from redraft.domain.resuming import completed
from redraft.domain.reversal import Part, Reversal, Undoing
from redraft.domain.session import (
    Session,
    is_folder,
    new_metadata,
    read_metadata,
    write_metadata,
)
from redraft.errors import Conflict, NothingToUndo, SessionExists, SessionNotFound

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from redraft.disk.lock import Lock
    from redraft.domain.root import Root
    from redraft.domain.steps import Step

_NEW = f"{layout.WORKFLOW}/{layout.NEW}"


class _Record:
    """A candidate for undoing: its folder, session, time and kind."""

    def __init__(self, folder: str, name: str, at: str, kind: str) -> None:
        self.folder = folder
        self.name = name
        self.at = at
        self.kind = kind


def _records(root: Root, name: str | None) -> list[_Record]:
    """All that could be undone, newest first; only names are looked at."""
    found = []
    for parent, kind in ((layout.COMPLETED, "commit"), (layout.TRASH, "cancel")):
        for entry in root.folder.scan(parent):
            parts = layout.split_dated(entry.name)
            if parts is None or not layout.is_name(parts[0]):
                continue
            if name is None or parts[0].casefold() == name.casefold():
                found.append(_Record(f"{parent}/{entry.name}", parts[0], parts[1], kind))
    from redraft.domain.checkpoints import restores

    found += [_Record(f, n, at, "restore") for f, n, at in restores(root, name)]
    return sorted(found, key=lambda record: record.at, reverse=True)


def undo(root: Root, name: str | None, *, dry: bool = False) -> Undoing:
    """Undo the newest commit, cancel or restore (of the named session, if one is named).

    Args:
        root: the root.
        name: a session's name, or None.
        dry: only say what would happen.

    Raises:
        NothingToUndo: there is none.
        SessionExists: a live session has the name by now.
    """
    if root.folder.stat(layout.WORKFLOW) is None:
        raise NothingToUndo(name)
    with root.hold("undo") as lock:
        for record in _records(root, name):
            done = _persist(root, lock, record, dry=dry)
            if done is not None:
                return done
    resting = completed(root, name)
    raise NothingToUndo(name, resting.name if resting is not None else None)


def _persist(root: Root, lock: Lock, record: _Record, *, dry: bool) -> Undoing | None:
    """Begin again when an editor saves in the middle: that file is now one that is left."""
    while True:
        try:
            return _attempt(root, lock, record, dry=dry)
        except Conflict:
            continue  # each time it is one file less, so this comes to an end


def _attempt(root: Root, lock: Lock, record: _Record, *, dry: bool) -> Undoing | None:
    if record.kind == "restore":
        from redraft.domain.checkpoints import undo_restore

        return undo_restore(root, lock, record.name, record.at, dry=dry)
    if record.kind == "cancel":
        whole = is_session(root, record.folder)
        return _undo_cancel(root, lock, record, dry=dry) if whole else None
    try:
        journal = load(root, record.folder)
    except ValueError:
        return None
    if journal is None or journal.kind != "commit":
        return None
    return _undo_commit(root, lock, record, journal, dry=dry)


# Cancel -----------------------------------------------------------------------------------------


def _undo_cancel(root: Root, lock: Lock, record: _Record, *, dry: bool) -> Undoing:
    _check_free(root, record.name)
    undoing = Undoing(record.name, "cancel")
    with root.folder.sub(record.folder) as folder:
        from redraft.domain.changes import Survey

        undoing.restored = [path for path, _ in Survey(folder).paths()]
    if dry:
        return undoing
    home = layout.session_folder(record.name)
    steps: list[Step] = [["move", record.folder, home]]
    archive = f"{layout.RETRIES_ARCHIVE}/{record.name}-cancelled-{record.at}"
    if root.folder.stat(archive) is not None:
        steps.append(["move", archive, f"{home}/{layout.RETRIES}"])
    steps.append(["flush", [layout.WORKFLOW, layout.TRASH]])
    steps.append(["drop", f"{home}/{layout.JOURNAL}"])
    previous = _journal_bytes(root, record.folder)
    run(root, lock, record.folder, Journal("undo", record.name, steps, home), previous)
    _reopen(root, record.name)
    return undoing


def _check_free(root: Root, name: str) -> None:
    wanted = name.casefold()
    if any(other.casefold() == wanted for other in root.sessions()):
        raise SessionExists(name)


def _journal_bytes(root: Root, folder: str) -> bytes | None:
    try:
        return root.folder.read(f"{folder}/{layout.JOURNAL}")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _reopen(root: Root, name: str) -> None:
    try:
        with root.folder.sub(layout.session_folder(name)) as folder:
            metadata = read_metadata(folder, name)
            metadata["status"] = "paused"
            write_metadata(folder, metadata, flush=False)
    except OSError:
        return  # informational; the undo itself is done


# Commit -----------------------------------------------------------------------------------------


def _undo_commit(
    root: Root, lock: Lock, record: _Record, journal: Journal, *, dry: bool
) -> Undoing | None:
    whole = bool(journal.info.get("whole"))
    live = next((n for n in root.sessions() if n.casefold() == record.name.casefold()), None)
    if whole and live is not None:
        raise SessionExists(record.name)
    home = layout.session_folder(record.name)
    reversal = Reversal(root, journal, record.folder, home if whole else record.folder)
    reversal.turn()
    if whole:
        steps = [["move", record.folder, home], *reversal.back, *reversal.after]
        steps += [*reversal.tidy(), *_whole_end(root, journal, home)]
        if not dry:
            _run(root, lock, record, steps, home)
            _reopen(root, record.name)
        return reversal.undoing
    return _undo_part(root, lock, record, reversal, dry=dry)


def _run(root: Root, lock: Lock, record: _Record, steps: list[Step], home: str) -> None:
    previous = _journal_bytes(root, record.folder)
    run(root, lock, record.folder, Journal("undo", record.name, steps, home), previous)


def _whole_end(root: Root, journal: Journal, home: str) -> list[Step]:
    steps: list[Step] = [["move", f"{home}/{layout.REPLACED}", f"{home}/{layout.FILES}"]]
    archive = journal.info.get("retries_archive")
    if isinstance(archive, str) and is_folder(root, archive):
        steps.append(["move", archive, f"{home}/{layout.RETRIES}"])
    touched = sorted({str(s[2]).rpartition("/")[0] for s in journal.steps if s[0] == "swap"})
    steps.append(["flush", [*touched, home, layout.WORKFLOW, layout.COMPLETED]])
    steps.append(["drop", f"{home}/{layout.JOURNAL}"])
    return steps


# A part of a session ----------------------------------------------------------------------------


def _undo_part(
    root: Root, lock: Lock, record: _Record, reversal: Reversal, *, dry: bool
) -> Undoing:
    """Bring the committed part's copies, bases and tombstones back into the live session."""
    with _live_or_new(root, record.name, dry=dry) as session:
        if session is None:
            return reversal.undoing
        session.check_sound()
        lock.work = session.path
        part = Part(session, reversal)
        part.turn()
        if dry:
            part.mason.clean()
            return reversal.undoing
        # A session made for this comes into its place with the first step.
        steps: list[Step] = [["move", _NEW, session.path]]
        steps += [*reversal.back, *reversal.after, *part.steps]
        steps.append(["move", record.folder, f"{reversal.bin}/record"])
        steps.append(["flush", [session.path, layout.COMPLETED, layout.TRASH]])
        _run(root, lock, record, steps, session.path)
        with Afterwards(root, lock):
            part.mason.clean()
    return reversal.undoing


def _live_or_new(root: Root, name: str, *, dry: bool) -> AbstractContextManager[Session | None]:
    """The session that a part goes back to; a new one, on its way still, if there is none."""
    root.folder.remove_tree(_NEW)
    try:
        return Session.open(root, name)
    except SessionNotFound:
        return nullcontext() if dry else _make_session(root, name)


def _make_session(root: Root, name: str) -> Session:
    folder = root.folder.sub(_NEW, create=True)
    folder.make(layout.FILES)
    write_metadata(folder, new_metadata(name) | {"status": "paused"})
    return Session(root, name, folder)
