"""Retries: versions that a person rejected, kept together with the reason.

``human-retries/<path>/retry-<n><suffix>`` is the version, ``retry-<n>.json`` the record. The record
is written last and makes the retry; a version without one is half recorded and is not counted.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

from redraft.disk.copying import write_file
from redraft.disk.folder import NO_FILE
from redraft.domain import checkpoints, editing, layout
from redraft.domain.afterwards import Afterwards
from redraft.domain.changes import is_retry_record
from redraft.domain.journal import Journal, run
from redraft.domain.records import read_record
from redraft.domain.session import as_text
from redraft.errors import FileNotFound, InvalidArguments

if TYPE_CHECKING:
    import os

    from redraft.disk.folder import Folder
    from redraft.domain.afterwards import Backout
    from redraft.domain.session import Session
    from redraft.domain.steps import Step
    from redraft.domain.view import View

_STAGE = f"{layout.TMP}/retry"
_RECORD = re.compile(r"retry-([1-9]\d{0,8})\.json\Z")
_VERSION = re.compile(r"retry-([1-9]\d{0,8})(?!\d)")
_CHUNK = 1 << 20
_LONGEST_SUFFIX = 200  # bytes, so that a version's name stays below what disks take


class Kept:
    """A retry as it lies on disk: its document, number, record, and the version's place."""

    __slots__ = ("file", "number", "record", "saved_to")

    def __init__(self, file: str, number: int, record: dict[str, Any], saved_to: str) -> None:
        self.file = file
        self.number = number
        self.record = record
        self.saved_to = saved_to


def version_name(path: str, number: int) -> str:
    """The file's name, in the document's folder of retries, for a rejected version."""
    suffix = layout.suffix(path)
    if len(suffix.encode("utf-8", "surrogateescape")) > _LONGEST_SUFFIX:
        suffix = ""
    # The record has the name retry-<n>.json already.
    return f"retry-{number}{'.document.json' if suffix.lower() == '.json' else suffix}"


def record(view: View, given: str, reason: str, *, auto_detected: bool) -> Kept:
    """Keep the version that the session shows now, with the reason for rejecting it.

    Raises:
        InvalidArguments: the reason is empty or cannot be written down.
        FileNotFound, UnsupportedFile: there is no such document.
    """
    session = editing.session_of(view)
    _check_reason(reason)
    path = view.path_of(given)
    with session.root.hold("record a retry", session.name) as lock:
        session.check_there()
        session.check_sound()
        place = f"{layout.RETRIES}/{path}"
        number = _next_number(session.folder, place)
        version = f"{place}/{version_name(path, number)}"
        session.folder.remove_tree(_STAGE)
        with view.open_path(path)[0] as file:
            chunks = iter(lambda: file.read(_CHUNK), b"")
            write_file(session.folder, f"{_STAGE}/version", chunks, flush=True)
        kept: dict[str, Any] = {
            "file": path,
            "number": number,
            "reason": reason,
            "auto_detected": auto_detected,
            "recorded_at": layout.rfc3339(time.time_ns()),
            "version": version.rpartition("/")[2],
        }
        data = json.dumps(kept, ensure_ascii=False, indent=2).encode() + b"\n"
        write_file(session.folder, f"{_STAGE}/record", (data,), flush=True)
        home = session.path
        steps: list[Step] = [
            ["move", f"{home}/{_STAGE}/version", f"{home}/{version}"],
            ["move", f"{home}/{_STAGE}/record", f"{home}/{place}/retry-{number}.json"],
            ["drop", f"{home}/{layout.JOURNAL}"],
        ]
        run(session.root, lock, home, Journal("retry", session.name, steps, home))
        with Afterwards(session.root, lock):
            session.folder.remove_tree(_STAGE)
    return Kept(path, number, kept, f"{session.path}/{version}")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidArguments(
            ["a retry needs a reason"], ['/retry chapter.md "Too much exposition"']
        )
    try:
        reason.encode()
    except UnicodeEncodeError:
        raise InvalidArguments(["the reason holds characters that no text has"]) from None


