"""Retries of the older layout: ``human-retries/<name>-retry-<n>.md``, listed in ``session.json``.

Their files have only a document's name, not its path. So two documents of one name could share a
file: it holds what was written last, and of the other version only the reason is left.
"""

from __future__ import annotations

import json
import stat as modes
from typing import TYPE_CHECKING, Any, NamedTuple

from redraft.disk.copying import same_content
from redraft.disk.durable import bring, publish
from redraft.disk.paths import canonical
from redraft.domain import layout
from redraft.domain.records import read_record
from redraft.domain.retries import version_name
from redraft.errors import InvalidArguments, RedraftError, UnsupportedFile

if TYPE_CHECKING:
    from collections.abc import Collection

    from redraft.disk.folder import Folder
    from redraft.domain.migration import Migrated
    from redraft.domain.session import Session

KEPT = "migrated-retries"
"""Where, in a session's folder, the files lie of which no record says what they are."""

_REASON = ".reason.txt"
_VIA = f"{layout.TMP}/migrated"


class Version(NamedTuple):
    """A rejected version: its file in the old session's folder, and when it was written."""

    name: str
    mtime_ns: int


def take(session: Session, source: str, old: Folder, listed: object, done: Migrated) -> None:
    """Make retries of ours of an old session's.

    Args:
        session: the session of ours.
        source: the old session's folder, relative to the root.
        old: the same, open.
        listed: its list of retries; whatever stands there.
        done: hears what could not be taken over whole.
    """
    given = listed if isinstance(listed, list) else []
    entries = [each for each in given if isinstance(each, dict)]
    # Of several that name one file, the last one wrote it.
    owners = {_file_of(entry): entry for entry in entries}
    for entry in entries:
        name = _file_of(entry)
        what = f"retry {entry.get('retry_number')} of {entry.get('file')}"
        version = _version(old, name) if owners[name] is entry else None
        try:
            path = canonical(session.root.path, _document(entry, source))
            if not path:
                raise InvalidArguments(["it names no document"])
            _take_one(session, path, old, entry, version)
        except (RedraftError, OSError) as error:
            done.skip(0, f"{source}: {what}: ", error)
            continue
        if version is None:
            done.note(f"{source}: {what}: its version is no more; the reason was taken over")
    _keep_others(session, source, old, owners.keys(), done)


def _file_of(entry: dict[str, Any]) -> str:
    name = str(entry.get("file")).replace("\\", "/").rpartition("/")[2]
    return f"{layout.RETRIES}/{name}-retry-{entry.get('retry_number')}.md"


def _version(old: Folder, name: str) -> Version | None:
    try:
        status = old.stat(name)
    except (OSError, ValueError):
        return None
    is_file = status is not None and modes.S_ISREG(status.st_mode)
    return Version(name, status.st_mtime_ns) if status is not None and is_file else None


def _take_one(
    session: Session, path: str, old: Folder, entry: dict[str, Any], version: Version | None
) -> None:
    place = f"{layout.RETRIES}/{path}"
    number = _free_number(session, old, path, entry, version)
    if number is None:
        return  # taken over before an interruption
    name = version_name(path, number)
    if version is not None and session.folder.stat(f"{place}/{name}") is None:
        to = f"{place}/{name}"
        bring(old, version.name, session.folder, to, mtime_ns=version.mtime_ns, via=_VIA)
    record = _record(old, path, number, entry, version) | {"version": name}
    data = json.dumps(record, indent=2).encode() + b"\n"  # escapes carry any surrogate
    publish(session.folder, f"{place}/retry-{number}.json", data, via=_VIA, flush=True)


def _document(entry: dict[str, Any], source: str) -> str:
    """The document's path; the older system also let agents name the session's copy itself."""
    given = str(entry.get("file") or "")
    return given.partition(f"{source}/")[2] or given


def _free_number(
    session: Session, old: Folder, path: str, entry: dict[str, Any], version: Version | None
) -> int | None:
    """The retry's own number, or the next that is free; None if the retry is there already."""
    wanted = entry.get("retry_number")
    number = wanted if type(wanted) is int and 0 < wanted < 1 << 29 else 1
    place = f"{layout.RETRIES}/{path}"
    while True:
        there = f"{place}/{version_name(path, number)}"
        try:
            record = read_record(session.folder, f"{place}/retry-{number}.json")
        except FileNotFoundError:
            if session.folder.stat(there) is None:
                return number
            if version is not None and same_content(old, version.name, session.folder, there):
                return number  # a death came between the version and its record
        except ValueError:
            pass  # somebody's all the same
        else:
            if isinstance(record, dict) and record.get("migrated") == entry:
                return None
        number += 1


def _record(
    old: Folder, path: str, number: int, entry: dict[str, Any], version: Version | None
) -> dict[str, Any]:
    written = layout.rfc3339(version.mtime_ns) if version is not None else None
    return {
        "file": path,
        "number": number,
        "reason": _reason(old, entry),
        "auto_detected": entry.get("auto_detected") is True,
        "recorded_at": layout.utc(entry.get("timestamp")) or written,
        "migrated": entry,
    }


def _reason(old: Folder, entry: dict[str, Any]) -> str:
    if isinstance(entry.get("reason"), str):
        return str(entry["reason"])
    try:
        return old.read(f"{_file_of(entry)}{_REASON}", 1 << 20).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _keep_others(
    session: Session, source: str, old: Folder, known: Collection[str], done: Migrated
) -> None:
    """Keep, as they are, the files that no record names."""
    for path, status in sorted(old.walk(layout.RETRIES), key=lambda found: found[0]):
        if path.removesuffix(_REASON) in known or not modes.S_ISREG(status.st_mode):
            continue
        place = f"{KEPT}/{path[len(layout.RETRIES) + 1 :]}"
        try:
            if session.folder.stat(place) is None:
                bring(old, path, session.folder, place, mtime_ns=status.st_mtime_ns, via=_VIA)
            elif not same_content(old, path, session.folder, place):
                raise UnsupportedFile(path, f"stays there: another file is at {place}")
        except (RedraftError, OSError) as error:
            done.skip(0, f"{source}/{path}: ", error)
            continue
        done.note(
            f"{source}/{path}: no record says which document it is of; it is kept in "
            f"{session.path}/{place}"
        )
