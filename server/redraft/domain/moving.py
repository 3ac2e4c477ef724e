"""Renaming, copying and deleting whole folders in a session: journalled where they take steps."""

from __future__ import annotations

import stat as modes
import unicodedata
from typing import TYPE_CHECKING

from redraft.disk.copying import copy_file
from redraft.domain import base, layout
from redraft.domain.afterwards import Afterwards
from redraft.domain.editing import check_parents, lifts, prune_shown, session_of, settle
from redraft.domain.journal import Journal, run
from redraft.domain.tombstones import Mason
from redraft.domain.trash import Bin
from redraft.domain.view import View, is_hidden
from redraft.errors import FileExists, InvalidArguments, UnsupportedFile

if TYPE_CHECKING:
    import os

    from redraft.disk.lock import Lock
    from redraft.domain.session import Session
    from redraft.domain.steps import Step

_STAGE = f"{layout.TMP}/moving"


def delete_folder(view: View, path: str, lock: Lock) -> str:
    """Delete a folder with all beneath it; the caller holds the lock and has checked the path.

    Returns:
        ``deleted``, or ``unchanged`` if nothing of it was global's.
    """
    session = session_of(view)
    mason = Mason(session)
    steps = _removal(session, path, mason)
    run(session.root, lock, session.path, _journal(session, "delete", steps))
    with Afterwards(session.root, lock):
        mason.clean()
        prune_shown(session, path)
    return "deleted" if is_hidden(session.folder, path) else "unchanged"


def _journal(session: Session, kind: str, steps: list[Step]) -> Journal:
    end: Step = ["drop", f"{session.path}/{layout.JOURNAL}"]
    return Journal(kind, session.name, [*steps, end], session.path)


def _removal(session: Session, path: str, mason: Mason) -> list[Step]:
    """The steps that make a file or folder vanish from the session's view. Keeps bases at once."""
    steps: list[Step] = []
    if session.root.folder.stat(path) is not None and not is_hidden(session.folder, path):
        for inner, _ in session.root.folder.walk(path):
            base.ensure(session, inner)
        steps += mason.hide(path)
    return steps + _to_trash(session, path)


def _to_trash(session: Session, path: str) -> list[Step]:
    name = f"{layout.FILES}/{path}"
    if session.folder.stat(name) is None:
        return []
    return [["move", f"{session.path}/{name}", Bin(session, "deleted").place(name)]]


def rename(view: View, old: str, new: str, *, overwrite: bool = False) -> str:
    """Rename a document or folder in the session, as one step.

    Returns:
        The kind of change that the new path is: ``created`` or ``modified``.

    Raises:
        FileNotFound: the old path, or the folder of the new one, is not there.
        FileExists: the new path is there and may not be overwritten.
        UnsupportedFile: the old path is a link.
        InvalidArguments: a folder would go into itself.
    """
    session = session_of(view)
    source = view.path_of(old, follow_last=False)
    target = view.path_of(new, follow_last=False)
    _refuse_roots(source, target)
    with session.root.hold("rename", session.name) as lock:
        session.check_there()
        session.check_sound()
        status = _checked(view, source, target, overwrite=overwrite)
        if source == target:
            return "unchanged"
        same = _is_same_entry(session, source, target)
        mason = Mason(session)
        steps = _transfer(view, source, target, status, mason, same=same)
        if not same:
            steps += _removal(session, source, mason)
        run(session.root, lock, session.path, _journal(session, "rename", steps))
        with Afterwards(session.root, lock):
            session.folder.remove_tree(_STAGE)
            mason.clean()
            settle(session, target)
            prune_shown(session, source)
    return "modified" if session.folder.stat(f"{layout.BASE}/{target}") else "created"


