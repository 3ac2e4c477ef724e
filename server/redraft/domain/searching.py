"""What an editor's search finds of the sessions: the active one's copies, and nothing else.

Editors search with ripgrep, which passes over all of ``.workflow/`` because git ignores it.
``.workflow/.ignore``, which git does not know and ripgrep puts above ``.gitignore``, names the
exception. It is only ever a convenience: nothing reads it but the search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.disk.durable import publish
from redraft.domain import layout, marker

if TYPE_CHECKING:
    from redraft.domain.root import Root

WAIT_S = 1.0
_MARK = b"# Written by Redraft"
_RULES = (
    "%s, so that a search finds the text of the active session.\n"
    "/*\n!/%s/\n/%s/*\n!/%s/files/\n!/%s/files/**\n"
)
_MOST = 1000


def follow(root: Root) -> None:
    """Let searches find the active session's copies; none's if no session is active.

    Costs one small read when nothing has to be done. A file of that name which is not ours
    (a person's own, a link) is left as it is.

    Raises:
        Locked: somebody held the lock for longer than a second.
        OSError: it cannot be read or written.
    """
    if _is_right(root):
        return
    with root.hold("follow with the search", wait_s=WAIT_S):
        if _is_right(root):  # another window's server was faster
            return
        name = marker.active(root)
        if name is None:
            root.folder.unlink(layout.IGNORE)
        else:
            via = f"{layout.WORKFLOW}/{layout.NEW}"
            publish(root.folder, layout.IGNORE, _rules(name), via=via, flush=False)


def _is_right(root: Root) -> bool:
    name = marker.active(root)
    try:
        text = root.folder.read(layout.IGNORE, _MOST)
    except FileNotFoundError:
        return name is None
    except OSError:
        if root.folder.is_file(layout.IGNORE):
            raise
        return True
    return not text.startswith(_MARK) or (name is not None and text == _rules(name))


def _rules(name: str) -> bytes:
    return (_RULES % (_MARK.decode(), name, name, name, name)).encode()
