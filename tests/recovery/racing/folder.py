"""The folder that is raced on, and what may lie where in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.recovery.racing.texts import SECTIONS, mentioned, mixed, whole

from redraft.domain import layout

SHARED = [f"shared/{number}.md" for number in range(6)]
MIXED = [f"mixed/{number}.md" for number in range(3)]
IN_PLACE = [f"inplace/{number}.md" for number in range(2)]
STEADY = ["steady-1", "steady-2"]
"""Sessions that nobody ends, restores or commits: each of their documents has one writer."""
DESK, MOVED_DESK = "desk", "moved"
"""A player's own folder is renamed to and fro."""

_DATED = re.compile(r"(-cancelled)?-\d{8}T\d{12}Z\Z")
_RETRY = re.compile(r"(.+)/retry-(\d+)(\.\w+)\Z")
_SIDES = "files|base|deleted|replaced|unmerged|removed|in-the-way|set-aside|merged|human-retries"
_SIDE = re.compile(rf"(?:\A|.*?/)({_SIDES})/(.*)\Z")


def build(root: Path, players: list[str]) -> None:
    """Make the folder with a first version of every document."""
    for number, path in enumerate([*SHARED, *IN_PLACE, *desks(players)]):
        put(root / path, whole(f"seed.{number}", path, 3 + number * 7))
    for number, path in enumerate(MIXED, 1000):
        put(root / path, mixed([f"seed.{number}"] * SECTIONS, path))


def desks(players: list[str]) -> list[str]:
    """The documents in the players' own folders at the beginning."""
    return [f"{who}/{DESK}/{number}.md" for who in players for number in range(2)]


def put(path: Path, content: bytes) -> None:
    """Write a file with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def plain(path: str) -> str:
    """A path as it was written, wherever its folder was moved to."""
    return path.replace(f"/{MOVED_DESK}/", f"/{DESK}/")


class Find(NamedTuple):
    """A version of a document that lies somewhere.

    Attributes:
        version: the version.
        sessions: the sessions whose folder it may be, in what spelling ever; empty for global.
        side: ``global``, or the part of a session's folder (``files``, ``base``, ``replaced`` ...).
        path: the document's path.
        place: where it lies, relative to the root.
    """

    version: str
    sessions: frozenset[str]
    side: str
    path: str
    place: str


def finds(root: Path) -> Iterator[Find]:
    """Every version of every document that lies anywhere in the folder."""
    for file in filter(Path.is_file, root.rglob("*.md")):
        place = file.relative_to(root).as_posix()
        sessions, side, path = where(place)
        for version in mentioned(file.read_bytes()):
            yield Find(version, sessions, side, plain(path), place)


def where(place: str) -> tuple[frozenset[str], str, str]:
    """The sessions, the side and the document's path of a file in the folder."""
    for parent in (layout.COMPLETED, layout.TRASH, layout.RETRIES_ARCHIVE, layout.WORKFLOW):
        if place.startswith(f"{parent}/"):
            name, _, inner = place[len(parent) + 1 :].partition("/")
            side = "human-retries"
            if parent != layout.RETRIES_ARCHIVE:
                found = _SIDE.match(inner)
                side, inner = found.groups() if found else ("unknown", inner)
                if side in ("deleted", "replaced") and (deeper := _SIDE.match(inner)):
                    side, inner = deeper.groups()  # the trash keeps its reason above the side
            if side == "human-retries" and (retry := _RETRY.match(inner)):
                inner = retry[1]
            return frozenset({name, _DATED.sub("", name)}), side, inner
    return frozenset(), "global", place


def retries(root: Path) -> Iterator[tuple[frozenset[str], str, int, Path]]:
    """Every retry's record: the sessions it may be of, the document, the number, the file."""
    for file in (root / layout.WORKFLOW, root / layout.RETRIES_ARCHIVE):
        for record in file.rglob("retry-*.json"):
            place = record.relative_to(root).as_posix()
            found = _RETRY.match(place)
            assert found is not None, place
            sessions, _, path = where(place)
            yield sessions, path, int(found[2]), record


def markers(root: Path) -> list[str]:
    """The markers, by one call to the system: what a rename does is before it or after it."""
    names = (root / layout.WORKFLOW).iterdir()
    return sorted(p.name[len(layout.MARKER) :] for p in names if p.name.startswith(layout.MARKER))
