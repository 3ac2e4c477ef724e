"""Healing: finishing what a death interrupted, and putting right what contradicts itself.

Every repair is noted on the root, once, as a sentence.
"""

from __future__ import annotations

import stat as modes

from redraft.disk.exchange import KEEP
from redraft.domain import layout, marker
from redraft.domain.journal_form import is_home
from redraft.domain.session import (
    Session,
    is_sound,
    made_whole,
    parsed,
    set_aside_damaged,
    write_metadata,
)
from redraft.domain.session import read_metadata as read
from redraft.domain.trash import Bin

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from redraft.disk.folder import Folder
    from redraft.disk.lock import Lock
    from redraft.domain.root import Root

_HALF_MADE = [
    f"{place}/{name}"
    for place in (layout.WORKFLOW, layout.WORKSPACE)
    for name in (layout.NEW, layout.NEW + KEEP)
]


def after_death(root: Root, lock: Lock) -> None:
    """Take care of what the lock's last holder left; the caller holds the lock now.

    Safe to die in: until the end the lock's record goes on naming the dead holder and its work.
    """
    dead = lock.dead
    folder, marks = dead.get("folder"), dead.get("marks")
    sessions = [layout.session_folder(name) for name in root.sessions()]
    archived = list(_archived(root))
    if dead.get("open") != 0:
        # The journal moves with its folder: it may lie where the last step took it.
        named = [folder] if is_home(folder) else archived
        for place in dict.fromkeys([*named, *sessions]):
            _carry_on(root, lock, place)
    if isinstance(marks, str) and marker.usable(root, marks) and not _has_journal(root, marks):
        marker.activate(root, marks)
    sweep_workflow(root)
    for place in (*sessions, *archived, *_archived(root)):
        if not root.is_stuck(place):
            sweep(root, place)
    marker.announce(root, marker.heal_locked(root))
    lock.bury()


def _carry_on(root: Root, lock: Lock, place: str) -> None:
    from redraft.domain.journal import resume

    if root.folder.stat(f"{place}/{layout.JOURNAL}") is not None:
        resume(root, lock, place)


def _archived(root: Root) -> Iterator[str]:
    for parent in (layout.COMPLETED, layout.TRASH):
        for entry in root.folder.scan(parent):
            yield f"{parent}/{entry.name}"


def _has_journal(root: Root, name: str) -> bool:
    return root.folder.stat(f"{layout.session_folder(name)}/{layout.JOURNAL}") is not None


def finish_stray(root: Root, lock: Lock, name: str) -> None:
    """Carry on a journal that lies in a session, whoever left it; once per process if it fails."""
    from redraft.domain.journal import resume

    folder = layout.session_folder(name)
    if _has_journal(root, name) and not root.is_stuck(folder) and resume(root, lock, folder):
        sweep(root, folder)


def sweep(root: Root, folder: str) -> None:
    """Remove half-written files from a folder's ``.tmp``."""
    place = f"{folder}/{layout.TMP}"
    if root.folder.stat(place) is not None:
        for entry in root.folder.scan(place):
            root.folder.remove_tree(f"{place}/{entry.name}")


def sweep_workflow(root: Root) -> None:
    """Remove what was on its way into ``.workflow`` and ``workspace`` themselves."""
    for path in _HALF_MADE:
        root.folder.remove_tree(path)


def _has_half_made(root: Root) -> bool:
    return any(root.folder.stat(path) is not None for path in _HALF_MADE)


def sweep_after_failure(root: Root, lock: Lock) -> None:
    """Remove what a failed operation had prepared; what the disk refuses is left to the next."""
    try:
        sweep_workflow(root)
        if not lock.journal:
            home = layout.session_folder(lock.session) if lock.session else lock.work
            for place in {lock.work, home} - {None}:
                sweep(root, str(place))
    except OSError:
        lock.leave_unswept()


def sound_metadata(session: Session) -> dict[str, object]:
    """A session's metadata, recreated on disk first if it is missing or unreadable.

    That takes the lock. Where it cannot be had the repair is left to the next one.
    """
    found = parsed(session.folder)
    if found is None:
        from redraft.errors import Locked

        try:
            with session.root.hold("recover", session.name, wait_s=0):
                if session.still_there() and not is_sound(session.folder):
                    recreate_metadata(session.root, session.folder, session.name)
        except (Locked, OSError):
            pass  # reading does without
        found = parsed(session.folder)
    return made_whole(found, session.folder, session.name)


