"""Tombstones of whole folders: placed, lifted and split as steps of a journalled operation.

A tombstone hides a path with all beneath it. To show one document beneath it again, it gives way to
a folder of smaller tombstones for everything that stays hidden.
"""

from __future__ import annotations

import stat as modes

from redraft.disk.copying import write_file
from redraft.domain import layout
from redraft.domain.changes import Survey, beneath
from redraft.domain.view import is_hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from redraft.domain.session import Session
    from redraft.domain.steps import Step

STAGE = f"{layout.TMP}/stones"


class Mason:
    """Stages tombstones in a session's ``.tmp/`` and makes the steps that set them.

    The caller holds the lock, runs the steps, and then calls :meth:`clean`.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._count = 0
        self.clean()

    def clean(self) -> None:
        """Remove what is left of the staging."""
        self.session.folder.remove_tree(STAGE)

    def _slot(self) -> str:
        self._count += 1
        return f"{STAGE}/{self._count}"

    def hide(self, path: str) -> list[Step]:
        """Hide a path and all beneath it; nothing to do if it is hidden already."""
        if is_hidden(self.session.folder, path):
            return []
        slot, home = self._slot(), self.session.path
        write_file(self.session.folder, slot, (), flush=False)
        return [["stone", f"{home}/{slot}", f"{home}/{layout.DELETED}/{path}", "file"]]

    def lift(self, stone: str, place: str | None = None) -> list[Step]:
        """Take a tombstone away, to ``place`` (relative to the root) if it is to be kept."""
        home = self.session.path
        gone = place or f"{home}/{self._slot()}"
        return [["move", f"{home}/{layout.DELETED}/{stone}", gone]]

    def split(
        self, survey: Survey, stone: str, shown: Collection[str], gone: Collection[str] = ()
    ) -> list[Step]:
        """Show some paths beneath a tombstone again; all else beneath it stays hidden.

        Args:
            survey: the session's changes.
            stone: the tombstone's path.
            shown: the paths to show (with all beneath them).
            gone: paths that global will hold no longer.
        """
        rest = hidden_beneath(self.session, survey, stone)
        rest = {p for p in rest if p not in gone and not _covered(p, shown)}
        slot = self._slot()
        stones = list(self._stones(stone, rest, shown, gone))
        if not stones:
            return self.lift(stone)
        for path in stones:
            write_file(self.session.folder, f"{slot}{path[len(stone) :]}", (), flush=False)
        home = self.session.path
        return [["stone", f"{home}/{slot}", f"{home}/{layout.DELETED}/{stone}", "folder"]]

    def _stones(
        self, folder: str, rest: set[str], shown: Collection[str], gone: Collection[str]
    ) -> list[str]:
        names = {entry.name for entry in self.session.root.folder.scan(folder)}
        names |= {p[len(folder) + 1 :].partition("/")[0] for p in beneath(folder, rest)}
        found: list[str] = []
        for name in sorted(names):
            path = f"{folder}/{name}"
            if _covered(path, shown):
                continue
            if any(beneath(path, shown)):
                found += self._stones(path, rest, shown, gone)
            elif path in rest or any(beneath(path, rest)) or self._stays_deleted(path, gone):
                found.append(path)
        return found

    def _stays_deleted(self, path: str, gone: Collection[str]) -> bool:
        """Whether a path is an empty folder that is deleted by the tombstone alone."""
        there = self.session.root.folder.stat(path)
        if there is None or not modes.S_ISDIR(there.st_mode) or any(beneath(path, gone)):
            return False
        return self.session.folder.stat(f"{layout.FILES}/{path}") is None


def hidden_beneath(session: Session, survey: Survey, stone: str) -> set[str]:
    """All documents that a tombstone hides: global's, and those that global had."""
    there = {path for path, _ in session.root.folder.walk(stone)}
    there |= {path for path in survey.bases if path == stone or path.startswith(f"{stone}/")}
    return {p for p in there if p not in survey.modified and p not in survey.created}


def _covered(path: str, paths: Collection[str]) -> bool:
    return any(path == p or path.startswith(f"{p}/") for p in paths)
