"""The temporary session: where writing goes while no session is active."""

from __future__ import annotations

import time

from redraft.domain import layout, lifecycle, marker, retries
from redraft.domain.changes import Survey
from redraft.domain.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
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


def drop_if_empty(root: Root, name: str) -> bool:
    """Remove a temporary session in which nothing was ever kept; False if there is something."""
    with Session.open(root, name) as session:
        if Survey(session.folder).count or retries.count(session.folder):
            return False
        if any(entry.name not in _MADE_BY_NOBODY for entry in session.folder.scan()):
            return False
        ended = lifecycle.cancel(session, backup_retries=False)
    assert ended.place is not None  # noqa: S101 - where a cancelled session lies
    root.folder.remove_tree(ended.place)
    return True
