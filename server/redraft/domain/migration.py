"""Taking over what older systems left: the JSONL registry, and the layout below ``workspace/``.

Safe to interrupt and to repeat: sessions are made or completed first, one by one, and only then is
the source renamed. Nothing of the source is removed, lines that cannot be read included.
"""

from __future__ import annotations

import json
import os
import stat as modes
from errno import EACCES, EEXIST, EISDIR, ELOOP, ENOTDIR, EPERM
from typing import TYPE_CHECKING, Any

from redraft.disk import calls
from redraft.disk.copying import copy_file, same_content
from redraft.disk.paths import canonical
from redraft.domain import base, editing, layout, marker
from redraft.domain.session import (
    Session,
    is_folder,
    meta_of,
    new_metadata,
    read_metadata,
    write_metadata,
)
from redraft.domain.trash import dated
from redraft.errors import InvalidSessionName, RedraftError, UnsupportedFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redraft.disk.folder import Folder
    from redraft.domain.root import Root

REGISTRY = f"{layout.WORKFLOW}/session_status.jsonl"
OLD_SESSIONS = f"{layout.WORKSPACE}/sessions"
OLD_RETRIES = "migrated-retries"  # in a session's folder: their form is not that of ours
_OWN_FILES = ("session.json", "session.lock")
_ENDED = ("completed", "done", "archived")
_LARGEST = 64 << 20

# Errors about one entry, with which the others can go on. All others (a full disk) stop the
# migration before the source is renamed, so that the next command begins again.
_OF_ONE_ENTRY = (EACCES, EEXIST, EISDIR, ELOOP, ENOTDIR, EPERM)


class Migrated:
    """What a migration did.

    Attributes:
        sessions: the sessions taken over, in the order met.
        active: the session that has the marker now, or None.
        skipped: (line number or 0, reason) of what could not be taken over.
        kept_as: what the source is called now, relative to the root, or None.
    """

    def __init__(self) -> None:
        self.sessions: list[str] = []
        self.active: str | None = None
        self.skipped: list[tuple[int, str]] = []
        self.kept_as: str | None = None

    def took(self, session: str) -> None:
        """Note a session that was taken over."""
        if session not in self.sessions:
            self.sessions.append(session)

    def skip(self, line: int, what: str, error: Exception) -> None:
        """Note what could not be taken over; an error that is not about it alone is raised."""
        if isinstance(error, OSError) and error.errno not in _OF_ONE_ENTRY:
            raise error
        self.skipped.append((line, f"{what}{_reason(error)}"))


def _reason(error: Exception) -> str:
    if isinstance(error, RedraftError):
        return error.message
    if isinstance(error, OSError):
        return f"in the way: {error.strerror} ({error.filename})"
    return f"unreadable: {error}"


def needed(root: Root) -> bool:
    """Whether an old registry lies in the root; one ``stat``."""
    return root.folder.is_file(REGISTRY)


def on_sight(root: Root) -> None:
    """Take over the registry as soon as a command meets it; what was done is reported as repairs.

    Where it cannot be done now (a read-only folder, somebody at work) the command goes on with the
    sessions that are there, and the next one tries again.
    """
    if not needed(root):
        return
    try:
        done = migrate(root, old_layout=False)
    except (RedraftError, OSError):
        return
    if done.kept_as is None:
        return  # another process was faster
    names = ", ".join(repr(name) for name in done.sessions) or "none"
    root.note_repair(f"Took over the sessions of {REGISTRY} ({names}); kept as {done.kept_as}.")
    for line, reason in done.skipped:
        root.note_repair(f"Line {line} of {done.kept_as} was not taken over: {reason}")


def migrate(root: Root, *, old_layout: bool = True) -> Migrated:
    """Take over the registry, and with ``old_layout`` what lies in ``workspace/sessions/``."""
    done = Migrated()
    if not needed(root) and not (old_layout and is_folder(root, OLD_SESSIONS)):
        done.active = marker.active(root)
        return done
    with root.hold("migrate"):
        wish = _take_registry(root, done) if needed(root) else None
        if old_layout:
            wish = _take_old_layout(root, done) or wish
        done.active = marker.heal_locked(root)
        if done.active is None and wish is not None and marker.usable(root, wish):
            marker.activate(root, wish)
            done.active = wish
        # The source goes last: whoever dies before this line begins again.
        if needed(root):
            done.kept_as = _rename_aside(root, REGISTRY)
        if old_layout and is_folder(root, OLD_SESSIONS):
            kept = _rename_aside(root, OLD_SESSIONS)
            done.kept_as = done.kept_as or kept
    return done


def _rename_aside(root: Root, path: str) -> str:
    target = f"{path}.migrated"
    if root.folder.stat(target) is not None:
        head, _, last = path.rpartition("/")
        target = dated(root, head, f"{last}.migrated")
    root.folder.move(path, root.folder, target)
    return target


# The registry -------------------------------------------------------------------------------------


def _take_registry(root: Root, done: Migrated) -> str | None:
    """Make a session of every entry; returns the one that should be active.

    Registries were appended to: of several lines about a session the later one counts.
    """
    entries: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, line in _lines(root):
        try:
            entry = json.loads(line)
            if not isinstance(entry, dict):
                raise ValueError("it is no JSON object")
            name = _name_of(root, entry)
        except (ValueError, RecursionError, RedraftError) as error:
            done.skip(number, "", error)
            continue
        known = next((n for n in entries if n.casefold() == name.casefold()), name)
        entries[known] = (number, {**entries.get(known, (0, {}))[1], **entry})
    active: list[tuple[str, str]] = []
    for name, (number, entry) in entries.items():
        try:
            real = _adopt_entry(root, name, entry)
        except (RecursionError, RedraftError, OSError) as error:
            done.skip(number, "", error)
            continue
        done.took(real)
        if _status(entry) == "active":
            active.append((str(entry.get("created", "")), real))
    return max(active)[1] if active else None


