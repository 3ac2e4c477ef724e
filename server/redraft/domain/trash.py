"""The trash: cancelled sessions, discarded changes, deleted creations. Nothing is removed before
somebody empties it."""

from __future__ import annotations

import time

from redraft.domain import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from redraft.domain.root import Root
    from redraft.domain.session import Session


def dated(root: Root, parent: str, name: str, suffix: str = "") -> str:
    """A fresh ``<parent>/<name><suffix>-<time>``, relative to the root; needs the lock.

    An undo goes by these times: one is never before that of an earlier end, whatever the clock.
    """
    # A name that was given out is taken, though nothing may lie there yet.
    moment = max(after_all_others(root, time.time_ns()), root.last_dated_ns + 1000)
    while True:
        path = f"{parent}/{name}{suffix}-{layout.time_text(moment)}"
        if root.folder.stat(path) is None:
            root.last_dated_ns = moment
            return path
        moment += 1000


def after_all_others(root: Root, now: int) -> int:
    """This moment, or a later one if the clock is behind what has ended already."""
    moment = now
    for parent in (layout.COMPLETED, layout.TRASH):
        there = root.folder.stat(parent)
        if there is None or there.st_mtime_ns < now:
            continue  # the clock has gone on since the last end: no need to look at them all
        dates = (layout.split_dated(entry.name) for entry in root.folder.scan(parent))
        newest = max((layout.moment_of(date[1]) for date in dates if date), default=0)
        moment = max(moment, newest + 1000)
    return moment


class Bin:
    """One trash entry of a session, made when the first thing goes into it.

    ``kind`` (``deleted``, ``discarded``, ...) is the entry's sub-folder, so that a person who looks
    into the trash sees what happened.
    """

    __slots__ = ("kind", "path", "session")

    def __init__(self, session: Session, kind: str) -> None:
        self.session = session
        self.kind = kind
        self.path = dated(session.root, layout.TRASH, session.name)

    def place(self, name: str) -> str:
        """Where a path of the session's folder lands, relative to the root."""
        return f"{self.path}/{self.kind}/{name}"

    def take(self, name: str) -> Callable[[], object]:
        """Move a file or folder of the session's folder into the trash by one rename.

        Returns:
            What brings it back.
        """
        root, folder, place = self.session.root.folder, self.session.folder, self.place(name)
        folder.move(name, root, place)
        return lambda: root.move(place, folder, name)
