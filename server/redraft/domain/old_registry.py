"""The older registry: ``.workflow/session_status.jsonl``, one session a line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from redraft.disk import calls
from redraft.domain import layout
from redraft.domain.records import LARGEST, is_deep, record_of
from redraft.domain.session import (
    is_folder,
    meta_of,
    new_metadata,
    read_metadata,
    write_metadata,
)
from redraft.errors import InvalidSessionName, RedraftError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redraft.domain.migration import Migrated
    from redraft.domain.root import Root

_ENDED = ("completed", "done", "archived")


def take(root: Root, done: Migrated) -> str | None:
    """Make a session of every entry; returns the one that should be active.

    Registries were appended to: of several lines about a session the later one counts.
    """
    entries: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, line in _lines(root):
        try:
            entry = record_of(line)
            if is_deep(entry):
                raise ValueError("it is nested too deeply")
            if not isinstance(entry, dict):
                raise ValueError("it is no JSON object")
            name = _name_of(root, entry)
        except (ValueError, RedraftError) as error:
            done.skip(number, "", error)
            continue
        known = next((n for n in entries if n.casefold() == name.casefold()), name)
        entries[known] = (number, {**entries.get(known, (0, {}))[1], **entry})
    active: list[tuple[str, str]] = []
    for name, (number, entry) in entries.items():
        try:
            real = adopt_entry(root, name, entry)
        except (RedraftError, OSError) as error:
            done.skip(number, "", error)
            continue
        done.took(real)
        if status_of(entry) == "active":
            active.append((time_of(entry), real))
    return max(active)[1] if active else None


def _lines(root: Root) -> Iterator[tuple[int, bytes]]:
    with os.fdopen(root.folder.open_file(layout.OLD_REGISTRY), "rb") as file:
        number, begun = 1, False
        while line := file.readline(LARGEST + 1):
            if line.strip() and not begun:
                yield number, line
            begun = not line.endswith(b"\n")  # what is too long for one of ours is told once
            number += not begun


def time_of(entry: dict[str, Any]) -> str:
    """When a session of an older system was made, to be compared."""
    written = entry.get("created") or entry.get("created_at") or ""
    return layout.utc(written) or str(written)


def status_of(entry: dict[str, Any]) -> str:
    """The state that a session of an older system said it had."""
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


def adopt_entry(root: Root, name: str, entry: dict[str, Any]) -> str:
    """Make a session of an entry, or complete the one that is there; returns its name."""
    real = next((n for n in root.sessions() if n.casefold() == name.casefold()), name)
    with root.folder.sub(layout.session_folder(real), create=True) as folder:
        folder.make(layout.FILES)
        if status_of(entry) in _ENDED and root.folder.stat(layout.marker(real)) is None:
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
    status = status_of(entry)
    metadata["status"] = (
        "completed" if status in _ENDED else status if status == "active" else "paused"
    )
