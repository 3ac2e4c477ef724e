"""Discarding: taking single changes out of a session; the copies go to the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.domain import layout
from redraft.domain.afterwards import Afterwards
from redraft.domain.changes import Survey
from redraft.domain.editing import prune, session_of
from redraft.domain.journal import Journal, run
from redraft.domain.tombstones import Mason
from redraft.domain.trash import Bin

if TYPE_CHECKING:
    from redraft.domain.session import Session
    from redraft.domain.steps import Step
    from redraft.domain.view import View


def discard(view: View, given: list[str]) -> list[str]:
    """Take the changes at and beneath the given paths out of the session, as one step.

    Returns:
        The discarded paths, sorted.

    Raises:
        FileNotFound: a path has no change; nothing was discarded then.
    """
    session = session_of(view)
    with session.root.hold("discard", session.name) as lock:
        session.check_there()
        session.check_sound()
        survey = Survey(session.folder)
        picked = [view.path_of(one, follow_last=False) for one in given]
        wanted = sorted({p for path in picked for p in _beneath(session, survey, path)})
        mason = Mason(session)
        steps = _away(session, survey, wanted)
        steps += _uncover(survey, mason, picked)
        steps.append(["drop", f"{session.path}/{layout.JOURNAL}"])
        journal = Journal("discard", session.name, steps, session.path)
        run(session.root, lock, session.path, journal)
        with Afterwards(session.root, lock):
            mason.clean()
            for path in wanted:
                prune(session, f"{layout.FILES}/{path}")
                prune(session, f"{layout.BASE}/{path}")
    return wanted


def _beneath(session: Session, survey: Survey, path: str) -> list[str]:
    hits = [p for p, _ in survey.paths() if p == path or p.startswith(f"{path}/") or not path]
    if not hits:
        raise session.unchanged(path)
    return hits


def _away(session: Session, survey: Survey, wanted: list[str]) -> list[Step]:
    """Copies and bases go to the trash."""
    trash = Bin(session, "discarded")
    steps: list[Step] = []
    for path in wanted:
        if path in survey.modified or path in survey.created:
            name = f"{layout.FILES}/{path}"
            steps.append(["move", f"{session.path}/{name}", trash.place(name)])
        if path in survey.bases:
            name = f"{layout.BASE}/{path}"
            steps.append(["move", f"{session.path}/{name}", trash.place(name)])
    return steps


def _uncover(survey: Survey, mason: Mason, picked: list[str]) -> list[Step]:
    """Tombstones at and beneath the paths go; one of a folder above them is split."""
    steps: list[Step] = []
    for stone in sorted(survey.stones):
        if any(not path or stone == path or stone.startswith(f"{path}/") for path in picked):
            steps += mason.lift(stone)
            continue
        shown = [path for path in picked if path.startswith(f"{stone}/")]
        if shown:
            steps += mason.split(survey, stone, shown)
    return steps
