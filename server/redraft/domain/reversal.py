"""Turning a commit's steps round: first in global, then in the session that a part came from."""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING

from redraft.domain import layout
from redraft.domain.changes import beneath
from redraft.domain.crossing import alike
from redraft.domain.plan import Ways, parents
from redraft.domain.steps import is_of, stamp
from redraft.domain.tombstones import Mason
from redraft.domain.trash import dated
from redraft.domain.view import is_hidden

if TYPE_CHECKING:
    import os

    from redraft.disk.folder import Folder
    from redraft.domain.journal import Journal
    from redraft.domain.root import Root
    from redraft.domain.session import Session
    from redraft.domain.steps import Step


class Undoing:
    """What an undo did (or would do).

    Attributes:
        session: the session that is back.
        kind: ``commit``, ``cancel`` or ``restore``.
        restored: the paths that are as they were.
        kept: (path, reason) of those that were left as they are.
    """

    def __init__(self, session: str, kind: str) -> None:
        self.session = session
        self.kind = kind
        self.restored: list[str] = []
        self.kept: list[tuple[str, str]] = []


class Reversal:
    """Turns a commit's steps round, file by file, leaving what somebody changed since."""

    def __init__(self, root: Root, journal: Journal, record: str, home: str) -> None:
        self.root = root
        self.journal = journal
        self.record = record  # where the commit's record lies now
        self.home = home  # where it lies when the first step is done
        self.bin = dated(root, layout.TRASH, journal.session)
        self.undoing = Undoing(journal.session, "commit")
        self.back: list[Step] = []
        self.after: list[Step] = []
        self._leaving: set[str] = set()  # the documents that go from global
        self._made = {step[1] for step in journal.steps if step[0] == "mkdir"}
        self._ways = Ways(root.folder)
        self._device = _device(root)

    def _came_across(self, there: os.stat_result, kept: os.stat_result, old: list[int]) -> bool:
        """Whether what is kept is a copy from the file system of its target."""
        return there.st_dev != self._device and alike(kept, old)

    def now(self, path: str) -> str:
        """Where a path of the commit's record lies at this moment."""
        return f"{self.record}/{path}"

    def inner(self, path: str) -> str:
        """A path of the journal, relative to the record's folder."""
        return path[len(self.journal.record) + 1 :]

    def turn(self) -> None:
        """Work out the steps back."""
        for step in reversed(self.journal.steps):
            turn = getattr(self, f"_turn_{step[0]}", None)
            if turn is not None:
                turn(*step[1:])
        self._unmerge()
        self.undoing.restored.sort()

    def _turn_swap(self, staged: str, target: str, old: list[int], new: list[int]) -> None:
        inner = self.inner(staged)
        there = self._there(target)
        kept = self.root.folder.stat(self.now(inner))
        if there is None or not is_of(there, new, self._device):
            self._keep(target, "it was changed after the commit", inner)
        elif kept is None or not (stamp(kept) == old or self._came_across(there, kept, old)):
            self._keep(target, "its old content is gone from the archive", inner)
        else:
            self.back.append(["swap", f"{self.home}/{inner}", target, new, old])
            self.undoing.restored.append(target)

    def _turn_put(self, staged: str, target: str, new: list[int]) -> None:
        inner = self.inner(staged)
        there = self._there(target)
        if there is None:
            self._keep(target, "it was removed after the commit", None)
        elif not is_of(there, new, self._device):
            self._keep(target, "it was changed after the commit", None)
        else:
            self.back.append(["take", target, f"{self.home}/{inner}", new])
            self.undoing.restored.append(target)
            self._leaving.add(target)

    def _turn_take(self, target: str, kept: str, old: list[int]) -> None:
        inner = self.inner(kept)
        if not self._has_room(target):
            self._keep(target, "there is a new one in its place", inner)
        elif self.root.folder.stat(self.now(inner)) is None:
            self._keep(target, "its old content is gone from the archive", None)
        else:
            self.after.append(["put", f"{self.home}/{inner}", target, old])
            self.undoing.restored.append(target)

    def _turn_rmdir(self, path: str) -> None:
        blocked = self._ways.obstacle(f"{path}/x")
        if blocked is None or blocked in self._leaving:
            self.after.insert(0, ["mkdir", path])

    def _turn_mkdir(self, path: str) -> None:
        self.back.append(["rmdir", path])

    def _there(self, path: str) -> os.stat_result | None:
        return self.root.folder.stat(path) if self._ways.obstacle(path) is None else None

    def _has_room(self, path: str) -> bool:
        """Whether nothing will be in a path's place, once the commit's new documents are gone."""
        blocked = self._ways.obstacle(path)
        if blocked is not None:
            return blocked in self._leaving
        there = self.root.folder.stat(path)
        if there is None or path in self._leaving:
            return True
        if path not in self._made or not modes.S_ISDIR(there.st_mode):
            return False
        folders = set(self.root.folder.folders(path))
        inside = {name for name, _ in self.root.folder.walk(path)}
        return inside <= self._leaving and folders <= self._made

    def _keep(self, target: str, reason: str, inner: str | None) -> None:
        """Leave global's file; what the record holds for it goes to the trash."""
        self.undoing.kept.append((target, reason))
        sides = [f"{side}/{target}" for side in (layout.UNMERGED, layout.BASE, layout.DELETED)]
        for name in ([inner] if inner else []) + sides:
            found = self.root.folder.stat(self.now(name))
            # A folder there belongs to other documents, whatever has the name in global now.
            if found is not None and (name == inner or not modes.S_ISDIR(found.st_mode)):
                self.after.append(["move", f"{self.home}/{name}", f"{self.bin}/undone/{name}"])

    def _unmerge(self) -> None:
        """Give merged files their session version back; the merged text goes to the trash."""
        kept = {path for path, _ in self.undoing.kept}
        start = len(self.now(layout.UNMERGED)) + 1
        for name, _ in self.root.folder.walk(self.now(layout.UNMERGED)):
            path = name[start:]
            if path not in kept:
                replaced = f"{self.home}/{layout.REPLACED}/{path}"
                self.after.append(["move", replaced, f"{self.bin}/merged/{path}"])
                self.after.append(["move", f"{self.home}/{layout.UNMERGED}/{path}", replaced])

    def tidy(self) -> list[Step]:
        """Remove the folders that only the record needed."""
        gone = [f"{layout.REPLACED}/{path}" for path in self.journal.info.get("folders", ())]
        for side in (layout.UNMERGED, "removed", "in-the-way"):
            start = len(self.record) + 1
            inside = [name[start:] for name in self.root.folder.folders(self.now(side))]
            gone += [*reversed(inside), side]
        return [["rmdir", f"{self.home}/{name}"] for name in gone]


