"""The temporary session: where writing goes while no session is active."""

from __future__ import annotations

import time

from redraft.domain import layout, lifecycle, marker, retries
from redraft.domain.changes import Survey
from redraft.domain.session import Session
from redraft.domain.trash import dated
from redraft.errors import RedraftError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from redraft.domain.root import Root

_MADE_BY_NOBODY = {
    layout.METADATA,
    layout.FILES,
    layout.BASE,
    layout.DELETED,
    layout.TMP,
}


def ensure(root: Root, session: str | None) -> tuple[str, bool]:
    """The session that a write goes to: the named one, the active one, or a new temporary one.

    Returns:
        Its name, and whether it was made just now.
    """
    if session is not None:
        return session, False
    active = marker.active(root)
    if active is not None:
        return active, False
    name = f"temp-{layout.time_text(time.time_ns())}"
    lifecycle.start(root, name, "Temporary session", temporary=True)
    return name, True


class Destination:
    """The session that a write goes to (a context manager around the write).

    One that was made for the write goes again if the write fails.

    Attributes:
        name: the session.
        made: whether it was made for this.
    """

    __slots__ = ("_root", "made", "name")

    def __init__(self, root: Root, session: str | None) -> None:
        self._root = root
        self.name, self.made = ensure(root, session)

    def __enter__(self) -> Destination:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None or not self.made:
            return
        try:
            drop_if_empty(self._root, self.name)
        except (RedraftError, OSError):
            pass  # what the write died of counts; an empty session harms nobody


def drop_if_empty(root: Root, name: str) -> bool:
    """Remove a temporary session in which nothing was ever kept; False if there is something.

    A base counts: a tool may be about to write the document that it was kept for.
    """
    with root.hold("drop", name) as lock, Session.open(root, name) as session:
        survey = Survey(session.folder)
        if survey.count or survey.bases or retries.count(session.folder):
            return False
        if set(session.folder.names()) - _MADE_BY_NOBODY:
            return False
        place = dated(root, layout.TRASH, name)
        lifecycle.leave(session, lock, "cancel", [], place)
    root.folder.remove_tree(place)
    return True
