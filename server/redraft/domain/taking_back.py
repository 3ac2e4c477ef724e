"""Taking back: what a program changed in a lent view comes into the session, path by path.

Each step is one that the session takes whole, and taking back again what was taken changes nothing:
whoever comes after a death simply begins anew. What somebody else changed in the session meanwhile
is never written over: the program's version of it is set aside.
"""

from __future__ import annotations

import os
import stat as modes

from redraft.disk import layer
from redraft.disk.copying import CHUNK, copy_file, same_content
from redraft.domain import editing, layout
from redraft.domain.loans import OVERLAY, shown, unfinished
from redraft.domain.trash import Bin
from redraft.domain.view import View
from redraft.errors import (
    InvalidArguments,
    PathOutsideRoot,
    ProtectedPath,
    RedraftError,
    UnsupportedFile,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redraft.disk.folder import Folder
    from redraft.disk.layer import Stamp
    from redraft.domain.loans import Loan
    from redraft.domain.root import Root
    from redraft.domain.session import Session

_NOT_A_SESSIONS = (InvalidArguments, PathOutsideRoot, ProtectedPath, UnsupportedFile)
_FOLDERS = (layer.FOLDER, layer.OPAQUE)
_MERGED = {
    ("created", "deleted"): None,
    ("created", "modified"): "created",
    ("deleted", "created"): "modified",
}


class _MeanwhileError(Exception):
    """The session is no longer what the program saw."""


def take_back(root: Root, loan: Loan) -> str:
    """Bring everything that changed in the loan into its session; returns the session's name.

    What was done is added to the loan's ``changed``, ``aside`` and ``left``, and saved.

    Raises:
        SessionNotFound: the session ended meanwhile.
        RedraftError, OSError: it could not be done; what is not done yet stays in the loan.
    """
    with loan.find(root) as session, loan.folder.sub(loan.part) as part:
        from redraft.domain.lending import is_kept_out

        now = layer.survey(part, is_kept_out, layer=loan.how == OVERLAY)
        _Taking(View(root, session), session, loan, part, now).run()
        loan.save()
        return session.name


class _Taking:
    """One pass over what lies in a loan."""

    def __init__(
        self, view: View, session: Session, loan: Loan, part: Folder, now: dict[str, Stamp]
    ) -> None:
        self.view = view
        self.session = session
        self.loan = loan
        self.part = part
        self.now = now
        self._bin: Bin | None = None

    def run(self) -> None:
        """Take everything: first what is gone, so that there is room for what came."""
        before = self.loan.views
        changed = [path for path, stamp in self.now.items() if before.get(path) != stamp]
        for path in self._gone(changed):
            self._try(self._delete, path)
        for path in changed:
            kind = self.now[path][0]
            if kind in _FOLDERS:
                self._try(self._folder, path)
            elif kind == layer.FILE:
                self._try(self._file, path)
            elif kind != layer.WHITEOUT:
                self._other(path)
        self.loan.views = self.now

    def _try(self, step: Callable[[str], None], path: str) -> None:
        try:
            step(path)
        except _NOT_A_SESSIONS as error:
            self.loan.left[path] = error.message
        except FileNotFoundError:
            return  # the program is still at work, and the next pass sees what became of it

    # What is gone -------------------------------------------------------------------------------

    def _gone(self, changed: list[str]) -> list[str]:
        before = self.loan.views
        found = {p for p, s in before.items() if p not in self.now and s[0] != layer.WHITEOUT}
        found -= {p for p in found if before[p][0] == layer.KEPT_OUT}
        for path in changed:
            kind = self.now[path][0]
            if kind == layer.WHITEOUT:
                found.add(path)
            elif kind in _FOLDERS:
                found |= set(self._replaced(path, opaque=kind == layer.OPAQUE))
            elif kind == layer.FILE and not self._shows_document(path):
                found.add(path)
        found -= {p for p in found if self._became_other(p)}
        return [p for p in sorted(found) if not _beneath_one(p, found)]

    def _shows_document(self, path: str) -> bool:
        status = self.view.look(path)[1]
        return status is None or modes.S_ISREG(status.st_mode)

    def _became_other(self, path: str) -> bool:
        """Whether a folder above gave way to what no session holds: then it stays as it is."""
        kinds = [self.now[above][0] for above in _above(path) if above in self.now]
        return any(kind in (layer.LINK, layer.OTHER) for kind in kinds)

    def _replaced(self, path: str, *, opaque: bool) -> Iterator[str]:
        seen = shown(self.view, path)
        if seen is not None and seen != ["folder"]:
            yield path
        elif seen is not None and opaque:
            yield from self._hidden(path)

    def _hidden(self, folder: str) -> Iterator[str]:
        """What the session shows in a folder of which the program kept nothing but what is here."""
        for name, kind in self.view.list_path(folder):
            path = f"{folder}/{name}"
            there = self.now.get(path)
            if there is None:
                yield path
            elif kind == "directory" and there[0] in _FOLDERS:
                yield from self._hidden(path)

    def _delete(self, path: str) -> None:
        seen = shown(self.view, path)
        if seen is None:
            self._agree(path)
            return
        inner = [path]
        if seen == ["folder"]:
            inner = [p for p, kind in self.view.walk(path) if kind != "directory"]
        try:
            editing.delete(self.view, path, check=self._check_all)
        except _MeanwhileError:
            if inner == [path]:
                self.loan.aside[path] = ""
                return
            for each in inner:
                self._delete(each)
            return
        for each in inner:
            self._note(each, "deleted")
        self._agree(path)

    # What came ------------------------------------------------------------------------------------

    def _folder(self, path: str) -> None:
        if shown(self.view, path) is None:
            editing.make_folder(self.view, path)
        self._agree(path)

    def _file(self, path: str) -> None:
        seen = shown(self.view, path)
        mode = int(self.now[path][5]) | 0o400  # the session must be able to read it
        if seen is not None and self._is_same(path, mode):
            self._agree(path)
            return
        try:
            chunks = _chunks(self.part, path)
            editing.write(self.view, path, chunks, mode=mode, check=self._check)
        except _MeanwhileError:
            self._set_aside(path)
            return
        self._note(path, "created" if seen is None else "modified")
        self._agree(path)

    def _is_same(self, path: str, mode: int) -> bool:
        source, status = self.view.look(path)
        if status is None or not modes.S_ISREG(status.st_mode):
            return False
        if modes.S_IMODE(status.st_mode) != mode:
            return False
        folder, name = self.session.root.folder, path
        if source == "session":
            folder, name = self.session.folder, f"{layout.FILES}/{path}"
        return same_content(self.part, path, folder, name)

    def _set_aside(self, path: str) -> None:
        """Keep the program's version in the trash, whose entries nobody removes by accident."""
        if self._bin is None:
            self._bin = Bin(self.session, layout.SET_ASIDE)
        place = self._bin.place(path)
        copy_file(self.part, path, self.session.root.folder, place, flush=True)
        self.loan.aside[path] = place

    def _other(self, path: str) -> None:
        kind = self.now[path][0]
        if kind == layer.LINK and self._shows_link(path):
            return
        if kind == layer.KEPT_OUT:
            self.loan.left[path] = "what is in there is never taken into a session"
        elif kind == layer.LINK:
            self.loan.left[path] = "a session cannot hold links"
        else:
            self.loan.left[path] = "a session cannot hold pipes, sockets and devices"

    def _shows_link(self, path: str) -> bool:
        source, status = self.view.look(path)
        if status is None or not modes.S_ISLNK(status.st_mode):
            return False
        folder, name = self.session.root.folder, path
        if source == "session":
            folder, name = self.session.folder, f"{layout.FILES}/{path}"
        return folder.read_link(name) == self.now[path][1]

    # Agreement ------------------------------------------------------------------------------------

    def _check(self, path: str) -> None:
        if not self._agreed(path):
            raise _MeanwhileError

    def _check_all(self, path: str) -> None:
        self._check(path)
        if shown(self.view, path) == ["folder"]:
            for inner, _ in self.view.walk(path):
                self._check(inner)

    def _agreed(self, path: str) -> bool:
        """Whether the session still shows what the program's version was made from."""
        seen = shown(self.view, path)
        if path in self.loan.shown:
            return seen == self.loan.shown[path]
        if seen is None or seen == ["folder"]:
            return True
        # A layer shows global as it is. What changed there since may not be what the program saw.
        unmoved = seen[0] == "global" and int(seen[4]) <= self.loan.started_ns
        return self.loan.how == OVERLAY and unmoved

    def _agree(self, path: str) -> None:
        self.loan.shown[path] = shown(self.view, path)

    def _note(self, path: str, kind: str) -> None:
        earlier = self.loan.changed.pop(path, None)
        merged = _MERGED.get((earlier, kind), kind) if earlier is not None else kind
        if merged is not None:
            self.loan.changed[path] = merged


def _above(path: str) -> Iterator[str]:
    while path := os.path.dirname(path):
        yield path


def _beneath_one(path: str, paths: set[str]) -> bool:
    return any(above in paths for above in _above(path))


def _chunks(folder: Folder, name: str) -> Iterator[bytes]:
    descriptor = folder.open_file(name)
    try:
        while data := os.read(descriptor, CHUNK):
            yield data
    finally:
        os.close(descriptor)


def finish(root: Root, but: str = "") -> tuple[list[str], list[str]]:
    """Take back what programs changed whose ``redraft exec`` died; repairs are noted on the root.

    Args:
        root: the root.
        but: the name of a loan that is not to be looked at.

    Returns:
        What was found, and what is still waiting for a person, a sentence each.
    """
    found, left = [], []
    for loan in unfinished(root, but):
        found.append(f"{loan.path}: changes of a program that were never taken back")
        try:
            name = take_back(root, loan)
            loan.end(root)
        except (RedraftError, OSError) as error:
            left.append(f"{loan.path}: {error}")
        else:
            what = f"{len(loan.changed)} document{'' if len(loan.changed) == 1 else 's'}"
            root.note_repair(
                f"Took {what} into session {name!r} that a program had changed there before "
                "redraft exec was killed."
            )
            for path, place in loan.aside.items():
                root.note_repair(f"Kept the session's own {path!r}; {kept_where(place)}.")
            for path, why in loan.left.items():
                root.note_repair(f"Left out {path!r}: {why}.")
    return found, left


def kept_where(place: str) -> str:
    """What became of a program's version that was set aside."""
    return f"the program's version is {place}" if place else "the program had deleted it"
