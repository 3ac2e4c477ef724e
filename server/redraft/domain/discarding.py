"""Discarding: taking single changes out of a session; the copies go to the trash."""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING

from redraft.disk.copying import write_file
from redraft.disk.exchange import exchange
from redraft.domain import layout
from redraft.domain.changes import Survey, under
from redraft.domain.trash import Bin
from redraft.domain.view import View
from redraft.errors import FileNotFound

if TYPE_CHECKING:
    from redraft.domain.session import Session


def discard(view: View, given: list[str]) -> list[str]:
    """Take the changes at and beneath the given paths out of the session.

    Returns:
        The discarded paths, sorted.

    Raises:
        FileNotFound: a path has no change; nothing was discarded then.
    """
    from redraft.domain.editing import session_of

    session = session_of(view)
    with session.root.hold("discard", session.name):
        session.check_there()
        session.check_sound()
        survey = Survey(session.folder)
        wanted = sorted({p for one in given for p in _beneath(view, session, survey, one)})
        trash = Bin(session, "discarded")
        for path in wanted:
            _discard_one(session, survey, trash, path)
        _lift_empty_stones(session, survey, set(wanted))
    return wanted


def _beneath(view: View, session: Session, survey: Survey, given: str) -> list[str]:
    path = view.path_of(given, follow_last=False)
    hits = [p for p, _ in survey.paths() if p == path or p.startswith(f"{path}/") or not path]
    if not hits:
        raise FileNotFound(path, [f"the changes of session {session.name!r}"])
    return hits


def _discard_one(session: Session, survey: Survey, trash: Bin, path: str) -> None:
    # First the step that changes what is seen; a base alone is no change.
    if path in survey.modified or path in survey.created:
        trash.take(f"{layout.FILES}/{path}")
    if under(path, survey.stones):
        _uncover(session, path)
    if session.folder.stat(f"{layout.BASE}/{path}") is not None:
        trash.take(f"{layout.BASE}/{path}")


def _uncover(session: Session, path: str) -> None:
    """Let global's file show again; a folder's tombstone is split among what stays deleted."""
    stone = path
    while stone:
        found = session.folder.stat(f"{layout.DELETED}/{stone}")
        if found is not None and not modes.S_ISDIR(found.st_mode):
            break
        stone = stone.rpartition("/")[0]
    if not stone:
        return
    if stone != path:
        _split(session, stone, path)
        _uncover(session, path)
        return
    session.folder.unlink(f"{layout.DELETED}/{stone}")


def _split(session: Session, stone: str, path: str) -> None:
    """Replace a folder's tombstone by one for each of its entries, as one step."""
    stage = f"{layout.TMP}/split"
    session.folder.remove_tree(stage)
    session.folder.make(stage)
    names = {entry.name for entry in session.root.folder.scan(stone)}
    names.add(path[len(stone) + 1 :].partition("/")[0])
    for name in names:
        write_file(session.folder, f"{stage}/{name}", (), flush=False)
    with session.folder.sub(layout.TMP) as tmp:
        parent, last = session.folder.parent(f"{layout.DELETED}/{stone}")
        with parent:
            exchange(tmp, "split", parent, last)
    session.folder.unlink(stage)


def _lift_empty_stones(session: Session, survey: Survey, discarded: set[str]) -> None:
    """Remove tombstones of folders all of whose documents were discarded as a whole."""
    for stone in survey.stones:
        covered = [p for p in survey.bases if p.startswith(f"{stone}/")]
        if covered and all(p in discarded for p in covered):
            found = session.folder.stat(f"{layout.DELETED}/{stone}")
            if found is not None and modes.S_ISDIR(found.st_mode):
                session.folder.remove_tree(f"{layout.DELETED}/{stone}")
