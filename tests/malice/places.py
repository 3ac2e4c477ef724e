"""Every place that Redraft reads, writes or passes through, relative to the root.

``<done>`` and ``<dropped>`` stand for the dated folders of the archive and the trash, and ``<id>``
for the checkpoint's.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from redraft.domain import layout

DRAFT = layout.session_folder("draft")
DONE = f"{layout.COMPLETED}/<done>"
DROPPED = f"{layout.TRASH}/<dropped>"
CHECKPOINT = f"{DRAFT}/{layout.CHECKPOINTS}/<id>"


class Place(NamedTuple):
    """A place, and whether a folder belongs there."""

    path: str
    is_folder: bool = False

    def find(self, root: Path) -> Path:
        """Where it is in a folder that has lived."""
        real = self.path
        for mark, above, begin in _DATED:
            if mark in real:
                names = sorted(p.name for p in (root / above).iterdir() if p.name.startswith(begin))
                real = real.replace(mark, names[0])
        return root / real


_DATED = (
    ("<done>", layout.COMPLETED, "done-"),
    ("<dropped>", layout.TRASH, "dropped-"),
    ("<id>", f"{DRAFT}/{layout.CHECKPOINTS}", "2"),
    ("<retries>", layout.RETRIES_ARCHIVE, "done"),
)


def _files(*paths: str) -> list[Place]:
    return [Place(path) for path in paths]


def _folders(*paths: str) -> list[Place]:
    return [Place(path, is_folder=True) for path in paths]


def _inside(above: str, names: str) -> list[str]:
    return [f"{above}/{name}" for name in names.split()]


PLACES: tuple[Place, ...] = (
    *_folders(layout.WORKFLOW, layout.WORKSPACE, layout.COMPLETED, layout.TRASH, layout.LOANS),
    *_folders(layout.RETRIES_ARCHIVE, f"{layout.RETRIES_ARCHIVE}/<retries>", layout.OLD_SESSIONS),
    *_folders(f"{layout.OLD_SESSIONS}/ancient"),
    *_files(layout.LOCK, layout.marker("draft"), layout.marker("another"), layout.HINT),
    *_files(layout.IGNORE, layout.HOOK_LOG, layout.SESSION_LOCK, layout.OLD_REGISTRY),
    *_files(f"{layout.LOANS}/loan", f"{layout.OLD_SESSIONS}/ancient/session.json"),
    *_files(f"{layout.OLD_SESSIONS}/ancient/a.md"),
    *(p for top in (layout.WORKFLOW, layout.WORKSPACE) for p in _files(f"{top}/.gitignore")),
    *(p for top in (layout.WORKFLOW, layout.WORKSPACE) for p in _files(f"{top}/{layout.NEW}")),
    # A session.
    *_folders(DRAFT, f"{DRAFT}/{layout.FILES}", f"{DRAFT}/{layout.BASE}"),
    *_folders(f"{DRAFT}/{layout.DELETED}", f"{DRAFT}/{layout.RETRIES}"),
    *_folders(f"{DRAFT}/{layout.CHECKPOINTS}", f"{DRAFT}/{layout.PAST}", f"{DRAFT}/{layout.WATCH}"),
    *_folders(f"{DRAFT}/{layout.TMP}", f"{DRAFT}/{layout.SET_ASIDE}"),
    *_folders(f"{DRAFT}/{layout.REPLACED}", f"{DRAFT}/{layout.UNMERGED}"),
    *_folders(f"{DRAFT}/files/room", f"{DRAFT}/base/part", f"{DRAFT}/{layout.RETRIES}/a.md"),
    *_files(f"{DRAFT}/{layout.METADATA}", f"{DRAFT}/{layout.JOURNAL}", f"{DRAFT}/{layout.DONE}"),
    *_files(f"{DRAFT}/files/a.md", f"{DRAFT}/files/room/created.md", f"{DRAFT}/base/a.md"),
    *_files(f"{DRAFT}/deleted/gone.md", f"{DRAFT}/past/lines.md", f"{DRAFT}/.watch/use"),
    *_files(f"{DRAFT}/{layout.RETRIES}/a.md/retry-1.md"),
    *_files(f"{DRAFT}/{layout.RETRIES}/a.md/retry-1.json", f"{DRAFT}/.tmp/a.md"),
    # A checkpoint.
    *_folders(CHECKPOINT, f"{CHECKPOINT}/files", f"{CHECKPOINT}/base", f"{CHECKPOINT}/deleted"),
    *_files(f"{CHECKPOINT}/manifest.json", f"{CHECKPOINT}/files/a.md"),
    # What has ended.
    *_folders(DONE, f"{DONE}/{layout.REPLACED}", f"{DONE}/{layout.REPLACED}/part"),
    *_files(f"{DONE}/{layout.JOURNAL}", f"{DONE}/{layout.METADATA}"),
    *_files(f"{DONE}/{layout.REPLACED}/part/c.md", f"{DONE}/base/part/c.md"),
    *_folders(DROPPED, f"{DROPPED}/{layout.FILES}"),
    *_files(f"{DROPPED}/{layout.METADATA}", f"{DROPPED}/{layout.FILES}/part/c.md"),
    # The documents themselves.
    *_folders("part", "part/sub", "room"),
    *_files("a.md", "gone.md", "made.md", "part/b.md", "part/c.md"),
)
