"""Solving a conflict: the result of a merge that a person made becomes the session's version."""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING

from redraft.disk.copying import write_file
from redraft.domain import base, editing, layout
from redraft.domain.afterwards import Afterwards
from redraft.domain.journal import Journal, run
from redraft.domain.steps import stamp
from redraft.domain.trash import Bin

if TYPE_CHECKING:
    import os

    from redraft.domain.session import Session
    from redraft.domain.steps import Step
    from redraft.domain.view import View

_STAGE = f"{layout.TMP}/merge"
_COPY = f"{_STAGE}/copy"
_BASE = f"{_STAGE}/base"


def solve(view: View, given: str, merged: bytes, folder: bytes, session: bytes) -> bool:
    """Make a text the session's version, as a change of what the folder holds now; as one step.

    A commit then takes it as it is: merging it once more could bring back what a person decided
    against. What it replaces goes to the trash.

    Args:
        view: the session's view.
        given: the path of the document.
        merged: its new content.
        folder: the folder's version that it was merged from.
        session: the session's version that it was merged from.

    Returns:
        False if one of the versions is another by now (or gone): nothing was changed then.

    Raises:
        Conflict: somebody wrote into the session's version just now; nothing was changed.
        UnsupportedFile: the folder holds a link, pipe or device there.
    """
    home = editing.session_of(view)
    path = view.path_of(given, follow_last=False)
    with home.root.hold("merge", home.name) as lock:
        home.check_there()
        home.check_sound()
        home.folder.remove_tree(_STAGE)
        old = home.folder.stat(f"{layout.FILES}/{path}")
        if old is None or not _is_merged(home, path, folder, session):
            home.folder.remove_tree(_STAGE)
            return False
        write_file(home.folder, _COPY, (merged,), mode=old.st_mode & 0o7777, flush=True)
        journal = Journal("merge", home.name, _steps(home, path, old), home.path)
        run(home.root, lock, home.path, journal)
        with Afterwards(home.root, lock):
            home.folder.remove_tree(_STAGE)
            editing.settle(home, path)
    return True


def _is_merged(home: Session, path: str, folder: bytes, session: bytes) -> bool:
    """Whether both sides still hold what was merged; the folder's becomes a base, aside."""
    copy = home.folder.read(f"{layout.FILES}/{path}")
    return copy == session and base.snapshot(home, path, _BASE) and _read(home) == folder


def _read(home: Session) -> bytes | None:
    status = home.folder.stat(_BASE)
    is_text = status is not None and modes.S_ISREG(status.st_mode)
    return home.folder.read(_BASE) if is_text else None


def _steps(home: Session, path: str, old: os.stat_result) -> list[Step]:
    trash = Bin(home, "merged")
    copy, kept = f"{layout.FILES}/{path}", f"{layout.BASE}/{path}"
    new = home.folder.stat(_COPY)
    assert new is not None  # noqa: S101 - it was made just now, in a folder of our own
    steps: list[Step] = [
        ["swap", f"{home.path}/{_COPY}", f"{home.path}/{copy}", stamp(old), stamp(new)],
        ["move", f"{home.path}/{_COPY}", trash.place(copy)],
    ]
    if home.folder.stat(kept) is not None:
        steps.append(["move", f"{home.path}/{kept}", trash.place(kept)])
    steps.append(["move", f"{home.path}/{_BASE}", f"{home.path}/{kept}"])
    steps.append(["drop", f"{home.path}/{layout.JOURNAL}"])
    return steps
