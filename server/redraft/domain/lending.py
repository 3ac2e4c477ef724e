"""Lending: laying out a session's view for a program, as a layer over the root or as a copy."""

from __future__ import annotations

import os
import stat as modes

from redraft.disk import calls
from redraft.disk.copying import copy_file
from redraft.disk.layer import give_mode, hide, make_opaque, survey
from redraft.disk.namespace import REAL, UPPER, WORK
from redraft.disk.paths import refuse_protected
from redraft.domain import layout
from redraft.domain.changes import Survey
from redraft.domain.loans import OVERLAY, VIEW, shown
from redraft.errors import ProtectedPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.disk.folder import Folder
    from redraft.domain.loans import Loan
    from redraft.domain.session import Session
    from redraft.domain.view import View


def is_kept_out(path: str) -> bool:
    """Whether a path is Redraft's own or git's, of which nothing is taken into a session."""
    try:
        refuse_protected(path)
    except ProtectedPath:
        return True
    return False


def lend(view: View, loan: Loan) -> None:
    """Lay the session's view out in the loan's private folder, and save the loan.

    A file is always a copy (by reflink where there is one): programs write in place, and a second
    name for a session's file or a global one would let them.

    Raises:
        OSError: the file system cannot hold a layer, or is full.
    """
    assert view.session is not None  # noqa: S101 - a loan is a session's
    if loan.how == OVERLAY:
        for name in (UPPER, WORK, REAL):
            loan.folder.make(name)
        with loan.folder.sub(UPPER) as upper:
            _lay(view, view.session, upper, loan)
    else:
        loan.folder.make(VIEW)
        with loan.folder.sub(VIEW) as copy:
            for path, kind in view.walk():
                _copy(view, copy, path, kind, loan)
    with loan.folder.sub(loan.part) as part:
        loan.views = survey(part, is_kept_out, layer=loan.how == OVERLAY)
    loan.save()


# As a layer ------------------------------------------------------------------------------------


def _lay(view: View, session: Session, upper: Folder, loan: Loan) -> None:
    changes = Survey(session.folder)
    for path in session.folder.folders(layout.FILES):
        inner = path[len(layout.FILES) + 1 :]
        _make(session, upper, inner, opaque=inner in changes.stones)
    for path in (*changes.modified, *changes.created):
        loan.shown[path] = shown(view, path)
        copy_entry(session.folder, f"{layout.FILES}/{path}", upper, path)
    for stone in sorted(changes.stones):
        loan.shown[stone] = shown(view, stone)
        if upper.stat(stone) is None and session.root.folder.stat(stone) is not None:
            _make_above(session, upper, stone)
            hide(upper, stone)


def _make_above(session: Session, upper: Folder, path: str) -> None:
    parts = path.split("/")
    for end in range(1, len(parts)):
        if upper.stat("/".join(parts[:end])) is None:
            _make(session, upper, "/".join(parts[:end]), opaque=False)


def _make(session: Session, upper: Folder, path: str, *, opaque: bool) -> None:
    """Make a folder of the layer; where it is laid over global's, it looks like that one."""
    _make_above(session, upper, path)
    upper.make(path)
    below = session.root.folder.stat(path)
    if opaque:
        make_opaque(upper, path)
    elif below is not None and modes.S_ISDIR(below.st_mode):
        give_mode(upper, path, below)


# As a copy -------------------------------------------------------------------------------------


def _copy(view: View, copy: Folder, path: str, kind: str, loan: Loan) -> None:
    loan.shown[path] = shown(view, path)
    source, status = view.look(path)
    if status is None or kind == "directory":
        copy.make(path)
        return
    holder, name = view.root.folder, path
    if source == "session" and view.session is not None:
        holder, name = view.session.folder, f"{layout.FILES}/{path}"
    if modes.S_ISREG(status.st_mode):
        copy_entry(holder, name, copy, path)
    elif kind == "symlink":
        calls.symlink(_led(view.root.path, path, holder.read_link(name)), *_at(copy, path))


def _at(folder: Folder, path: str) -> tuple[int | None, str]:
    return folder.handle, folder.at(path)


def _led(root: str, path: str, target: str) -> str:
    """Where a link must point in the copy: inside of it, wherever it pointed inside of the root.

    A link that leads out is made absolute, because the copy lies elsewhere.
    """
    above = os.path.dirname(f"{root}/{path}")
    place = os.path.normpath(os.path.join(above, target))
    if place == root or place.startswith(root.rstrip("/") + "/"):
        return os.path.relpath(place, above)
    return place


def copy_entry(source: Folder, name: str, target: Folder, to_name: str) -> None:
    """Copy a file with its permission bits and time, or a link as it is.

    Raises:
        OSError: it cannot be read, or the disk is full.
    """
    status = source.stat(name)
    if status is None:
        return
    if modes.S_ISLNK(status.st_mode):
        calls.symlink(source.read_link(name), *_at(target, to_name))
        return
    copy_file(source, name, target, to_name, flush=False)
    calls.utime(*_at(target, to_name), status.st_mtime_ns)