def _next_number(folder: Folder, place: str) -> int:
    # A version that somebody put there by hand counts too, so that it is never in the way.
    numbers = [int(m[1]) for e in folder.scan(place) if (m := _VERSION.match(e.name))]
    return max(numbers, default=0) + 1


def of_document(session: Session, path: str) -> list[Kept]:
    """The retries of one document, by number."""
    place = f"{layout.RETRIES}/{path}"
    found = []
    for entry in session.folder.scan(place):
        match = _RECORD.match(entry.name)
        if match and entry.is_file(follow_symlinks=False):
            found.append(_read(session, path, int(match[1])))
    return sorted(found, key=lambda kept: kept.number)


def of_session(session: Session) -> list[Kept]:
    """All retries of a session, by document and number."""
    start = len(layout.RETRIES) + 1
    documents = {
        place[start:].rpartition("/")[0]
        for place, _ in session.folder.walk(layout.RETRIES)
        if _RECORD.match(place.rpartition("/")[2])
    }
    return [kept for path in sorted(documents) for kept in of_document(session, path)]


def count(folder: Folder) -> int:
    """How many retries a session's folder holds."""
    return sum(is_retry_record(path) for path, _ in folder.walk(layout.RETRIES))


def count_noticed(session: Session) -> int:
    """How many of a session's retries an assistant noticed by itself."""
    return sum(kept.record["auto_detected"] for kept in of_session(session))


def _read(session: Session, path: str, number: int) -> Kept:
    place = f"{layout.RETRIES}/{path}"
    name = f"{place}/retry-{number}.json"
    try:
        found = read_record(session.folder, name)
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in NO_FILE:
            raise
        found = None
    if not isinstance(found, dict):
        found = {}
    status = session.folder.stat(name)
    when = layout.rfc3339(status.st_mtime_ns if status else 0)
    whole: dict[str, Any] = {
        "reason": as_text(_of_type(found.get("reason"), str, "")),
        "auto_detected": _of_type(found.get("auto_detected"), bool, False),
        "recorded_at": layout.utc(found.get("recorded_at")) or when,
    }
    return Kept(path, number, whole, f"{session.path}/{place}/{version_name(path, number)}")


def _of_type(value: object, kind: type, default: object) -> object:
    return value if isinstance(value, kind) else default


def read_version(session: Session, path: str, number: int) -> bytes:
    """The bytes of a rejected version.

    Raises:
        FileNotFound: the document has no such retry.
    """
    return session.folder.read(find_version(session, path, number)[0])


def find_version(session: Session, path: str, number: int) -> tuple[str, os.stat_result]:
    """Where a rejected version lies in the session's folder, and its status.

    Raises:
        FileNotFound: the document has no such retry.
    """
    name = f"{layout.RETRIES}/{path}/{version_name(path, number)}"
    status = session.folder.stat(name)
    if status is None:
        raise FileNotFound(f"{path} (retry {number})", [f"{session.path}/{name}"])
    return name, status


def restore(view: View, given: str, number: int) -> str:
    """Write a rejected version into the session again; returns the document's path.

    What the session holds now becomes a checkpoint first, which an undo brings back.
    """
    session = editing.session_of(view)
    path = view.path_of(given)
    name, _ = find_version(session, path, number)

    def keep(_: str, backout: Backout) -> None:
        label = f"before restoring retry {number} of {path}"
        checkpoints.take_locked(session, "before_restore", label, backout)

    with open(session.folder.open_file(name), "rb") as file:
        editing.write(view, path, iter(lambda: file.read(_CHUNK), b""), first=keep)
    return path


def half_recorded(folder: Folder) -> list[str]:
    """Versions without a record: a death came between the two."""
    halves = []
    for place, _ in folder.walk(layout.RETRIES):
        head, _, name = place.rpartition("/")
        match = _VERSION.match(name)
        if match is None or _RECORD.match(name):
            continue
        if folder.stat(f"{head}/retry-{match[1]}.json") is None:
            halves.append(place)
    return halves
