"""The life of a session: start, switch, cancel, complete, phases."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from redraft.disk import calls
from redraft.disk.copying import write_file
from redraft.disk.durable import flush_folders
from redraft.domain import checkpoints, handover, layout, marker, retries
from redraft.domain.afterwards import Backout
from redraft.domain.changes import Survey
from redraft.domain.journal import Journal, run
from redraft.domain.session import (
    Session,
    encoded,
    new_metadata,
    progress_of,
    read_metadata,
    set_status,
    write_metadata,
)
from redraft.domain.trash import dated
from redraft.errors import InvalidArguments, SessionExists

if TYPE_CHECKING:
    from redraft.domain.root import Root
    from redraft.domain.steps import Step

PHASES = ("PLAN", "IMPLEMENT", "REVIEW")


def start(
    root: Root, name: str, description: str = "", type_: str = "medium", *, temporary: bool = False
) -> str | None:
    """Make a session and set its marker; returns the session that was active before.

    Raises:
        InvalidSessionName, SessionExists: the name cannot be used.
    """
    layout.check_name(name)
    _check_text(description)
    with root.hold("start", name) as lock:
        check_name_is_free(root, name)
        new = f"{layout.WORKFLOW}/{layout.NEW}"
        root.folder.remove_tree(new)
        with root.folder.sub(new, create=True) as folder:
            metadata = new_metadata(name, description, type_, temporary=temporary)
            told = temporary or bool(description)  # what nobody could say again after a power cut
            write_file(folder, layout.METADATA, (encoded(metadata),), flush=told)
            calls.mkdir(folder.handle, folder.at(layout.FILES))
        lock.intend(name)
        home = layout.session_folder(name)
        root.folder.move(new, root.folder, home)
        try:
            return marker.activate(root, name)
        except BaseException:
            root.folder.move(home, root.folder, new)
            raise


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidArguments(["the description holds characters that no text has"]) from None


def check_name_is_free(root: Root, name: str) -> None:
    """Raise SessionExists if any session has the name, in whatever case."""
    wanted = name.casefold()
    for other in root.sessions():
        if other.casefold() == wanted:
            raise SessionExists(other)


def name_temporary(root: Root, name: str, description: str, type_: str) -> None:
    """Give the active temporary session a real name; its work stays in it.

    Raises:
        InvalidArguments: the active session is not temporary, or none is active.
        InvalidSessionName, SessionExists: the name cannot be used.
    """
    layout.check_name(name)
    _check_text(description)
    current = marker.active(root)
    if current is None:
        raise InvalidArguments(["there is no temporary session to name"], ("/session list",))
    with root.hold("name the temporary session", current) as lock:
        with Session.open(root, current) as session:
            session.check_sound()
            metadata = read_metadata(session.folder, current)
            if metadata.get("temporary") is not True:
                raise InvalidArguments([f"{current!r} is not a temporary session"])
            check_name_is_free(root, name)
            metadata |= {"session_id": name, "type": type_, "temporary": False}
            metadata["project"] = description or metadata["project"]
            staged = f"{layout.TMP}/{layout.METADATA}"
            session.folder.unlink(staged)
            write_file(session.folder, staged, (encoded(metadata),), flush=True)
        home = layout.session_folder(name)
        steps: list[Step] = [
            ["move", session.path, home],
            ["install", f"{home}/{staged}", f"{home}/{layout.METADATA}"],
            ["mark", current, name],
            ["drop", f"{home}/{layout.JOURNAL}"],
        ]
        run(root, lock, session.path, Journal("name", current, steps, home))


def switch(root: Root, name: str) -> str | None:
    """Make another session the active one, by one rename; returns the one left.

    Raises:
        SessionNotFound, InvalidSessionName: there is no such session.
        SessionCrashed: it holds an interrupted operation.
        InvalidArguments: it is completed.
    """
    with Session.open(root, name) as session, root.hold("switch", session.name):
        session.check_there()
        session.check_sound()
        if session.done_in_place():
            raise InvalidArguments(
                [f"session {session.name!r} is completed"], (f"/session resume {session.name}",)
            )
        return marker.activate(root, session.name)


# Ending -------------------------------------------------------------------------------------------


class Ended:
    """What a session held when it was cancelled or completed.

    Its changes are only read off when somebody asks, as long as the session is held open: ending
    it costs the same whatever it holds.

    Attributes:
        retry_count: its retries.
        retries_archive: where they were moved, or None.
        place: where the session's folder lies now, relative to the root; None if in place.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.retry_count = retries.count(session.folder)
        self.retries_archive: str | None = None
        self.place: str | None = None

    def survey(self) -> Survey:
        """Its changes, read through the folder's handle wherever the folder lies now."""
        return Survey(self._session.folder)


