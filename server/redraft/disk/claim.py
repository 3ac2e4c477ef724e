"""Claims: empty files that a process locks to say that it, or a child of it, still lives.

Unlike a process id, a lock is let go by the system itself, and never belongs to somebody else by
accident. A child that inherits the descriptor holds the claim as well.
"""

from __future__ import annotations

import os

from redraft.disk import calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.disk.folder import Folder


def claim(folder: Folder, name: str, *, wait: bool = False) -> int | None:
    """Take a claim; closing the descriptor gives it back.

    Returns:
        The descriptor, or None if another process holds it (and ``wait`` is false).
    """
    from filelock import lock_descriptor

    descriptor = calls.open_or_create(folder.handle, folder.at(name))
    try:
        if lock_descriptor(descriptor, blocking=wait):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None
