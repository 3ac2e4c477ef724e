"""Checkpoints: a session's state kept, to be restored later.

``checkpoints/<id>/`` holds ``manifest.json`` and copies of ``files/``, ``base/``, ``deleted/`` as
they were. Copies, by reflink where the file system can, never hard links: agents write into
``files/`` in place.
"""

from __future__ import annotations

import json
import stat as modes
import time
from typing import TYPE_CHECKING, Any

from redraft.disk import calls
from redraft.disk.copying import copy_file, same_content, write_file
from redraft.disk.folder import NO_FILE
from redraft.domain import layout
from redraft.domain.afterwards import Afterwards, Backout
from redraft.domain.changes import Survey, count
from redraft.domain.journal import Journal, run
from redraft.domain.records import read_record
from redraft.domain.session import (
    Session,
    as_text,
    metadata_kept,
    progress_of,
    read_metadata,
    write_metadata,
)
from redraft.domain.trash import Bin, after_all_others
from redraft.errors import InvalidArguments

if TYPE_CHECKING:
    from redraft.disk.folder import Folder
    from redraft.disk.lock import Lock
    from redraft.domain.reversal import Undoing
    from redraft.domain.root import Root
    from redraft.domain.steps import Step

_SIDES = (layout.FILES, layout.BASE, layout.DELETED)
_MANIFEST = "manifest.json"
_STAGE = f"{layout.TMP}/checkpoint"
_RESTORE = f"{layout.TMP}/restore"


def take(session: Session, label: str) -> dict[str, Any]:
    """Keep the session's state as it is now, on a person's request; returns the manifest."""
    with session.root.hold("checkpoint", session.name), Backout() as backout:
        session.check_there()
        session.check_sound()
        return take_locked(session, "user_request", label, backout)


