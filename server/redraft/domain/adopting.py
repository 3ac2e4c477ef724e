"""Adopting: edits that went past the session are taken into it, and global is put back."""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING

from redraft.disk.copying import copy_file
from redraft.domain import layout
from redraft.domain.changes import Survey, drifted
from redraft.domain.editing import session_of
from redraft.domain.journal import Journal, run
from redraft.domain.steps import stamp
from redraft.domain.trash import Bin
from redraft.errors import FileNotFound, UnsupportedFile

if TYPE_CHECKING:
    from redraft.domain.session import Session
    from redraft.domain.steps import Step
    from redraft.domain.view import View

_STAGE = f"{layout.TMP}/adopted"


def adopt(view: View, given: list[str] | None) -> tuple[list[str], list[str]]:
    """Take what global holds now into the session, and put back what it held before.

    The session's own version of such a file goes to the trash. Only files that the session knows
    (that have a base) can be put back; without ``given`` all of them that drifted are adopted.

    Returns:
        The adopted paths, and those that were put back in global.

    Raises:
        FileNotFound: a given path has nothing in global, or has not drifted.
        Conflict: global changed again while this ran; nothing has changed then.
    """
    session = session_of(view)
    with session.root.hold("adopt", session.name) as lock:
        session.check_there()
        session.check_sound()
        paths = _wanted(view, session, given)
        if not paths:
            return [], []
        session.folder.remove_tree(_STAGE)
        trash = Bin(session, "adopted-over")
        steps: list[Step] = []
        for path in paths:
            steps += _steps(session, trash, path)
        steps.append(["drop", f"{session.path}/{layout.JOURNAL}"])
        run(session.root, lock, session.path, Journal("adopt", session.name, steps, session.path))
        session.folder.remove_tree(_STAGE)
    return paths, paths


def _wanted(view: View, session: Session, given: list[str] | None) -> list[str]:
    survey = Survey(session.folder)
    found = [p for p in drifted(session, survey) if p in survey.bases]
    found = [p for p in found if session.root.folder.stat(p) is not None]
    if given is None:
        return found
    wanted = [view.path_of(path) for path in given]
    for path in wanted:
        if path not in found:
            raise _nothing_at(session, survey, path)
    return sorted(set(wanted))


def _nothing_at(session: Session, survey: Survey, path: str) -> FileNotFound:
    if path not in survey.bases:
        return session.unchanged(path)
    base = f"{session.path}/{layout.BASE}/{path}"
    checked = [f"{session.root.path}/{each}" for each in (path, base)]
    message = (
        f"There is nothing to adopt at {path!r}: the folder's document is gone, or as it was "
        f"when session {session.name!r} first changed it."
    )
    return FileNotFound(path, checked, message)


def _steps(session: Session, trash: Bin, path: str) -> list[Step]:
    """Swap a copy of the base with global's file, and make that file the session's copy."""
    now = session.root.folder.stat(path)
    if now is None or not modes.S_ISREG(now.st_mode):
        raise UnsupportedFile(path, "is not a regular file in the folder")
    staged = f"{_STAGE}/{path}"
    copy_file(session.folder, f"{layout.BASE}/{path}", session.folder, staged, flush=True)
    back = session.folder.stat(staged)
    assert back is not None  # noqa: S101 - it was made just now, in a folder of our own
    copy = f"{layout.FILES}/{path}"
    steps: list[Step] = []
    if session.folder.stat(copy) is not None:
        steps.append(["move", f"{session.path}/{copy}", trash.place(copy)])
    target = f"{session.path}/{copy}"
    steps.append(["swap", f"{session.path}/{staged}", path, stamp(now), stamp(back)])
    steps.append(["move", f"{session.path}/{staged}", target])
    if session.folder.stat(f"{layout.DELETED}/{path}") is not None:
        steps.append(["drop", f"{session.path}/{layout.DELETED}/{path}"])
    return steps