def copy(view: View, source: str, destination: str, *, overwrite: bool = False) -> str:
    """Copy a document or folder within the session, as one step; raises as :func:`rename`."""
    session = session_of(view)
    origin = view.path_of(source)
    target = view.path_of(destination, follow_last=False)
    _refuse_roots(origin, target)
    if origin == target:
        raise FileExists(target)
    with session.root.hold("copy", session.name) as lock:
        session.check_there()
        session.check_sound()
        status = _checked(view, origin, target, overwrite=overwrite)
        mason = Mason(session)
        steps = _transfer(view, origin, target, status, mason)
        run(session.root, lock, session.path, _journal(session, "copy", steps))
        with Afterwards(session.root, lock):
            session.folder.remove_tree(_STAGE)
            mason.clean()
            settle(session, target)
    return "modified" if session.folder.stat(f"{layout.BASE}/{target}") else "created"


def _refuse_roots(source: str, target: str) -> None:
    if not source or not target:
        raise InvalidArguments(["the root itself cannot be renamed or copied"])
    if target.startswith(f"{source}/"):
        raise InvalidArguments([f"{source!r} cannot go into itself ({target!r})"])
    if source.startswith(f"{target}/"):
        raise InvalidArguments([f"{source!r} lies in {target!r} and cannot replace it"])


def _checked(view: View, source: str, target: str, *, overwrite: bool) -> os.stat_result:
    status, there = view.look(source)[1], view.look(target)[1]
    if status is None:
        raise view.not_found(source)
    if modes.S_ISLNK(status.st_mode):
        raise UnsupportedFile(source, "is a link; rename or copy what it points to")
    if not (modes.S_ISDIR(status.st_mode) or modes.S_ISREG(status.st_mode)):
        raise UnsupportedFile(source, "is a pipe or device, not a document")
    if there is not None and source != target and not _is_same_entry_view(view, source, target):
        if not overwrite:
            raise FileExists(target)
        if modes.S_ISDIR(there.st_mode) != modes.S_ISDIR(status.st_mode):
            raise FileExists(target, " It is of another type and cannot be overwritten.")
    check_parents(view, target, make=False)
    return status


def _is_same_entry_view(view: View, source: str, target: str) -> bool:
    return view.session is not None and _is_same_entry(view.session, source, target)


def _is_same_entry(session: Session, source: str, target: str) -> bool:
    """Whether two spellings are one entry for the file system (another case or Unicode form)."""
    if source == target or _folded(source) != _folded(target):
        return False
    for folder, prefix in ((session.root.folder, ""), (session.folder, f"{layout.FILES}/")):
        one, two = folder.stat(prefix + source), folder.stat(prefix + target)
        if one is not None and two is not None and one.st_ino == two.st_ino:
            # Two hard links to one file are two entries.
            return modes.S_ISDIR(one.st_mode) or one.st_nlink == 1
    return False


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _transfer(
    view: View,
    source: str,
    target: str,
    status: os.stat_result,
    mason: Mason,
    *,
    same: bool = False,
) -> list[Step]:
    """Stage copies of all that the view shows at ``source``; the steps put them at ``target``."""
    session = session_of(view)
    session.folder.remove_tree(_STAGE)
    steps: list[Step] = []
    if modes.S_ISDIR(status.st_mode):
        session.folder.make(_STAGE)
        for inner, kind in view.walk(source):
            _stage(view, inner, f"{_STAGE}{inner[len(source) :]}", kind)
        if same:
            steps += _to_trash(session, source)
        elif view.look(target)[1] is not None:
            steps += _removal(session, target, mason)
    else:
        _stage(view, source, _STAGE, "file")
        base.ensure(session, target)
        steps += _to_trash(session, source if same else target)
        if lifts(session, target):
            steps += mason.lift(target)
    staged = f"{session.path}/{_STAGE}"
    steps.append(["move", staged, f"{session.path}/{layout.FILES}/{target}"])
    return steps


def _stage(view: View, path: str, staged: str, kind: str) -> None:
    session = session_of(view)
    if kind == "directory":
        session.folder.make(staged)
        return
    source, found = view.look(path)
    if found is None or not modes.S_ISREG(found.st_mode):
        raise UnsupportedFile(path, "is a link, pipe or device and cannot be moved")
    if source == "session":
        copy_file(session.folder, f"{layout.FILES}/{path}", session.folder, staged, flush=True)
    else:
        copy_file(session.root.folder, path, session.folder, staged, flush=True)
