"""Adopting: edits that went past the session are taken into it, and global is put back."""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING

from redraft.disk.copying import copy_file
from redraft.disk.durable import set_times
from redraft.domain import base, layout, past
from redraft.domain.afterwards import Afterwards
from redraft.domain.changes import Survey, drifted
from redraft.domain.editing import session_of
from redraft.domain.journal import Journal, run
from redraft.domain.steps import stamp
from redraft.domain.tombstones import Mason
from redraft.domain.trash import Bin
from redraft.errors import FileNotFound, UnsupportedFile

if TYPE_CHECKING:
    import os

    from redraft.domain.session import Session
    from redraft.domain.steps import Step
    from redraft.domain.view import View

_STAGE = f"{layout.TMP}/adopted"


def adopt(view: View, given: list[str] | None) -> tuple[list[str], list[str]]:
    """Take what global holds now into the session, and put back what it held before.

    The session's own version of such a file goes to the trash. A file that the session knows (that
    has a base) is put back, also where it was deleted; one that was seen to be made past the
    session moves into it. Without ``given`` all is adopted that drifted or was seen, but for files
    that are gone from global and nobody saw going. What is put back has the time that it had: to
    others it is as if nobody had gone past the session.

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
        survey = Survey(session.folder)
        seen = past.marks(session)
        paths = _wanted(view, survey, seen, given)
        if not paths:
            return [], []
        session.folder.remove_tree(_STAGE)
        hands = _Adopting(session, survey)
        steps = [step for path in paths for step in hands.steps(path)]
        steps += [["drop", f"{session.path}/{layout.PAST}/{p}"] for p in paths if p in seen]
        steps.append(["drop", f"{session.path}/{layout.JOURNAL}"])
        run(session.root, lock, session.path, Journal("adopt", session.name, steps, session.path))
        with Afterwards(session.root, lock):
            session.folder.remove_tree(_STAGE)
            hands.mason.clean()
    return paths, [path for path in paths if path in survey.bases]


def _wanted(view: View, survey: Survey, seen: list[str], given: list[str] | None) -> list[str]:
    session = session_of(view)
    if given is None:
        there = session.root.folder.stat
        known = [p for p in drifted(session, survey) if p in survey.bases and there(p) is not None]
        return sorted({*known, *(p for p in seen if _can_be(session, survey, seen, p))})
    wanted = [view.path_of(path) for path in given]
    for path in wanted:
        if not _can_be(session, survey, seen, path):
            raise _nothing_at(session, survey, path)
    return sorted(set(wanted))


def _can_be(session: Session, survey: Survey, seen: list[str], path: str) -> bool:
    if path in survey.bases:
        return base.drifted(session, path, survey.bases[path])
    now = session.root.folder.stat(path)
    return path in seen and now is not None and modes.S_ISREG(now.st_mode)


def _nothing_at(session: Session, survey: Survey, path: str) -> FileNotFound:
    if path not in survey.bases:
        return session.unchanged(path)
    checked = [f"{session.root.path}/{each}" for each in (path, f"{session.path}/base/{path}")]
    message = (
        f"There is nothing to adopt at {path!r}: the folder's document is as it was when session "
        f"{session.name!r} first changed it."
    )
    return FileNotFound(path, checked, message)


class _Adopting:
    """Makes the steps of one adoption, and stages what they need."""

    def __init__(self, session: Session, survey: Survey) -> None:
        self.session = session
        self.survey = survey
        self.trash = Bin(session, "adopted-over")
        self.mason = Mason(session)

    def steps(self, path: str) -> list[Step]:
        """What adopts one document."""
        now = self.session.root.folder.stat(path)
        if now is not None and not modes.S_ISREG(now.st_mode):
            raise UnsupportedFile(path, "is not a regular file in the folder")
        if path not in self.survey.bases:
            return self._made(path, now)
        return self._written(path, now) if now is not None else self._deleted(path)

    def _written(self, path: str, now: os.stat_result) -> list[Step]:
        """Swap a copy of the base with global's file, and make that file the session's copy."""
        home = self.session.path
        staged, back = self._stage(path)
        steps = self._make_room(path)
        steps.append(["swap", staged, path, stamp(now), stamp(back)])
        steps.append(["move", staged, f"{home}/{layout.FILES}/{path}"])
        if self.session.folder.stat(f"{layout.DELETED}/{path}") is not None:
            steps.append(["drop", f"{home}/{layout.DELETED}/{path}"])
        return steps

    def _deleted(self, path: str) -> list[Step]:
        """Put a copy of the base back, and hide it in the session."""
        staged, back = self._stage(path)
        put: Step = ["put", staged, path, stamp(back)]
        return [put, *self._make_room(path), *self.mason.hide(path)]

    def _made(self, path: str, now: os.stat_result | None) -> list[Step]:
        """Move a new file into the session."""
        assert now is not None  # noqa: S101 - it was looked for under this very lock
        target = f"{self.session.path}/{layout.FILES}/{path}"
        return [*self._make_room(path), ["take", path, target, stamp(now)]]

    def _stage(self, path: str) -> tuple[str, os.stat_result]:
        folder, staged = self.session.folder, f"{_STAGE}/{path}"
        copy_file(folder, f"{layout.BASE}/{path}", folder, staged, flush=True)
        kept_ns = self.survey.bases[path].st_mtime_ns
        if kept_ns:  # else it was too young for its time to be kept
            set_times(folder, [(staged, kept_ns)])
        back = folder.stat(staged)
        assert back is not None  # noqa: S101 - it was made just now, in a folder of our own
        return f"{self.session.path}/{staged}", back

    def _make_room(self, path: str) -> list[Step]:
        copy = f"{layout.FILES}/{path}"
        if self.session.folder.stat(copy) is None:
            return []
        return [["move", f"{self.session.path}/{copy}", self.trash.place(copy)]]