def _lines(root: Root) -> Iterator[tuple[int, bytes]]:
    with os.fdopen(root.folder.open_file(REGISTRY), "rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line


def _status(entry: dict[str, Any]) -> str:
    return str(entry.get("status", "")).casefold()


def _name_of(root: Root, entry: dict[str, Any]) -> str:
    """The session's name: that of the folder it has already, else its id."""
    place = entry.get("directory")
    if isinstance(place, str):
        head, _, last = place.rstrip("/").rpartition("/")
        ours = head.removeprefix("./") in (layout.WORKFLOW, f"{root.path}/{layout.WORKFLOW}")
        if ours and layout.is_name(last) and is_folder(root, layout.session_folder(last)):
            return last
    name = entry.get("id") or entry.get("session_id") or ""
    if not isinstance(name, str):
        raise InvalidSessionName(str(name), "it is no text")
    return layout.check_name(name)


def _adopt_entry(root: Root, name: str, entry: dict[str, Any]) -> str:
    """Make a session of an entry, or complete the one that is there; returns its name."""
    real = next((n for n in root.sessions() if n.casefold() == name.casefold()), name)
    with root.folder.sub(layout.session_folder(real), create=True) as folder:
        folder.make(layout.FILES)
        if _status(entry) in _ENDED and root.folder.stat(layout.marker(real)) is None:
            # Before the metadata, which says that the entry was taken over.
            os.close(calls.open_or_create(folder.handle, folder.at(layout.DONE)))
        known = folder.stat(layout.METADATA) is not None
        metadata = read_metadata(folder, real) if known else new_metadata(real)
        metadata["project"] = metadata["project"] or str(entry.get("description") or "")
        if not known:
            _fill(metadata, entry)
        for key, value in entry.items():
            if key not in ("id", "session_id", "status", "description"):
                metadata.setdefault(key, value)
        write_metadata(folder, metadata)
    return real


def _fill(metadata: dict[str, object], entry: dict[str, Any]) -> None:
    kind = entry.get("complexity") or entry.get("type")
    if kind in ("simple", "medium", "complex"):
        metadata["type"] = kind
    if isinstance(entry.get("created"), str):
        meta_of(metadata)["created"] = entry["created"]
    status = _status(entry)
    metadata["status"] = (
        "completed" if status in _ENDED else status if status == "active" else "paused"
    )


# The older layout --------------------------------------------------------------------------------


def _take_old_layout(root: Root, done: Migrated) -> str | None:
    """Make a session of every folder; returns the one that should be active."""
    active: list[tuple[str, str]] = []
    for found in sorted(root.folder.scan(OLD_SESSIONS), key=lambda e: e.name):
        if not found.is_dir(follow_symlinks=False):
            continue
        source = f"{OLD_SESSIONS}/{found.name}"
        try:
            layout.check_name(found.name)
            record = _read_record(root, f"{source}/session.json", done)
            real = _take_old_session(root, found.name, record, done)
        except (RedraftError, OSError) as error:
            done.skip(0, f"{source}: ", error)
            continue
        done.took(real)
        if _status(record) == "active":
            active.append((str(_created(record) or ""), real))
    return max(active)[1] if active else None


def _created(record: dict[str, Any]) -> Any:
    return record.get("created") or record.get("created_at")


def _take_old_session(root: Root, name: str, record: dict[str, Any], done: Migrated) -> str:
    """Copy an old session's files into a session of ours; what it holds already is kept."""
    source = f"{OLD_SESSIONS}/{name}"
    entry = {"description": record.get("description", ""), "created": _created(record)}
    real = _adopt_entry(root, name, entry | {"status": "paused"})
    with Session.open(root, real) as session, root.folder.sub(source) as old:
        for path, status in sorted(old.walk(), key=lambda found: found[0]):
            if path in _OWN_FILES:
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
    return real


def _read_record(root: Root, path: str, done: Migrated) -> dict[str, Any]:
    """What an old session says about itself; nothing, if it is missing or cannot be read."""
    try:
        if root.folder.stat(path) is None:
            return {}
        found = json.loads(root.folder.read(path, _LARGEST))
        if isinstance(found, dict):
            return found
        raise ValueError("it is no JSON object")
    except (OSError, ValueError, RecursionError) as error:
        done.skip(0, f"{path}: ", error)
        return {}


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
    if path.startswith(f"{layout.RETRIES}/"):
        place = f"{OLD_RETRIES}/{path[len(layout.RETRIES) + 1 :]}"
    else:
        inner = canonical(session.root.path, path, follow_last=False)
        base.ensure(session, inner)
        place = f"{layout.FILES}/{inner}"
    if session.folder.stat(place) is not None:
        if same_content(old, path, session.folder, place):
            return  # taken over before an interruption
        raise UnsupportedFile(path, f"stays there: session {session.name!r} has its own version")
    via = f"{layout.TMP}/migrated"
    session.folder.unlink(via)
    copy_file(old, path, session.folder, via, flush=True)
    with session.folder.sub(layout.TMP) as tmp:
        calls.utime(tmp.handle, tmp.at("migrated"), status.st_mtime_ns)
    session.folder.move(via, session.folder, place)
