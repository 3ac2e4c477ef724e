"""Taking over what older systems left: the JSONL registry, and the layout below ``workspace/``.

Safe to interrupt and to repeat: sessions are made or completed first, one by one, and only then is
the source renamed. Nothing of the source is removed, lines that cannot be read included.
"""

from __future__ import annotations

import json
import stat as modes
from typing import TYPE_CHECKING, Any

from redraft.disk import calls
from redraft.disk.copying import copy_file, write_file
from redraft.disk.paths import canonical
from redraft.domain import base, editing, layout, marker
from redraft.domain.session import Session, meta_of, new_metadata, read_metadata, write_metadata
from redraft.domain.trash import dated
from redraft.errors import InvalidSessionName, RedraftError

if TYPE_CHECKING:
    from redraft.domain.root import Root

REGISTRY = f"{layout.WORKFLOW}/session_status.jsonl"
OLD_SESSIONS = f"{layout.WORKSPACE}/sessions"
_OWN_FILES = ("session.json", "session.lock")
_LARGEST = 64 << 20


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


def needed(root: Root) -> bool:
    """Whether an old registry lies in the root; one ``stat``."""
    return root.folder.stat(REGISTRY) is not None


def migrate(root: Root, *, old_layout: bool = True) -> Migrated:
    """Take over the registry, and with ``old_layout`` what lies in ``workspace/sessions/``."""
    done = Migrated()
    if not needed(root) and root.folder.stat(OLD_SESSIONS) is None:
        done.active = marker.active(root)
        return done
    with root.hold("migrate"):
        wish = _take_registry(root, done) if needed(root) else None
        if old_layout:
            wish = _take_old_layout(root, done) or wish
        current = marker.heal_locked(root)
        if current is None and wish is not None:
            marker.activate(root, wish)
        done.active = current or wish
        # The source goes last: whoever dies before this line begins again.
        if needed(root):
            done.kept_as = _rename_aside(root, REGISTRY)
        if old_layout and root.folder.stat(OLD_SESSIONS) is not None:
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
    """Make a session of every line; returns the one that should be active."""
    wish: tuple[str, str] | None = None
    lines = root.folder.read(REGISTRY, _LARGEST).split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if not isinstance(entry, dict):
                raise ValueError("it is no JSON object")
            name = _name_of(entry)
            _adopt_entry(root, name, entry)
        except (ValueError, RecursionError, RedraftError) as error:
            reason = error.message if isinstance(error, RedraftError) else f"unreadable: {error}"
            done.skipped.append((number, reason))
            continue
        if name not in done.sessions:
            done.sessions.append(name)
        if str(entry.get("status", "")).casefold() == "active":
            wish = max(wish or ("", ""), (str(entry.get("created", "")), name))
    return wish[1] if wish else None


def _name_of(entry: dict[str, Any]) -> str:
    name = entry.get("id") or entry.get("session_id") or ""
    if not isinstance(name, str):
        raise InvalidSessionName(str(name), "it is no text")
    return layout.check_name(name)


def _adopt_entry(root: Root, name: str, entry: dict[str, Any]) -> None:
    real = next((n for n in root.sessions() if n.casefold() == name.casefold()), name)
    with root.folder.sub(layout.session_folder(real), create=True) as folder:
        known = folder.stat(layout.METADATA) is not None
        metadata = read_metadata(folder, real) if known else new_metadata(real)
        status = str(entry.get("status", "")).casefold()
        if not known or not metadata["project"]:
            metadata["project"] = str(entry.get("description") or metadata["project"])
        if not known:
            _fill(metadata, entry, status)
        foreign = {"id", "status", "description", "created", "complexity"}
        for key, value in entry.items():
            if key not in foreign:
                metadata.setdefault(key, value)
        write_metadata(folder, metadata)
        folder.make(layout.FILES)
        if status in ("completed", "done", "archived") and folder.stat(layout.DONE) is None:
            write_file(folder, layout.DONE, (), flush=False)


def _fill(metadata: dict[str, object], entry: dict[str, Any], status: str) -> None:
    kind = entry.get("complexity") or entry.get("type")
    if kind in ("simple", "medium", "complex"):
        metadata["type"] = kind
    if isinstance(entry.get("created"), str):
        meta_of(metadata)["created"] = entry["created"]
    metadata["status"] = status if status in ("active", "completed") else "paused"


# The older layout -----------------------------------------------------------------------------


def _take_old_layout(root: Root, done: Migrated) -> str | None:
    wish = None
    for entry in sorted(root.folder.scan(OLD_SESSIONS), key=lambda e: e.name):
        if not entry.is_dir(follow_symlinks=False):
            continue
        try:
            layout.check_name(entry.name)
            record = _take_old_session(root, entry.name, done)
        except RedraftError as error:
            done.skipped.append((0, f"{OLD_SESSIONS}/{entry.name}: {error.message}"))
            continue
        done.sessions.append(entry.name)
        if str(record.get("status", "")).casefold() == "active":
            wish = entry.name
    return wish


def _take_old_session(root: Root, name: str, done: Migrated) -> dict[str, Any]:
    """Copy an old session's files into a session of ours; what it holds already is kept."""
    source = f"{OLD_SESSIONS}/{name}"
    record = _read_record(root, f"{source}/session.json")
    entry = {
        "id": name,
        "description": record.get("description", ""),
        "created": record.get("created") or record.get("created_at"),
        "status": "paused",
    }
    _adopt_entry(root, name, entry)
    with Session.open(root, name) as session, root.folder.sub(source) as old:
        for path, status in list(old.walk()):
            if path in _OWN_FILES or not modes.S_ISREG(status.st_mode):
                continue
            try:
                _take_file(session, old, path)
            except (RedraftError, OSError) as error:
                done.skipped.append((0, f"{source}/{path}: {error}"))
        for path in _deleted(record):
            try:
                editing.hide(session, canonical(root.path, path, follow_last=False))
            except RedraftError as error:
                done.skipped.append((0, f"{source}: deletion of {path!r}: {error.message}"))
    return record


def _read_record(root: Root, path: str) -> dict[str, Any]:
    try:
        found = json.loads(root.folder.read(path, _LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _deleted(record: dict[str, Any]) -> list[str]:
    changes = record.get("changes")
    found = changes.get("deleted") if isinstance(changes, dict) else None
    return [path for path in found if isinstance(path, str)] if isinstance(found, list) else []


def _take_file(session: Session, old: Any, path: str) -> None:
    if path.startswith(f"{layout.RETRIES}/"):
        # The old retries were named by base name only; they are kept under names of their own.
        place = f"{layout.RETRIES}/migrated/{path[len(layout.RETRIES) + 1 :]}"
    else:
        inner = canonical(session.root.path, path, follow_last=False)
        base.ensure(session, inner)
        place = f"{layout.FILES}/{inner}"
    if session.folder.stat(place) is not None:
        return  # taken over before an interruption
    via = f"{layout.TMP}/migrated"
    session.folder.unlink(via)
    copy_file(old, path, session.folder, via, flush=True)
    session.folder.replace(via, session.folder, place)
    status = old.stat(path)
    folder, last = session.folder.parent(place)
    with folder:
        if status is not None:
            calls.utime(folder.handle, folder.at(last), status.st_mtime_ns)
