"""Healing: finishing what a death interrupted, and putting right what contradicts itself.

Every repair is noted on the root, once, as a sentence.
"""

from __future__ import annotations

import os
import stat as modes

from redraft.domain import layout, marker
from redraft.domain.session import Session, read_metadata, write_metadata
from redraft.domain.trash import Bin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.disk.folder import Folder
    from redraft.disk.lock import Lock
    from redraft.domain.root import Root


def after_death(root: Root, lock: Lock) -> None:
    """Take care of what the lock's last holder left; the caller holds the lock now."""
    from redraft.domain.journal import resume

    folder, had_journal = lock.dead_folder, lock.journal
    if had_journal:
        places = [folder] if folder else []
        places += [f for f in _sessions(root) if f != folder]
        for place in places:
            if resume(root, lock, place):
                _empty_tmp(root, place)
    elif folder:
        _empty_tmp(root, folder)
    root.folder.unlink(f"{layout.WORKSPACE}/.session.lock.new")
    marker.heal_locked(root)
    lock.left_behind = None
    lock.finish()


def _sessions(root: Root) -> list[str]:
    return [layout.session_folder(name) for name in root.sessions()]


def _empty_tmp(root: Root, folder: str) -> None:
    place = f"{folder}/{layout.TMP}"
    if root.folder.stat(place) is not None:
        for entry in root.folder.scan(place):
            root.folder.remove_tree(f"{place}/{entry.name}")


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
        _empty_tmp(root, folder)
        root.note_repair(f"Removed half-written files of session {name!r}.")
    with root.folder.sub(folder) as opened:
        if not _metadata_is_sound(opened):
            found.append(f"{name}: {layout.METADATA} is missing or unreadable")
            recreate_metadata(root, opened, name)
        found += _half_retries(root, opened, name)
    return found, left


def _metadata_is_sound(folder: Folder) -> bool:
    import json

    try:
        return isinstance(json.loads(folder.read(layout.METADATA, 1 << 20)), dict)
    except (OSError, ValueError, RecursionError):
        return False


def recreate_metadata(root: Root, folder: Folder, name: str) -> None:
    """Write metadata anew from the name and the folder's times; an unreadable one is kept."""
    metadata = read_metadata(folder, name)
    there = folder.stat(layout.METADATA)
    if there is not None:
        kept = f"{layout.METADATA}.unreadable"
        number = 1
        while folder.stat(kept) is not None:
            number += 1
            kept = f"{layout.METADATA}.unreadable-{number}"
        folder.move(layout.METADATA, folder, kept)
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
        root.folder.unlink(f"{layout.WORKSPACE}/.session.lock.new")
    checked += ["the markers", "the lock"]
    found += _odd_places(root)
    return checked, found, [*left, *_odd_places(root)]


def _dot_names(root: Root) -> list[str]:
    with root.folder.sub(layout.WORKFLOW) as folder:
        return [
            n for n in folder.names() if modes.S_ISREG(_mode(folder.stat(n)))
        ]


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