def take_locked(session: Session, trigger: str, label: str, backout: Backout) -> dict[str, Any]:
    """As :func:`take`, under the lock that the caller holds, for any trigger.

    ``backout`` takes the checkpoint back, should what it was taken for fail.
    """
    folder = session.folder
    metadata = read_metadata(folder, session.name)
    progress = progress_of(metadata)
    # Each comes after all others, whatever the clock says: an undo goes by their names.
    others = (layout.moment_of(entry.name) for entry in folder.scan(layout.CHECKPOINTS))
    now = after_all_others(session.root, time.time_ns())
    moment = max(now, max(others, default=0) + 1000)
    manifest = {
        "id": layout.time_text(moment),
        "label": label,
        "trigger": trigger,
        "at": layout.rfc3339(moment),
        "phase": metadata["current_phase"],
        "completed_phases": progress["completed_phases"],
        "current_tasks": progress["current_tasks"],
        "change_count": count(folder),
    }
    folder.remove_tree(_STAGE)
    folder.make(_STAGE)
    for side in _SIDES:
        _copy_tree(folder, side, folder, f"{_STAGE}/{side}")
    data = json.dumps(manifest, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    write_file(folder, f"{_STAGE}/{_MANIFEST}", (data,), flush=True)
    backout.add(metadata_kept(folder))
    place = f"{layout.CHECKPOINTS}/{manifest['id']}"
    folder.move(_STAGE, folder, place)
    backout.add(lambda: _take_back(folder, place))
    progress["last_checkpoint"] = manifest["at"]
    write_metadata(folder, metadata)
    return manifest


def _take_back(folder: Folder, place: str) -> None:
    folder.remove_tree(_STAGE)
    folder.move(place, folder, _STAGE)  # one rename; what failed sweeps there afterwards


def _copy_tree(source: Folder, name: str, target: Folder, to_name: str) -> None:
    """Copy a folder with its empty folders and its times; links stay links."""
    if source.stat(name) is None:
        return
    target.make(to_name)
    for inner in source.folders(name):
        target.make(f"{to_name}{inner[len(name) :]}")
    for inner, status in source.walk(name):
        place = f"{to_name}{inner[len(name) :]}"
        folder, last = target.parent(place, create=True)
        with folder:
            if modes.S_ISLNK(status.st_mode):
                calls.symlink(source.read_link(inner), folder.handle, folder.at(last))
            elif modes.S_ISREG(status.st_mode):
                copy_file(source, inner, folder, last, flush=True)
            else:
                continue  # a pipe or device that somebody put there is no document
            calls.utime(folder.handle, folder.at(last), status.st_mtime_ns)


def list_all(folder: Folder) -> list[dict[str, Any]]:
    """The manifests of a session's checkpoints, oldest first; unreadable ones are left out."""
    found = []
    for entry in folder.scan(layout.CHECKPOINTS):
        manifest = _read(folder, entry.name)
        if manifest is not None:
            found.append(manifest)
    return sorted(found, key=lambda manifest: str(manifest["id"]))


def _read(folder: Folder, id_: str) -> dict[str, Any] | None:
    name = f"{layout.CHECKPOINTS}/{id_}/{_MANIFEST}"
    try:
        status = folder.stat(name)
        found = read_record(folder, name)
    except OSError as error:
        if error.errno not in NO_FILE:
            raise
        return None
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    texts = {"label": "", "trigger": "user_request", "phase": "PLAN"}
    at = layout.utc(found.get("at")) or layout.rfc3339(status.st_mtime_ns if status else 0)
    whole: dict[str, Any] = {"id": id_, "at": at}
    for key, default in texts.items():
        whole[key] = as_text(found[key]) if isinstance(found.get(key), str) else default
    for key in ("completed_phases", "current_tasks"):
        value = found.get(key)
        whole[key] = [as_text(x) for x in value] if isinstance(value, list) else []
    count = found.get("change_count")
    whole["change_count"] = count if isinstance(count, int) else 0
    return whole


def restore(session: Session, id_: str) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Bring a checkpoint's copies back, as one step; what they replace becomes a checkpoint first.

    Returns:
        The manifest restored, the manifest of what it replaced, and the paths that changed.

    Raises:
        InvalidArguments: there is no such checkpoint.
    """
    with session.root.hold("restore", session.name) as lock, Backout() as backout:
        session.check_there()
        session.check_sound()
        return _restore_locked(session, lock, id_, backout)


def _restore_locked(
    session: Session, lock: Lock, id_: str, backout: Backout, undone: str | None = None
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    folder = session.folder
    is_plain = bool(id_) and "/" not in id_ and "\0" not in id_ and id_ not in (".", "..")
    manifest = _read(folder, id_) if is_plain else None
    if manifest is None:
        known = [str(m["id"]) for m in list_all(folder)]
        hint = f"; there are {', '.join(known[-3:])}" if known else "; it has none yet"
        raise InvalidArguments(
            [f"session {session.name!r} has no checkpoint {id_[:80]!r}{hint}"],
            ("/session checkpoints",),
        )
    place = f"{layout.CHECKPOINTS}/{id_}"
    changed = _differences(folder, place)
    trigger = "before_restore" if undone is None else "user_request"
    replaced_by = take_locked(session, trigger, f"before restoring {id_}", backout)
    run(session.root, lock, session.path, _restoring(session, place, undone))
    backout.forget()
    with Afterwards(session.root, lock):
        folder.remove_tree(_RESTORE)
    return manifest, replaced_by, changed


def _restoring(session: Session, place: str, undone: str | None) -> Journal:
    """Stage what a checkpoint holds, and write down the steps that put it in its place."""
    folder, home = session.folder, session.path
    folder.remove_tree(_RESTORE)
    steps: list[Step] = []
    trash = Bin(session, "replaced")
    for side in _SIDES:
        _copy_tree(folder, f"{place}/{side}", folder, f"{_RESTORE}/{side}")
        if folder.stat(side) is not None:
            steps.append(["move", f"{home}/{side}", trash.place(side)])
        if folder.stat(f"{_RESTORE}/{side}") is not None:
            steps.append(["move", f"{home}/{_RESTORE}/{side}", f"{home}/{side}"])
    if undone is not None:
        write_file(folder, f"{_RESTORE}/undone", (), flush=False)
        steps.append(["move", f"{home}/{_RESTORE}/undone", f"{home}/{_undone(undone)}"])
    steps.append(["drop", f"{home}/{layout.JOURNAL}"])
    return Journal("restore", session.name, steps, home)


def _differences(folder: Folder, place: str) -> list[str]:
    """The paths that a session shows otherwise than a checkpoint of it."""
    before = _state(folder)
    with folder.sub(place) as kept:
        after = _state(kept)
    changed = {p for p in before.keys() | after.keys() if before.get(p) != after.get(p)}
    both = (p for p in after.keys() - changed if after[p] == "copy")
    return sorted(changed.union(p for p in both if _is_another(folder, place, p)))


def _state(folder: Folder) -> dict[str, str]:
    survey = Survey(folder)
    copies = dict.fromkeys((*survey.modified, *survey.created), "copy")
    return copies | dict.fromkeys(survey.deleted, "deleted")


def _is_another(folder: Folder, place: str, path: str) -> bool:
    name = f"{layout.FILES}/{path}"
    are_files = folder.is_file(name) and folder.is_file(f"{place}/{name}")
    return are_files and not same_content(folder, name, folder, f"{place}/{name}")


# Undoing a restore ------------------------------------------------------------------------------


def restores(root: Root, name: str | None) -> list[tuple[str, str, str]]:
    """The restores that could be undone: (session's folder, its name, the checkpoint's id)."""
    found = []
    for session in root.sessions():
        if name is not None and session.casefold() != name.casefold():
            continue
        home = layout.session_folder(session)
        for entry in root.folder.scan(f"{home}/{layout.CHECKPOINTS}"):
            with root.folder.sub(home) as folder:
                manifest = _read(folder, entry.name)
            is_one = manifest is not None and manifest["trigger"] == "before_restore"
            if is_one and root.folder.stat(f"{home}/{_undone(entry.name)}") is None:
                found.append((home, session, entry.name))
    return found


def _undone(id_: str) -> str:
    """The empty file that says that a restore was undone, so that the next undo goes on."""
    return f"{layout.CHECKPOINTS}/{id_}/undone"


def undo_restore(root: Root, lock: Lock, name: str, id_: str, *, dry: bool) -> Undoing:
    """Restore what a restore replaced; the caller holds the lock."""
    from redraft.domain.reversal import Undoing

    undoing = Undoing(name, "restore")
    if not dry:
        with Session.open(root, name) as session, Backout() as backout:
            session.check_sound()
            lock.work = session.path
            undoing.restored = _restore_locked(session, lock, id_, backout, undone=id_)[2]
    return undoing
