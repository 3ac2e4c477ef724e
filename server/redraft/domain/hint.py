"""A hint for the first look of a process: what the last full scan of ``.workflow/`` found.

With thousands of sessions the scan takes milliseconds. ``.workflow/.hint`` holds the folder's inode
and time and the marker's name, in one line. It is never trusted: it counts only while the folder
still has that very time and the marker is still there. It is rewritten in place, so that writing
it does not change the folder's time; half a line counts as none.
"""

from __future__ import annotations

import os
import re
import stat as modes
import time

from redraft.disk import calls
from redraft.domain import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.domain.root import Root

WORTH_FROM = 64  # names in the folder: below this a scan costs no more than the hint
_OLD_ENOUGH_NS = 2_100_000_000  # beyond the coarsest clock tick, so that the time vouches for all
_LINE = re.compile(rb"(\d+) (\d+) ([A-Za-z0-9_-]*)\n")


def recall(root: Root, stamp: tuple[int, int]) -> tuple[bool, str | None]:
    """What the hint says about a folder of this stamp.

    Returns:
        Whether it says anything that holds, and the active session's name (None: none is active).
    """
    try:
        match = _LINE.match(root.folder.read(layout.HINT, 256))
    except OSError:
        return False, None
    if match is None or (int(match[1]), int(match[2])) != stamp:
        return False, None
    name = match[3].decode()
    return (not name or _is_marked(root, name)), name or None


def _is_marked(root: Root, name: str) -> bool:
    found = root.folder.stat(layout.marker(name))
    return found is not None and modes.S_ISREG(found.st_mode)


def leave(root: Root, stamp: tuple[int, int], name: str | None, names: int) -> None:
    """Leave a hint for others, if it is worth one and the folder's time is old enough.

    Args:
        root: the root.
        stamp: the folder's inode and time, the same before and after the scan.
        name: what the scan found.
        names: how many names the folder holds.
    """
    if names < WORTH_FROM or time.time_ns() - stamp[1] < _OLD_ENOUGH_NS:
        return
    try:
        parent, last = root.folder.parent(layout.HINT)
        with parent:
            file = calls.open_or_create(parent.handle, parent.at(last))
        try:
            calls.overwrite(file, b"%d %d %s\n" % (*stamp, (name or "").encode()))
        finally:
            os.close(file)
    except OSError:
        return  # a folder that we may not write in is scanned each time