def _device(root: Root) -> int:
    status = root.folder.stat(layout.WORKFLOW)
    return status.st_dev if status is not None else 0


class Part:
    """What goes back into the session; what it changed again since then stays as it is."""

    def __init__(self, session: Session, reversal: Reversal) -> None:
        self.session = session
        self.reversal = reversal
        self.steps: list[Step] = []
        self.mason = Mason(session)
        self._hidden: list[str] = []

    def turn(self) -> None:
        """Work out the steps."""
        kept = {path for path, _ in self.reversal.undoing.kept}
        for path, kind in self.reversal.journal.info.get("items", ()):
            if path not in kept:
                self._turn_item(path, kind)
        self._hide()

    def _turn_item(self, path: str, kind: str) -> None:
        folder = self.session.folder
        again = not _free(folder, path)
        if kind != "deleted":
            again = again or is_hidden(folder, path)
        self._bring_base(path)
        if again:
            why = "the session changed it again, and keeps that"
            self.reversal.undoing.kept.append((path, why))
        elif kind == "deleted":
            self._hidden.append(path)
        else:
            copy = f"{self.reversal.record}/{layout.REPLACED}/{path}"
            self.steps.append(["move", copy, f"{self.session.path}/{layout.FILES}/{path}"])

    def _bring_base(self, path: str) -> None:
        """The part's base is what global holds again; a later base saw the part committed."""
        name = f"{layout.BASE}/{path}"
        later, before = self.session.folder.stat(name), self.reversal.now(name)
        if later is not None and not modes.S_ISDIR(later.st_mode):
            place = f"{self.reversal.bin}/undone/later/{name}"
            self.steps.append(["move", f"{self.session.path}/{name}", place])
        elif later is not None or not _free(self.session.folder, path, layout.BASE):
            return
        found = self.reversal.root.folder.stat(before)
        if found is not None and not modes.S_ISDIR(found.st_mode):
            self.steps.append(["move", before, f"{self.session.path}/{name}"])

    def _hide(self) -> None:
        """Set the tombstones again: a folder's as a whole if all it hid is hidden again."""
        back = set(self._hidden)
        for stone, hid in self.reversal.journal.info.get("stones", {}).items():
            if all(p in back or is_hidden(self.session.folder, p) for p in hid):
                self.steps += self.mason.hide(stone)
                back -= {stone, *beneath(stone, back)}
        for path in sorted(back):
            self.steps += self.mason.hide(path)


def _free(folder: Folder, path: str, side: str = layout.FILES) -> bool:
    """Whether nothing of the session lies at a path, or is in the way above it."""
    if folder.stat(f"{side}/{path}") is not None:
        return False
    above = (folder.stat(f"{side}/{name}") for name in parents(path))
    return all(status is None or modes.S_ISDIR(status.st_mode) for status in above)
