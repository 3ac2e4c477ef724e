"""The older layout: ``workspace/sessions/<name>/`` with ``session.json``, copies and retries."""

from __future__ import annotations

import os
import stat as modes
from typing import TYPE_CHECKING, Any

from redraft.disk.copying import same_content
from redraft.disk.durable import bring, publish
from redraft.disk.paths import canonical
from redraft.domain import base, editing, layout, old_registry, old_retries
from redraft.domain.records import read_record
from redraft.domain.session import Session
from redraft.errors import RedraftError, UnsupportedFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redraft.disk.folder import Folder
    from redraft.domain.migration import Migrated
    from redraft.domain.root import Root

_RECORD = "session.json"
_POINTER = "session.lock"  # there, and beside the sessions: which of them was active
_OWN_FILES = (_RECORD, _POINTER)
_SIGNS = {"cow_files", "changes", "human_retries"}
_READ_BY_US = _SIGNS | {"name", "description", "status", "created", "created_at", "stats"}
_LARGEST = 64 << 20


def are_known(root: Root) -> bool:
    """Whether the folder of that name holds sessions of the older system, and is not another's."""
    for place in _folders(root):
        record = _parsed(root, f"{place}/{_RECORD}")
        if isinstance(record, dict) and _SIGNS & record.keys():
            return True
    return False


def take(root: Root, done: Migrated) -> str | None:
    """Make a session of every folder; returns the one that should be active."""
    pointer = _pointer(root)
    taken: dict[str, str] = {}
    active: list[tuple[str, str]] = []
    for source in _folders(root):
        name = source.rpartition("/")[2]
        try:
            layout.check_name(name)
            record = _read_record(root, f"{source}/{_RECORD}", done)
            real = _take_session(root, name, record, done)
        except (RedraftError, OSError) as error:
            done.skip(0, f"{source}: ", error)
            continue
        done.took(real)
        taken[name] = real
        if old_registry.status_of(record) == "active":
            active.append((old_registry.time_of(record), real))
    return taken.get(pointer) or (max(active)[1] if active else None)


def _folders(root: Root) -> Iterator[str]:
    for entry in sorted(root.folder.scan(layout.OLD_SESSIONS), key=lambda e: e.name):
        if entry.is_dir(follow_symlinks=False):
            yield f"{layout.OLD_SESSIONS}/{entry.name}"


def keep_pointer(root: Root) -> None:
    """Keep the older system's word about which session is active beside the sessions.

    The file is ours now, and whoever takes the lock after a death writes it anew: so this is the
    first of all, before the lock is taken.
    """
    with root.folder.sub(layout.OLD_SESSIONS) as folder:
        if folder.stat(_POINTER) is None and root.folder.is_file(layout.SESSION_LOCK):
            data = root.folder.read(layout.SESSION_LOCK, _LARGEST)
            publish(folder, _POINTER, data, via=f".{_POINTER}-{os.getpid()}", flush=True)


def _pointer(root: Root) -> str:
    """The session that the older system had as its active one, or an empty string.

    It moved the pointer and left the sessions' own statuses as they were.
    """
    found = _parsed(root, f"{layout.OLD_SESSIONS}/{_POINTER}")
    name = found.get("active") if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""


def _parsed(root: Root, path: str) -> object:
    """The JSON in a file; None if there is none that can be read."""
    try:
        found: object = read_record(root.folder, path, _LARGEST)
    except (OSError, ValueError):
        return None
    return found


def _read_record(root: Root, path: str, done: Migrated) -> dict[str, Any]:
    """What an old session says about itself; nothing, if it is missing or cannot be read."""
    try:
        if root.folder.stat(path) is None:
            return {}
        found = read_record(root.folder, path, _LARGEST)
        if isinstance(found, dict):
            return found
        raise ValueError("it is no JSON object")
    except (OSError, ValueError) as error:
        done.skip(0, f"{path}: ", error)
        return {}


def _take_session(root: Root, name: str, record: dict[str, Any], done: Migrated) -> str:
    """Copy an old session's files into a session of ours; what it holds already is kept."""
    source = f"{layout.OLD_SESSIONS}/{name}"
    entry = {key: value for key, value in record.items() if key not in _READ_BY_US}
    entry |= {"description": record.get("description", ""), "status": "paused"}
    if made := record.get("created") or record.get("created_at"):
        entry["created"] = made
    real = old_registry.adopt_entry(root, name, entry)
    with Session.open(root, real) as session, root.folder.sub(source) as old:
        for path, status in sorted(old.walk(), key=lambda found: found[0]):
            if path in _OWN_FILES or path.startswith(f"{layout.RETRIES}/"):
                continue
            try:
                _take_file(session, old, path, status)
            except (RedraftError, OSError) as error:
                done.skip(0, f"{source}/{path}: ", error)
        for path in _deleted(record):
            try:
                editing.hide(session, canonical(root.path, path, follow_last=False))
            except (RedraftError, OSError) as error:
                done.skip(0, f"{source}: deletion of {path!r}: ", error)
        old_retries.take(session, source, old, record.get("human_retries"), done)
    return real


def _deleted(record: dict[str, Any]) -> list[str]:
    changes = record.get("changes")
    found = changes.get("deleted") if isinstance(changes, dict) else None
    return [path for path in found if isinstance(path, str)] if isinstance(found, list) else []


def _take_file(session: Session, old: Folder, path: str, status: os.stat_result) -> None:
    """Copy one file of an old session.

    Raises:
        RedraftError: it is no document of ours, or the session holds another version of it.
    """
    if not modes.S_ISREG(status.st_mode):
        raise UnsupportedFile(path, "is not a regular file")
    inner = canonical(session.root.path, path, follow_last=False)
    base.ensure(session, inner)
    place = f"{layout.FILES}/{inner}"
    if session.folder.stat(place) is None:
        via = f"{layout.TMP}/migrated"
        bring(old, path, session.folder, place, mtime_ns=status.st_mtime_ns, via=via)
    elif not same_content(old, path, session.folder, place):  # else it was taken over before
        raise UnsupportedFile(path, f"stays there: session {session.name!r} has its own version")
