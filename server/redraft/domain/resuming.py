"""Leaving a session for a while, and taking it up again, also when it was completed meanwhile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from redraft.disk import calls
from redraft.disk.durable import flush_folders
from redraft.domain import layout, marker
from redraft.domain.afterwards import Afterwards, Backout
from redraft.domain.archive import laid
from redraft.domain.lifecycle import check_name_is_free
from redraft.domain.session import Session, meta_of, progress_of, read_metadata, set_status
from redraft.errors import SessionNotFound

if TYPE_CHECKING:
    from redraft.disk.folder import Folder
    from redraft.disk.lock import Lock
    from redraft.domain.archive import Laid
    from redraft.domain.root import Root


def pause(session: Session) -> None:
    """Take the session's marker away, so that none is active (if it was)."""
    with session.root.hold("pause", session.name) as lock:
        session.check_there()
        marker.deactivate(session.root, session.name)
        with Afterwards(session.root, lock):
            set_status(session, "paused")


def resume(session: Session) -> dict[str, object]:
    """Make a paused (or completed in place) session the active one again.

    Returns:
        Where the work stood: ``phase``, ``current_tasks``, ``last_checkpoint``.

    Raises:
        SessionCrashed: it holds an interrupted operation.
    """
    metadata = read_metadata(session.folder, session.name)
    if not _is_under_way(session, metadata):
        with session.root.hold("resume", session.name) as lock:
            session.check_there()
            session.check_sound()
            lock.intend(session.name)
            metadata = _take_up(session, lock)
    progress = progress_of(metadata)
    return {
        "phase": metadata["current_phase"],
        "current_tasks": progress["current_tasks"],
        "last_checkpoint": progress["last_checkpoint"],
    }


def _is_under_way(session: Session, metadata: dict[str, object]) -> bool:
    """Whether nothing is left to do: it came back from the archive just now, for example."""
    if marker.active(session.root) != session.name or session.done_in_place():
        return False
    return metadata["status"] == "active" and session.folder.stat(layout.JOURNAL) is None


def _take_up(session: Session, lock: Lock) -> dict[str, object]:
    with Backout() as backout:
        metadata = read_metadata(session.folder, session.name)
        if session.done_in_place():
            session.folder.unlink(layout.DONE)
            backout.add(lambda: _done_again(session.folder))
        marker.activate(session.root, session.name)
    with Afterwards(session.root, lock):
        set_status(session, "active")
    return metadata


def _done_again(folder: Folder) -> None:
    os.close(calls.create(folder.handle, folder.at(layout.DONE)))


def opened_again(root: Root, name: str) -> Session:
    """A session to be taken up again; one that was completed comes back from the archive for it.

    Raises:
        SessionNotFound, InvalidSessionName: there is none.
        SessionExists: somebody began one of its name meanwhile.
    """
    try:
        return Session.open(root, name)
    except SessionNotFound:
        if completed(root, name) is None:
            raise _has_ended(root, name) from None
    with root.hold("resume") as lock:
        found = completed(root, name)
        if found is None:
            return Session.open(root, name)  # somebody was faster
        check_name_is_free(root, found.name)
        lock.intend(found.name)
        home = layout.session_folder(found.name)
        with Backout() as backout:
            root.folder.move(found.place, root.folder, home)
            backout.add(lambda: root.folder.move(home, root.folder, found.place))
            flush_folders(root.folder, [layout.WORKFLOW, layout.COMPLETED])
            session = Session.open(root, found.name)
            backout.add(session.close)
            _take_up(session, lock)
    return session


def _has_ended(root: Root, name: str) -> SessionNotFound:
    """The error for a session that is not there, with the way back if it was there once."""
    ends = [("committed", one) for one in laid(root, layout.COMPLETED)]
    ends += [("cancelled", one) for one in laid(root, layout.TRASH)]
    own = [(one.at, how) for how, one in ends if one.is_session and _is_named(one, name)]
    if not own:
        return SessionNotFound(name)
    return SessionNotFound(name, f" any more: it was {max(own)[1]}", (f"/session undo {name}",))


def _is_named(one: Laid, name: str) -> bool:
    return one.name.casefold() == name.casefold()


def completed(root: Root, name: str | None) -> Laid | None:
    """The session that was completed last without being applied, or the one of a name."""
    for one in reversed(laid(root, layout.COMPLETED)):
        if not one.is_session or (name is not None and not _is_named(one, name)):
            continue
        if root.folder.stat(f"{one.place}/{layout.JOURNAL}") is None:  # that of a commit
            return one
    return None


def paused_last(root: Root) -> str:
    """The session that was left last and is not active.

    Raises:
        SessionNotFound: there is none.
    """
    active = marker.active(root)
    best: tuple[str, str] | None = None
    for name in root.sessions():
        if name == active:
            continue
        with root.folder.sub(layout.session_folder(name)) as folder:
            if folder.stat(layout.DONE) is not None:
                continue
            when = str(meta_of(read_metadata(folder, name)).get("updated", ""))
        best = max(best or ("", ""), (when, name))
    if best is None:
        raise SessionNotFound("", " to resume: no other is open")
    return best[1]
