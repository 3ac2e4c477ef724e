"""What was written past a session: by a shell or any program that knows nothing of it.

Before a tool begins that may do so, :func:`watch` notes what the documents are that the session
knows, and those that the tool names; of these it keeps a base too, so that they can be put back.
:func:`noticed` compares afterwards, and leaves an empty mark for each document that was written,
which is what :func:`redraft.domain.adopting.adopt` goes by. The cost follows the session's changes
and the length of the command, never the size of the folder.
"""

from __future__ import annotations

import json
import stat as modes

from redraft.disk.copying import write_file
from redraft.disk.durable import publish
from redraft.disk.folder import NO_FILE
from redraft.disk.paths import refuse_protected
from redraft.domain import base, layout
from redraft.domain.afterwards import Afterwards
from redraft.domain.changes import Survey
from redraft.domain.editing import session_of
from redraft.domain.journal_form import path as checked
from redraft.domain.records import read_record
from redraft.errors import ProtectedPath, RedraftError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from typing import Any

    from redraft.domain.session import Session
    from redraft.domain.view import View

LARGEST_BASE = 8 << 20
MOST_NAMED = 64
MOST_LISTED = 2000
_MOST_WATCHES = 16
_LARGEST_WATCH = 1 << 26  # a line for each document that the session knows


def watch(view: View, named: Iterable[str], tool_use: str) -> None:
    """Note what is there before a tool begins.

    Args:
        view: the session's view.
        named: documents and folders that the tool may write to, canonical; those that are not
            there may be made by it. Folders are listed, not walked.
        tool_use: the call's id, a plain file name.
    """
    session = session_of(view)
    root = session.root.folder
    absent: list[str] = []
    folders: dict[str, list[str]] = {}
    with session.root.hold("watch", session.name):
        session.check_there()
        session.check_sound()
        for path in list(dict.fromkeys(named))[:MOST_NAMED]:
            found = root.stat(path or ".")
            if found is None:
                absent.append(path)
            elif modes.S_ISDIR(found.st_mode):
                folders[path] = _names(session, path)
            elif _can_be_kept(session, path, found):
                base.ensure(session, path)
        known = {path: _stamp(root.stat(path)) for path in Survey(session.folder).bases}
        place = f"{layout.WATCH}/{tool_use}"
        if len(session.folder.scan(layout.WATCH)) >= _MOST_WATCHES:
            session.folder.remove_tree(layout.WATCH)  # of calls whose end nobody told
        session.folder.make(layout.WATCH)
        data = json.dumps({"absent": absent, "folders": folders, "known": known}).encode()
        publish(session.folder, place, data, via=f"{layout.TMP}/watch", flush=False)


def noticed(view: View, tool_use: str) -> list[tuple[str, str]]:
    """What was written past the session since :func:`watch`, by path.

    Returns:
        Path and ``modified``, ``created`` or ``deleted``; empty if nothing was, or nobody watched.
    """
    session = session_of(view)
    with session.root.hold("watch", session.name) as lock:
        session.check_there()
        session.check_sound()
        before = _taken(session, tool_use)
        found: dict[str, str] = {}
        if before is not None:
            found.update(_changed(session, before["known"]))
            for path in _made(session, before):
                found.setdefault(path, "created")
            for path in found:
                _mark(session, path)
        with Afterwards(session.root, lock):
            session.folder.unlink(f"{layout.WATCH}/{tool_use}")
    return sorted(found.items())


def marks(session: Session) -> list[str]:
    """The documents that were seen to be written past the session, and not adopted since."""
    start = len(layout.PAST) + 1
    return sorted(path[start:] for path, _ in session.folder.walk(layout.PAST))


def _taken(session: Session, tool_use: str) -> dict[str, Any] | None:
    place = f"{layout.WATCH}/{tool_use}"
    try:
        before = read_record(session.folder, place, _LARGEST_WATCH)
        _check(before)
    except OSError as error:
        if error.errno not in NO_FILE:
            raise
        return None
    except (AttributeError, LookupError, TypeError, ValueError, RedraftError):
        return None  # ours is sound: whoever wrote another one noticed nothing
    return before if isinstance(before, dict) else None


def _check(before: dict[str, Any]) -> None:
    """Raise unless all that a watch names could be documents and folders of the root."""
    for path in (*before["absent"], *before["folders"], *before["known"]):
        checked(path)
    for name in (name for names in before["folders"].values() for name in names):
        checked(name)


def _changed(session: Session, known: dict[str, list[int] | None]) -> Iterable[tuple[str, str]]:
    for path, before in known.items():
        now = session.root.folder.stat(path)
        if _stamp(now) == before or session.folder.stat(f"{layout.BASE}/{path}") is None:
            continue
        if base.drifted(session, path):
            yield path, "deleted" if now is None else "modified"


def _made(session: Session, before: dict[str, Any]) -> Iterable[str]:
    root = session.root.folder
    fresh = list(before["absent"])
    for folder, names in before["folders"].items():
        old = set(names)
        fresh += [_join(folder, each) for each in _names(session, folder) if each not in old]
    for path in fresh:
        left = MOST_LISTED
        for inner, found in root.walk(path):
            if modes.S_ISREG(found.st_mode):
                yield inner
            left -= 1
            if left == 0:
                break


def _names(session: Session, folder: str) -> list[str]:
    names = (entry.name for entry in session.root.folder.scan(folder))
    return [name for name in names if _is_free(_join(folder, name))][:MOST_LISTED]


def _is_free(path: str) -> bool:
    try:
        refuse_protected(path)
    except ProtectedPath:
        return False
    return True


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _stamp(status: os.stat_result | None) -> list[int] | None:
    if status is None:
        return None
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _can_be_kept(session: Session, path: str, found: os.stat_result) -> bool:
    if not modes.S_ISREG(found.st_mode) or found.st_size > LARGEST_BASE:
        return False
    # What was written past the session and not adopted yet has the base that it had before.
    return session.folder.stat(f"{layout.PAST}/{path}") is None


def _mark(session: Session, path: str) -> None:
    try:
        write_file(session.folder, f"{layout.PAST}/{path}", (), flush=False)
    except (FileExistsError, NotADirectoryError):
        return  # it is marked, or was a document in its own folder's place: the path is told anyway