def heal_session(root: Root, lock: Lock, name: str) -> tuple[list[str], list[str]]:
    """Look one session over, under the lock.

    Returns:
        What was found wrong, and of that what only a person can mend.
    """
    from redraft.domain.journal import resume, why_stuck

    folder = layout.session_folder(name)
    found: list[str] = []
    left: list[str] = []
    if root.folder.stat(f"{folder}/{layout.JOURNAL}") is not None:
        found.append(f"{name}: an interrupted operation")
        if not resume(root, lock, folder):
            left.append(f"{name}: {why_stuck(root, folder)}")
            return found, left
    if root.folder.stat(folder) is None:
        return found, left  # finishing it ended the session
    if root.folder.scan(f"{folder}/{layout.TMP}"):
        found.append(f"{name}: half-written files in .tmp")
        sweep(root, folder)
        root.note_repair(f"Removed half-written files of session {name!r}.")
    with root.folder.sub(folder) as opened:
        try:
            sound = is_sound(opened)
        except OSError as error:
            found.append(f"{name}: {layout.METADATA} cannot be read: {error.strerror}")
            left.append(found[-1])
            return found, left
        if not sound:
            found.append(f"{name}: {layout.METADATA} is missing or unreadable")
            recreate_metadata(root, opened, name)
        found += _half_retries(root, opened, name)
    return found, left


def recreate_metadata(root: Root, folder: Folder, name: str) -> None:
    """Write metadata anew from the name and the folder's times; an unreadable one is kept."""
    metadata = read(folder, name)
    set_aside_damaged(folder)
    write_metadata(folder, metadata)
    root.note_repair(f"Recreated {layout.METADATA} of session {name!r}.")


def _half_retries(root: Root, folder: Folder, name: str) -> list[str]:
    from redraft.domain.retries import half_recorded

    halves = half_recorded(folder)
    if halves:
        with Session.open(root, name) as session:
            trash = Bin(session, "half-recorded")
            for half in halves:
                trash.take(half)
                root.note_repair(f"Moved the half-recorded {half} of {name!r} to {trash.path}.")
    return [f"{name}: half-recorded retry {half}" for half in halves]


def check_up(root: Root) -> tuple[list[str], list[str], list[str]]:
    """Look everything over and heal it.

    Returns:
        What was checked, what was found wrong, and what only a person can mend.
    """
    checked, found, left = [root.path], [], []
    if root.folder.stat(layout.WORKFLOW) is None:
        return [*checked, "no sessions yet"], [], []
    with root.hold("doctor") as lock:
        names = sorted(root.sessions())
        for name in names:
            wrong, stuck = heal_session(root, lock, name)
            checked.append(layout.session_folder(name))
            found += wrong
            left += stuck
        before = [n for n in _dot_names(root) if n.startswith(layout.MARKER)]
        keep = marker.heal_locked(root)
        found += [f"marker {n} is stray" for n in before if n != f"{layout.MARKER}{keep}"]
        checked += ["the markers", "the archive"]
        _check_archive(root, lock, found, left)
        if _has_half_made(root):
            found.append(f"{layout.WORKFLOW}: something half made")
            sweep_workflow(root)
            root.note_repair("Removed what was on its way into its place.")
    found += _odd_places(root)
    return checked, found, [*left, *_odd_places(root)]


def _check_archive(root: Root, lock: Lock, found: list[str], left: list[str]) -> None:
    """Carry on undos that were interrupted, and clear what half-written files lie about."""
    from redraft.domain.journal import resume, why_stuck

    for place in _archived(root):
        if root.folder.scan(f"{place}/{layout.TMP}"):
            found.append(f"{place}: half-written files in .tmp")
            sweep(root, place)
            root.note_repair(f"Removed half-written files of {place}.")
        if is_undo(root, place):
            found.append(f"{place}: an interrupted undo")
            if not resume(root, lock, place):
                left.append(f"{place}: {why_stuck(root, place)}")


def is_undo(root: Root, place: str) -> bool:
    """Whether an undo was interrupted in a place of the archive or trash."""
    from redraft.domain.journal import load

    try:
        journal = load(root, place)
    except (OSError, ValueError):
        return False
    return journal is not None and journal.kind == "undo"


def _dot_names(root: Root) -> list[str]:
    with root.folder.sub(layout.WORKFLOW) as folder:
        return [n for n in folder.names() if modes.S_ISREG(_mode(folder.stat(n)))]


def _mode(status: os.stat_result | None) -> int:
    return status.st_mode if status is not None else 0


def _odd_places(root: Root) -> list[str]:
    odd = []
    for entry in root.folder.scan(layout.WORKFLOW):
        if entry.is_symlink():
            odd.append(f"{layout.WORKFLOW}/{entry.name} is a link; Redraft does not follow it")
        elif entry.name.startswith(layout.MARKER) and not entry.is_file(follow_symlinks=False):
            odd.append(f"{layout.WORKFLOW}/{entry.name} is no file and counts as no marker")
    return odd
