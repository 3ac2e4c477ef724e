"""Sessions as results: rows, full accounts, and the snapshot that clients are pushed."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from redraft.commands import results
from redraft.domain import handover, layout, marker, migration, retries
from redraft.domain.archive import held, laid
from redraft.domain.changes import Survey, Tally
from redraft.domain.healing import sound_metadata
from redraft.domain.session import Session, meta_of, progress_of, read_metadata
from redraft.errors import RedraftError

if TYPE_CHECKING:
    from redraft.disk.folder import Folder
    from redraft.domain.root import Root


def status_of(root: Root, folder: Folder, name: str, active: str | None) -> results.Status:
    """A session's status, from what lies on disk."""
    if folder.stat(layout.JOURNAL) is not None and not root.busy():
        return "CRASHED"
    if folder.stat(layout.DONE) is not None:
        return "COMPLETED"
    return "ACTIVE" if name == active else "INACTIVE"


def heal_if_interrupted(root: Root, folder: Folder, name: str) -> None:
    """Finish what a dead process left in a session; one at work is waited for."""
    home = layout.session_folder(name)
    if folder.stat(layout.JOURNAL) is not None and not root.is_stuck(home):
        with root.hold("recover", name):
            pass


def _row(
    session: Session, metadata: dict[str, object], tally: Tally, status: results.Status
) -> dict[str, Any]:
    meta = meta_of(metadata)
    updated = max(str(meta["updated"]), layout.rfc3339(tally.newest_ns))
    return {
        "name": session.name,
        "status": status,
        "description": metadata["project"],
        "created_at": meta["created"],
        "updated_at": updated,
        "type": metadata["type"],
        "phase": metadata["current_phase"],
        "change_count": tally.changes,
        "retry_count": tally.retries,
        "size_bytes": tally.bytes,
        "temporary": metadata["temporary"] is True,
    }


def summary(
    session: Session,
    active: str | None,
    status: results.Status | None = None,
    tally: Tally | None = None,
) -> results.Summary:
    """A session in one row; its numbers are counted here unless the caller has them."""
    if status is None:
        metadata = sound_metadata(session)
    else:  # an ended session is left as it is
        metadata = read_metadata(session.folder, session.name)
    real = status or status_of(session.root, session.folder, session.name, active)
    return results.Summary(**_row(session, metadata, tally or Tally(session), real))


def account(session: Session, active: str | None) -> dict[str, Any]:
    """The fields of a session in full, for :class:`results.Session`."""
    metadata = sound_metadata(session)
    named: dict[str, list[str]] = {"modified": [], "created": [], "deleted": []}
    tally = Tally(session, lambda path, kind, _: named[kind].append(path), drift=True)
    status = status_of(session.root, session.folder, session.name, active)
    progress = progress_of(metadata)
    row = _row(session, metadata, tally, status)
    return {
        **row,
        "root": session.root.path,
        "session": session.name,
        "auto_detected_count": retries.count_noticed(session) if row["retry_count"] else 0,
        "completed_phases": progress["completed_phases"],
        "current_tasks": progress["current_tasks"],
        "last_checkpoint": progress["last_checkpoint"],
        "artifacts": handover.waiting(metadata),
        "handover": handed_over(handover.latest(metadata)),
        "changes": results.Changes(**{kind: sorted(paths) for kind, paths in named.items()}),
        "drifted": tally.drifted,
        "path": session.path,
    }


def handed_over(record: handover.Handover | None) -> results.Handover | None:
    """The record of a hand-over as a result."""
    return results.Handover(**record) if record is not None else None


def full(session: Session, active: str | None) -> results.Session:
    """A session in full, as it is now."""
    return results.Session(**account(session, active))


def changes(survey: Survey) -> results.Changes:
    """The changed paths by kind, sorted."""
    return results.Changes(
        modified=sorted(survey.modified),
        created=sorted(survey.created),
        deleted=sorted(survey.deleted),
    )


def rows(root: Root) -> tuple[str | None, list[results.Summary]]:
    """The active session's name and all sessions of a root, by name."""
    root.settle()
    active = marker.active(root)
    found = []
    for name in sorted(root.sessions(), key=str.casefold):
        try:
            with Session.open(root, name) as session:
                heal_if_interrupted(root, session.folder, name)
                if session.still_there():
                    found.append(summary(session, active))
        except (RedraftError, FileNotFoundError):
            continue  # it ended while the list was made
    return active, found


def ended(root: Root, parent: str, status: results.Status) -> list[results.Summary]:
    """The sessions that lie in the archive or the trash, newest last."""
    found = []
    for one in laid(root, parent):
        if one.is_session:
            with Session(root, one.name, root.folder.sub(one.place)) as session:
                row = summary(session, None, status)
            changes, kept = held(root, one)
            found.append(
                replace(
                    row,
                    change_count=row.change_count if changes is None else changes,
                    retry_count=row.retry_count + kept,
                    lies_in=one.place,
                )
            )
    return found


def snapshot(root: Root) -> results.Snapshot:
    """What ``redraft/sessionChanged`` tells about a root; who tells it counts the revision."""
    migration.on_sight(root)
    root.settle()
    name = marker.active(root)
    active: results.Summary | None = None
    digest, drift = hashlib.blake2b(digest_size=8), list[str]()
    if name is not None:
        try:
            with Session.open(root, name) as session:
                tally = Tally(session, functools.partial(_digest, digest), drift=True)
                active = summary(session, name, tally=tally)
                drift = tally.drifted
        except RedraftError:
            active = None  # it ended a moment ago; the next snapshot will tell
    return results.Snapshot(
        root=root.path,
        active=active,
        changes_digest=digest.hexdigest() if active else "",
        drifted=drift,
        crashed=root.crashed(),
    )


def changed_paths(root: Root, found: results.Snapshot) -> list[results.ChangedPath]:
    """What the active session of a snapshot changed, by path; nothing if it has just ended."""
    drift = set(found.drifted)
    # What drifted and is no change came to the folder beneath something that is deleted here.
    kinds: dict[str, Any] = dict.fromkeys(drift, "deleted")
    if found.active is not None:
        try:
            with Session.open(root, found.active.name) as session:
                Tally(session, lambda path, kind, _: kinds.update({path: kind}))
        except RedraftError:
            return []
    return [
        results.ChangedPath(path=path, kind=kinds[path], drifted=path in drift)
        for path in sorted(kinds)
    ]


def _digest(digest: hashlib.blake2b, path: str, kind: str, _: object) -> None:
    digest.update(f"{path}\0{kind}\0".encode(errors="surrogateescape"))


def checkpoint(session: Session, manifest: dict[str, Any]) -> results.Checkpoint:
    """A checkpoint's manifest as a result."""
    fields = (
        "id", "label", "trigger", "at", "phase", "completed_phases", "current_tasks", "change_count"
    )  # fmt: skip
    return results.Checkpoint(
        root=session.root.path,
        session=session.name,
        **cast("Any", {name: manifest[name] for name in fields}),
    )
