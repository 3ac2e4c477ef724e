"""Refreshing: what a session took from elsewhere is shown to the program that has it on loan."""

from __future__ import annotations

import stat as modes

from redraft.disk import layer
from redraft.domain import layout
from redraft.domain.changes import Survey, beneath
from redraft.domain.lending import copy_entry
from redraft.domain.loans import OVERLAY, shown
from redraft.domain.view import View
from redraft.errors import SessionNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.disk.folder import Folder
    from redraft.disk.layer import Stamp
    from redraft.domain.loans import Loan
    from redraft.domain.root import Root
    from redraft.domain.session import Session

_NEW = ".redraft-new"


def refresh(root: Root, loan: Loan, seen_by_program: Folder) -> None:
    """Show the program what the session holds by now, and save the loan.

    What the program changed since it was last taken back stays; it will be set aside.

    Args:
        root: the root, uncovered.
        loan: the loan, its view just taken back.
        seen_by_program: the folder that the program sees as the root.
    """
    try:
        session = loan.find(root)
    except SessionNotFound:
        return
    with session, loan.folder.sub(loan.part) as part:
        _Refreshing(View(root, session), session, loan, part, seen_by_program).run()
    loan.save()


class _Refreshing:
    def __init__(
        self, view: View, session: Session, loan: Loan, part: Folder, folder: Folder
    ) -> None:
        self.view = view
        self.session = session
        self.loan = loan
        self.part = part
        self.folder = folder

    def run(self) -> None:
        """Bring every path up to date that the session shows otherwise than it did."""
        changes = Survey(self.session.folder)
        known = {*self.loan.shown, *changes.modified, *changes.created, *changes.stones}
        for stone in changes.stones:
            known |= {f"{stone}/{path}" for path in self._there(stone)}
        for path in sorted(known):
            now = shown(self.view, path)
            if now != self.loan.shown.get(path, ...) and self._untouched(path):
                self._bring(path, now)
                self._restamp(path)
                self.loan.shown[path] = now
                self.loan.changed.pop(path, None)  # whoever changed it there has said so
                self.loan.told = True

    def _there(self, stone: str) -> list[str]:
        found = self.folder.stat(stone)
        if found is None:
            return []
        start = len(stone) + 1
        return [path[start:] for path, _ in self.folder.walk(stone) if path != stone]

    def _untouched(self, path: str) -> bool:
        return self._stamp(path) == self.loan.views.get(path)

    def _stamp(self, path: str) -> Stamp | None:
        status = self.part.stat(path)
        if status is None:
            return None
        parent, last = self.part.parent(path)
        with parent:
            return layer.stamp(parent, last, status, layer=self.loan.how == OVERLAY)

    def _bring(self, path: str, now: Stamp | None) -> None:
        if now is None:
            self.folder.remove_tree(path)
        elif now == ["folder"]:
            there = self.folder.stat(path)
            if there is not None and not modes.S_ISDIR(there.st_mode):
                self.folder.unlink(path)
            self.folder.make(path)
        else:
            holder, name = self.view.root.folder, path
            if now[0] == "session":
                holder, name = self.session.folder, f"{layout.FILES}/{path}"
            above, _, last = path.rpartition("/")
            with self.folder.sub(above, create=True) as parent:
                copy_entry(holder, name, parent, _NEW)
                if not parent.is_file(last):
                    parent.remove_tree(last)
                parent.replace(_NEW, parent, last)

    def _restamp(self, path: str) -> None:
        for inner in list(beneath(path, self.loan.views)):
            del self.loan.views[inner]
        while path:
            stamp = self._stamp(path)
            if stamp is None:
                self.loan.views.pop(path, None)
            else:
                self.loan.views[path] = stamp
            path = path.rpartition("/")[0]
