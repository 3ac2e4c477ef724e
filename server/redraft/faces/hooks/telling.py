"""What the programs that an agent's shell runs are told: the root, and the session."""

from __future__ import annotations

import os
import shlex
import sys

from redraft.disk.folder import Folder
from redraft.disk.notes import append
from redraft.domain import layout
from redraft.faces.where import pinned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from redraft.domain.root import Root

FILE = "CLAUDE_ENV_FILE"
"""The variable with which a client names the file that its shell reads before each command."""

# A session that somebody switches to later must be the one that is told, so the shell looks anew.
_ACTIVE = rf"""
REDRAFT_SESSION=$(ls -A "$REDRAFT_ROOT/{layout.WORKFLOW}" 2>/dev/null |
    sed -n 's/^{layout.MARKER.replace(".", "[.]")}//p' | head -n 1)
REDRAFT_FOLLOW=1"""
_TEXT = """\
# Written by Redraft, for the programs that a shell runs.
export REDRAFT_ROOT={root}{session}
if [ -n "$REDRAFT_SESSION" ]; then
    REDRAFT_SESSION_DIR="$REDRAFT_ROOT/{workflow}/$REDRAFT_SESSION"
    export REDRAFT_SESSION REDRAFT_SESSION_DIR REDRAFT_FOLLOW
else
    unset REDRAFT_SESSION REDRAFT_SESSION_DIR REDRAFT_FOLLOW
fi"""


def tell_shells(root: Root, environ: Mapping[str, str]) -> None:
    """Add what programs are told to the client's file, if it has one and does not say so already.

    Raises:
        OSError: it cannot be read or written.
    """
    place = environ.get(FILE, "")
    if not os.path.isabs(place):
        return
    name = pinned(environ)
    session = f"\nREDRAFT_SESSION={shlex.quote(name)}\nREDRAFT_FOLLOW=" if name else _ACTIVE
    text = _TEXT.format(root=shlex.quote(root.path), session=session, workflow=layout.WORKFLOW)
    head, last = os.path.split(os.path.realpath(place))
    with Folder.open(head) as folder:
        known = folder.read(last).decode("utf-8", "replace") if folder.is_file(last) else ""
        if text not in known:
            append(folder, last, text, sys.maxsize)
