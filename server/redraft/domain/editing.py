"""Copy-on-Write: writing, deleting and making folders in a session. Global is never touched."""

from __future__ import annotations

import stat as modes

from redraft.disk.copying import same_content, write_file
from redraft.disk.durable import flush_above, place
from redraft.disk.exchange import exchange
from redraft.domain import base, layout
from redraft.domain.afterwards import Afterwards, Backout
from redraft.domain.trash import Bin
from redraft.domain.view import View, is_hidden
from redraft.errors import (
    FileExists,
    InvalidArguments,
    NoActiveSession,
    UnsupportedFile,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from redraft.disk.lock import Lock
    from redraft.domain.session import Session

_COPY = f"{layout.TMP}/copy"


def session_of(view: View) -> Session:
    """The session that a change goes to.

    Raises:
        NoActiveSession: the view is plain global, which is never written.
    """
    if view.session is None:
        raise NoActiveSession
    return view.session


def write(
    view: View,
    given: str,
    chunks: Iterable[bytes],
    *,
    create: bool = True,
    overwrite: bool = True,
    parents: bool = True,
    mode: int | None = None,
    check: Callable[[str], None] | None = None,
    first: Callable[[str, Backout], None] | None = None,
) -> str:
    """Write a document's new version into the session, flushed, as one step.

    Args:
        view: the session's view.
        given: the path.
        chunks: the content; never held whole in memory here.
        create: whether the document may be new.
        overwrite: whether it may be there already.
        parents: whether missing folders above it are made.
        mode: its permission bits; None keeps those of the version it replaces.
        check: is called with the path under the lock, and may refuse by raising.
        first: does something before, and says how it is taken back should the write fail.

    Returns:
        ``modified``, ``created``, or ``unchanged`` if the session now shows just global.

    Raises:
        FileNotFound: it (or, without ``parents``, its folder) is not there.
        FileExists: it is there and may not be.
        UnsupportedFile: a folder stands there.
    """
    session = session_of(view)
    path = view.path_of(given)
    _check_document(path)
    with session.root.hold("write", session.name) as lock, Backout() as backout:
        session.check_there()
        session.check_sound()
        if check is not None:
            check(path)
        if first is not None:
            first(path, backout)
        source, current = view.look(path)
        _check_target(view, path, current, create=create, overwrite=overwrite, parents=parents)
        has_base = base.ensure(session, path, touched=source != "global")
        via = _COPY
        if mode is None:
            mode = _mode(session, path, current, has_base=has_base)
        write_file(session.folder, via, chunks, mode=mode, flush=True, anew=True)
        if has_base and not under_tombstone(session, path) and _is_no_change(session, path, via):
            _drop_change(session, path, lock)
            return "unchanged"
        place(session.folder, via, f"{layout.FILES}/{path}")
        backout.forget()
        with Afterwards(session.root, lock):
            if lifts(session, path):
                flush_above(session.folder, f"{layout.FILES}/{path}")
                session.folder.unlink(f"{layout.DELETED}/{path}")
    return "modified" if has_base else "created"


def _mode(
    session: Session, path: str, current: os.stat_result | None, *, has_base: bool
) -> int | None:
    """The permission bits of the version it replaces, or of the one that was deleted."""
    before = current
    if current is None and has_base:
        before = session.folder.stat(f"{layout.BASE}/{path}")
    return before.st_mode & 0o7777 if before is not None and modes.S_ISREG(before.st_mode) else None


def _check_document(path: str) -> None:
    if not path:
        raise InvalidArguments(["the root itself is not a document"])


def _check_target(
    view: View,
    path: str,
    current: os.stat_result | None,
    *,
    create: bool,
    overwrite: bool,
    parents: bool,
) -> None:
    if current is not None and not modes.S_ISREG(current.st_mode):
        raise UnsupportedFile(path, "is not a document")
    if current is not None and not overwrite:
        raise FileExists(path)
    if current is None:
        if not create:
            raise view.not_found(path)
        check_parents(view, path, make=parents)


def check_parents(view: View, path: str, *, make: bool) -> None:
    """Refuse a path below a document, and (unless they may be made) below missing folders."""
    parts = path.split("/")[:-1]
    for end in range(len(parts), 0, -1):
        above = "/".join(parts[:end])
        _, status = view.look(above)
        if status is None:
            if not make:
                raise view.not_found(above)
            continue
        if not modes.S_ISDIR(status.st_mode):
            raise UnsupportedFile(above, "is a document, not a folder")
        return


def _is_no_change(session: Session, path: str, via: str) -> bool:
    kept, staged = session.folder.stat(f"{layout.BASE}/{path}"), session.folder.stat(via)
    now = session.root.folder.stat(path)
    if kept is None or staged is None or now is None or kept.st_size != staged.st_size:
        return False
    if not modes.S_ISREG(kept.st_mode) or kept.st_mode & 0o7777 != staged.st_mode & 0o7777:
        return False
    same = same_content(session.folder, via, session.folder, f"{layout.BASE}/{path}")
    return same and base.unchanged(session, path, kept, now)


def _drop_change(session: Session, path: str, lock: Lock) -> None:
    # The tombstone first: it changes nothing while the copy is there, and hides global after.
    if lifts(session, path):
        session.folder.unlink(f"{layout.DELETED}/{path}")
        flush_above(session.folder, f"{layout.DELETED}/{path}")
    session.folder.unlink(f"{layout.FILES}/{path}")
    with Afterwards(session.root, lock):
        flush_above(session.folder, f"{layout.FILES}/{path}")  # A copy without a base is another.
        forget_base(session, path)
        prune_shown(session, path)
        session.folder.unlink(_COPY)


def forget_base(session: Session, path: str) -> None:
    """Remove a base that is needed no more, and the folders that are empty without it."""
    session.folder.unlink(f"{layout.BASE}/{path}")
    prune(session, f"{layout.BASE}/{path}")


def prune_shown(session: Session, path: str) -> None:
    """Remove the empty folders above a copy that went, as far as global shows them anyway."""
    above = path.rpartition("/")[0]
    while above and not is_hidden(session.folder, above):
        there = session.root.folder.stat(above)
        if there is None or not modes.S_ISDIR(there.st_mode):
            return
        with session.folder.sub(layout.FILES) as files:
            if files.scan(above):
                return
            files.remove_tree(above)
        above = above.rpartition("/")[0]


def prune(session: Session, name: str) -> None:
    """Remove the folders above a name of the session's folder that are empty, but the topmost."""
    top, _, rest = name.partition("/")
    if session.folder.stat(top) is not None:
        with session.folder.sub(top) as side:
            side.prune(rest.rpartition("/")[0])


def under_tombstone(session: Session, path: str) -> bool:
    """Whether a folder above a path was deleted in the session (so global cannot show there)."""
    above = path.rpartition("/")[0]
    return bool(above) and is_hidden(session.folder, above)


def settle(session: Session, path: str) -> None:
    """Drop the copies at and beneath a path that differ in nothing from base and global."""
    start = len(layout.FILES) + 1
    for name, _ in list(session.folder.walk(f"{layout.FILES}/{path}")):
        inner = name[start:]
        if not under_tombstone(session, inner) and _is_no_change(session, inner, name):
            session.folder.unlink(name)
            forget_base(session, inner)
            prune_shown(session, inner)


def lifts(session: Session, path: str) -> bool:
    """Whether a new document at a path makes its tombstone needless.

    One that hides a folder of global stays: the folder's documents are still deleted.
    """
    stone = session.folder.stat(f"{layout.DELETED}/{path}")
    if stone is None or modes.S_ISDIR(stone.st_mode):
        return False
    there = session.root.folder.stat(path)
    return there is None or not modes.S_ISDIR(there.st_mode)


def make_folder(view: View, given: str) -> None:
    """Make a folder in the session.

    Raises:
        FileExists: something of that name is there.
        FileNotFound: the folder above it is not there.
    """
    session = session_of(view)
    path = view.path_of(given)
    _check_document(path)
    with session.root.hold("make a folder", session.name):
        session.check_there()
        session.check_sound()
        if view.look(path)[1] is not None:
            raise FileExists(path)
        check_parents(view, path, make=False)
        session.folder.make(f"{layout.FILES}/{path}")
        if _hides_an_empty_folder(session, path):
            session.folder.unlink(f"{layout.DELETED}/{path}")


def _hides_an_empty_folder(session: Session, path: str) -> bool:
    stone = session.folder.stat(f"{layout.DELETED}/{path}")
    there = session.root.folder.stat(path)
    if stone is None or there is None or not modes.S_ISDIR(there.st_mode):
        return False
    return not session.root.folder.scan(path)


def delete(
    view: View,
    given: str,
    *,
    recursive: bool = True,
    check: Callable[[str], None] | None = None,
) -> str:
    """Delete a document or folder in the session.

    What was the session's own goes to the trash; what is global's is hidden by a tombstone.
    ``check`` is called with the path under the lock, and may refuse by raising.

    Returns:
        ``deleted``, or ``unchanged`` if the session had only created it.

    Raises:
        FileNotFound: it is not there.
        UnsupportedFile: it is a folder with content and ``recursive`` is false.
    """
    session = session_of(view)
    path = view.path_of(given, follow_last=False)
    _check_document(path)
    with session.root.hold("delete", session.name) as lock:
        session.check_there()
        session.check_sound()
        if check is not None:
            check(path)
        _, current = view.look(path)
        if current is None:
            raise view.not_found(path)
        if not modes.S_ISDIR(current.st_mode):
            return _delete_file(session, path, lock)
        if not recursive and view.list_path(path):
            raise UnsupportedFile(path, "is a folder that is not empty")
        from redraft.domain import moving

        return moving.delete_folder(view, path, lock)


def _delete_file(session: Session, path: str, lock: Lock) -> str:
    # The tombstone goes first: until the copy is gone, the copy still shows.
    with Backout() as backout:
        if not is_hidden(session.folder, path):
            backout.add(lambda: session.folder.unlink(f"{layout.DELETED}/{path}"))
        hidden = hide(session, path)
        trash = Bin(session, "deleted")
        for side in (layout.FILES,) if hidden else (layout.BASE, layout.FILES):
            found = session.folder.stat(f"{side}/{path}")
            if found is not None and not modes.S_ISDIR(found.st_mode):
                if hidden:
                    flush_above(session.folder, f"{layout.DELETED}/{path}")
                backout.add(trash.take(f"{side}/{path}"))
    with Afterwards(session.root, lock):
        prune_shown(session, path)
    return "deleted" if hidden else "unchanged"


def hide(session: Session, path: str) -> bool:
    """Make sure that global's file does not show; False if global has none."""
    if session.root.folder.stat(path) is None:
        return False
    if is_hidden(session.folder, path):
        return True
    base.ensure(session, path)
    place_tombstone(session, path)
    return True


def place_tombstone(session: Session, path: str) -> None:
    """Hide a path and all beneath it, as one step; tombstones beneath it are taken over."""
    via, stone = f"{layout.TMP}/tombstone", f"{layout.DELETED}/{path}"
    session.folder.remove_tree(via)
    write_file(session.folder, via, (), flush=False)
    found = session.folder.stat(stone)
    if found is not None and modes.S_ISDIR(found.st_mode):
        with session.folder.sub(layout.TMP) as tmp:
            parent, last = session.folder.parent(stone)
            with parent:
                exchange(tmp, "tombstone", parent, last)
        session.folder.remove_tree(via)
    else:
        session.folder.replace(via, session.folder, stone)
