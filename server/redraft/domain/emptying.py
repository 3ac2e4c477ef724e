"""Emptying the trash and the archive: the only command that removes a document for good."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from redraft.domain import layout
from redraft.domain.archive import laid

if TYPE_CHECKING:
    from redraft.domain.archive import Laid
    from redraft.domain.root import Root

_DAY_NS = 86_400 * 1_000_000_000


class Entry:
    """One entry of the trash or the archive.

    Attributes:
        name: its folder's name, ``<session>-<time>``, or as a person called it.
        kind: ``cancelled``, ``deleted``, ``discarded``, ... or ``archived``.
        when: when it was put there, RFC 3339.
        size_bytes: what it takes on disk.
        place: its folder, relative to the root.
    """

    __slots__ = ("kind", "name", "place", "size_bytes", "when")

    def __init__(self, name: str, kind: str, when: str, size_bytes: int, place: str) -> None:
        self.name = name
        self.kind = kind
        self.when = when
        self.size_bytes = size_bytes
        self.place = place


def entries(root: Root, older_than_days: int | None = None) -> list[Entry]:
    """Everything that emptying would remove, oldest first.

    Args:
        root: the root.
        older_than_days: leave out what was put there within so many days.
    """
    limit = None
    if older_than_days is not None:
        limit = layout.rfc3339(max(0, time.time_ns() - older_than_days * _DAY_NS))
    found = []
    for parent in (layout.TRASH, layout.COMPLETED):
        for one in laid(root, parent):
            if limit is not None and one.at > limit:
                continue
            size = sum(status.st_size for _, status in root.folder.walk(one.place))
            kind = "archived" if parent == layout.COMPLETED else _kind(root, one)
            name = one.place.rpartition("/")[2]
            found.append(Entry(name, kind, one.at, size, one.place))
    return sorted(found, key=lambda entry: (entry.when, entry.name))


def _kind(root: Root, one: Laid) -> str:
    if one.is_session:
        return "cancelled"
    return min((entry.name for entry in root.folder.scan(one.place)), default="empty")


def empty(root: Root, found: list[Entry]) -> list[str]:
    """Remove these entries for good; returns the names of those that are gone."""
    if not found:
        return []
    removed = []
    with root.hold("empty the trash"):
        for entry in found:
            root.folder.remove_tree(entry.place)
            removed.append(entry.name)
    return removed
