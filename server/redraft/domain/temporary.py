"""The temporary session: where writing goes while no session is active."""

from __future__ import annotations

import time

from redraft.domain import layout, lifecycle, marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.domain.root import Root


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
