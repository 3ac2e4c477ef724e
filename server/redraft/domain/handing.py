"""Handing a document over to a foreign tool, which will write the session's copy in place.

The tool opens files by name and knows nothing of sessions. So all that keeps global safe stands
before it begins: the base, the folders above the copy and, where the tool changes a text that is
there, the copy itself. A base and empty folders alone are no change.
"""

from __future__ import annotations

import stat as modes
from errno import EIO

from redraft.disk import calls
from redraft.disk.copying import copy_file
from redraft.disk.durable import place
from redraft.domain import base, layout
from redraft.domain.editing import check_parents, lifts, prune_shown, session_of
from redraft.errors import InvalidArguments, UnsupportedFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.domain.session import Session
    from redraft.domain.view import View


def hand_over(view: View, given: str, *, copy: bool) -> str:
    """Make ready that a tool writes a document of the session by itself.

    Args:
        view: the session's view.
        given: the document.
        copy: whether the tool needs the present text there; else it makes the file itself.

    Returns:
        The absolute path that the tool has to write to.

    Raises:
        UnsupportedFile: a folder stands there, or a document in a parent's place.
        OSError: the base cannot be kept, so nothing may be written.
    """
    session = session_of(view)
    path = view.path_of(given)
    if not path:
        raise InvalidArguments(["the root itself is not a document"])
    with session.root.hold("write", session.name):
        session.check_there()
        session.check_sound()
        source, current = view.look(path)
        if current is not None and not modes.S_ISREG(current.st_mode):
            raise UnsupportedFile(path, "is not a document")
        check_parents(view, path, make=True)
        kept = base.ensure(session, path, touched=source != "global")
        if source == "global" and current is not None and not kept:
            raise OSError(EIO, "its base cannot be kept", path)
        name = f"{layout.FILES}/{path}"
        if copy and source == "global" and current is not None:
            via = f"{layout.TMP}/copy"
            session.folder.unlink(via)
            copy_file(session.folder, f"{layout.BASE}/{path}", session.folder, via, flush=True)
            place(session.folder, via, name)
        else:
            _make_shown(view, path.rpartition("/")[0])
    return f"{session.root.path}/{session.path}/{name}"


def _make_shown(view: View, folder: str) -> None:
    """Make a folder of the copies, as far as the session shows it; the rest is the tool's to make.

    So a tool that fails leaves no folder that was not to be seen before.
    """
    while folder and view.look(folder)[1] is None:
        folder = folder.rpartition("/")[0]
    session_of(view).folder.make(f"{layout.FILES}/{folder}".rstrip("/"))


def take_back(view: View, given: str, *, fresh: bool) -> str:
    """Put in order what a tool left of a document that was handed over to it.

    Args:
        view: the session's view.
        given: the document.
        fresh: whether the tool made the file, so that its permission bits mean nothing.

    Returns:
        ``modified``, ``created``, or ``unchanged`` if the tool wrote nothing.
    """
    session = session_of(view)
    path = view.path_of(given)
    with session.root.hold("write", session.name):
        session.check_there()
        session.check_sound()
        name = f"{layout.FILES}/{path}"
        copy, kept = session.folder.stat(name), session.folder.stat(f"{layout.BASE}/{path}")
        if copy is None or not modes.S_ISREG(copy.st_mode):
            prune_shown(session, path)
            return "unchanged"
        has_base = kept is not None and modes.S_ISREG(kept.st_mode)
        if fresh and kept is not None and has_base:
            _set_mode(session, name, kept.st_mode & 0o7777)
        if lifts(session, path):
            session.folder.unlink(f"{layout.DELETED}/{path}")
    return "modified" if has_base else "created"


def _set_mode(session: Session, name: str, mode: int) -> None:
    folder, last = session.folder.parent(name)
    with folder:
        calls.set_mode_at(folder.handle, folder.at(last), mode)