def cancel(session: Session, *, backup_retries: bool) -> Ended:
    """Move the session to the trash; global stays as it is, and an undo brings it back.

    A session with an interrupted operation may be cancelled too: nothing in it is removed.
    """
    root = session.root
    with root.hold("cancel", session.name) as lock:
        session.check_there()
        ended = Ended(session)
        place = dated(root, layout.TRASH, session.name)
        steps: list[Step] = []
        if backup_retries and ended.retry_count:
            moment = place.rpartition("-")[2]
            ended.retries_archive = f"{layout.RETRIES_ARCHIVE}/{session.name}-cancelled-{moment}"
            source = f"{session.path}/{layout.RETRIES}"
            steps.append(["move", source, ended.retries_archive])
        leave(session, lock, "cancel", steps, place)
        ended.place = place
    return ended


def leave(session: Session, lock: Any, kind: str, steps: list[Step], place: str) -> None:
    """Move the session's folder away, with its marker; journalled where it takes more.

    The caller holds the lock.
    """
    root, parent = session.root, place.rpartition("/")[0]
    if steps and session.folder.stat(layout.JOURNAL) is None:
        steps = [*steps, ["unmark", session.name], ["move", session.path, place]]
        folders = [layout.WORKFLOW, parent, layout.RETRIES_ARCHIVE]
        steps.append(["flush", folders])
        run(root, lock, session.path, Journal(kind, session.name, steps, place))
        return
    # One rename is the whole operation; a marker left behind by a death has no session and heals.
    with Backout() as backout:
        root.folder.move(session.path, root.folder, place)
        backout.add(lambda: root.folder.move(place, root.folder, session.path))
        if marker.deactivate(root, session.name):
            backout.add(lambda: marker.activate(root, session.name))
        flush_folders(root.folder, [layout.WORKFLOW, parent])


def complete(session: Session, *, archive: bool) -> Ended:
    """End a session without applying it; a last checkpoint is kept with it.

    Raises:
        SessionCrashed: it holds an interrupted operation.
    """
    root = session.root
    with root.hold("complete", session.name) as lock, Backout() as backout:
        session.check_there()
        session.check_sound()
        ended = Ended(session)
        checkpoints.take_locked(session, "session_end", "", backout)
        set_status(session, "completed")
        if archive:
            place = dated(root, layout.COMPLETED, session.name)
            leave(session, lock, "complete", [], place)
            ended.place = place
        else:
            os.close(calls.open_or_create(session.folder.handle, session.folder.at(layout.DONE)))
            backout.add(lambda: session.folder.unlink(layout.DONE))
            session.folder.flush()
            if marker.deactivate(root, session.name):
                backout.add(lambda: marker.activate(root, session.name))
            flush_folders(root.folder, [layout.WORKFLOW])
    return ended


def set_phase(
    session: Session,
    phase: str,
    tasks: list[str] | None,
    artifacts: dict[str, Any] | None,
) -> None:
    """Move the session to another phase, keep a checkpoint and the hand-over record.

    In the phase that it has already, what is handed over waits for the phase to end.

    Args:
        session: the open session.
        phase: ``PLAN``, ``IMPLEMENT`` or ``REVIEW``.
        tasks: the tasks now under way; None keeps them.
        artifacts: what the phase that ends hands over, for example plan documents by role; None
            adds nothing.
    """
    with session.root.hold("change the phase", session.name), Backout() as backout:
        session.check_there()
        session.check_sound()
        metadata = read_metadata(session.folder, session.name)
        previous = metadata["current_phase"]
        if previous != phase:
            checkpoints.take_locked(session, "phase_complete", f"end of {previous}", backout)
            metadata = read_metadata(session.folder, session.name)
        progress = progress_of(metadata)
        if artifacts:
            handover.keep(progress, artifacts)
        if previous != phase:
            handover.end_phase(progress, str(previous), phase)
        metadata["current_phase"] = phase
        if tasks is not None:
            progress["current_tasks"] = list(tasks)
        write_metadata(session.folder, metadata)
