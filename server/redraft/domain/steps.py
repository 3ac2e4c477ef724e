"""The steps of an operation, each one rename or less, and all safe to do twice.

A step is a list beginning with its verb; all paths are relative to the root:

======================================= ======================================================
``["move", from, to]``                  rename, replacing nothing
``["swap", staged, target, old, new]``  exchange ``staged`` (``new``) with ``target`` (``old``)
``["put", staged, target, new]``        move ``staged`` to ``target``, which must be free
``["take", target, kept, old]``         move ``target`` (stamp ``old``) away to ``kept``
``["mkdir", path]``, ``["rmdir", path]``  a folder of the root; one that is not empty stays
``["drop", path]``                      remove one of our own small files
``["stone", staged, stone, kind]``       put a staged ``file`` (a tombstone) or ``folder`` (of
                                        them) at ``stone``; one of another kind comes to ``staged``
``["unmark", session]``                 remove a marker
``["mark", old, new]``                  make one session's marker that of another
``["install", staged, target]``         move one of our own small files over another
``["sweep", folder]``                   remove what is left in a session's ``.tmp``
``["flush", [folder, ...]]``            wait until the names in these folders are on the disk
======================================= ======================================================

A stamp is ``[inode, size, modification time in ns]``: enough to tell "still what it was" from
"somebody saved meanwhile", because a committed file gets a new inode and the commit's own time.
"""

from __future__ import annotations

import stat as modes
from errno import EEXIST, ENOTEMPTY

from redraft.disk import calls
from redraft.disk.copying import write_file
from redraft.disk.durable import flush_folders, publish
from redraft.disk.exchange import KEEP, exchange, finish_exchange, rename_noreplace
from redraft.domain import crossing, layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from types import TracebackType
    from typing import Any

    from redraft.disk.folder import AnyStatus, Folder
    from redraft.domain.root import Root

    Step = list[Any]
    Stamp = list[int]

_OPEN_AT_MOST = 64


class Moved(Exception):
    """A target is no longer what the journal says it was: somebody saved it meanwhile."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Missing(Exception):
    """A file that a step needs is gone; only a person can help."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is missing")
        self.path = path


def stamp(status: AnyStatus) -> Stamp:
    """The stamp of a file's status."""
    return [status.st_ino, status.st_size, status.st_mtime_ns]


def is_of(status: os.stat_result, stamp_: Stamp, home_device: int) -> bool:
    """Whether a target is the file of a stamp, or its copy on a file system of its own."""
    if status.st_dev != home_device:
        return crossing.alike(status, stamp_)
    return stamp(status) == stamp_


class Hands:
    """Does steps and undoes them, keeping the folders it works in open (a context manager).

    With ``strict`` a target that somebody changed meanwhile raises :class:`Moved`; without, it is
    kept as it is, the session's version is set aside under ``record`` and noted in ``aside``.
    When an operation is resumed, ``refills`` says which step last moves something to a place, and
    ``number`` which step is being done: what lies in a refilled place is no sign of a race.
    """

    def __init__(self, root: Root, record: str, *, strict: bool) -> None:
        self.root = root
        self.record = record
        self.strict = strict
        self.aside: list[str] = []
        self.refills: dict[str, int] = {}
        self.number = 0
        self._made: set[str] = set()
        self._touched: set[str] = set()  # folders whose names changed since they were flushed
        self._moved: set[tuple[str, str]] = set()
        self._unmarked: set[str] = set()
        self._installed: dict[str, bytes] = {}
        self._dropped: dict[str, bytes] = {}
        self._open: dict[str, Folder] = {}
        self._near: set[tuple[str, str]] = set()  # pairs of folders seen on one file system

    def __enter__(self) -> Hands:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._forget()

    def _forget(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def do(self, step: Step) -> None:
        """Do a step, or see that it is done already."""
        getattr(self, f"_do_{step[0]}")(*step[1:])

    def undo(self, step: Step) -> None:
        """Undo a step as far as what it left is still ours."""
        getattr(self, f"_undo_{step[0]}", _nothing)(*step[1:])

    # Folders -----------------------------------------------------------------------------------

    def _at(self, path: str, *, create: bool = False) -> tuple[Folder, str]:
        head, _, last = path.rpartition("/")
        folder = self._open.pop(head, None)
        if folder is None:
            if create:
                self._note_missing(head)
            folder = self.root.folder.sub(head, create=create)
        self._open[head] = folder
        if len(self._open) > _OPEN_AT_MOST:
            # The one not used for longest: a step needs two at once.
            self._open.pop(next(iter(self._open))).close()
        return folder, last

    def _note_missing(self, folder: str) -> None:
        while folder and self.root.folder.stat(folder) is None:
            self._made.add(folder)
            folder = folder.rpartition("/")[0]
            self._touched.add(folder)

    def _unmake_parents(self, path: str) -> None:
        """Remove the folders above a path again that a step made for it."""
        folder = path.rpartition("/")[0]
        while folder in self._made:
            self._made.remove(folder)
            self._do_rmdir(folder)
            folder = folder.rpartition("/")[0]

    def _stat(self, path: str) -> os.stat_result | None:
        try:
            folder, last = self._at(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return folder.stat(last)

    def _stamp(self, path: str) -> Stamp | None:
        status = self._stat(path)
        return None if status is None else stamp(status)

    def _touch(self, *paths: str) -> None:
        self._touched.update(path.rpartition("/")[0] for path in paths)

    def flush(self) -> None:
        """Wait until all names that the steps changed are on the disk."""
        flush_folders(self.root.folder, self._touched)
        self._touched.clear()

    def _flush_beneath(self, folder: str) -> None:
        """Once it has moved, what was done in it can no longer be done or found by its names."""
        inside = {p for p in self._touched if p == folder or p.startswith(f"{folder}/")}
        flush_folders(self.root.folder, inside)
        self._touched -= inside

    def _rename(self, source: str, target: str) -> None:
        self._touch(source, target)
        folder, name = self._at(source)
        to, to_name = self._at(target, create=True)
        rename_noreplace(folder, name, to, to_name)

    def _exchange(self, one: str, two: str) -> None:
        self._touch(one, two)
        folder, name = self._at(one)
        to, to_name = self._at(two)
        exchange(folder, name, to, to_name)

    # Doing -------------------------------------------------------------------------------------

    def _do_move(self, source: str, target: str) -> None:
        try:
            if self._carry(source, target):
                self._moved.add((source, target))
        except FileExistsError:
            if self.strict:
                raise
            # Done before: what stands at the source now was put there by a later step.

    def _carry(self, source: str, target: str) -> bool:
        found = self._stat(source)
        if found is None:
            return False
        is_folder = modes.S_ISDIR(found.st_mode)
        if is_folder:
            self._flush_beneath(source)
        self._rename(source, target)
        if is_folder:
            self._forget()  # handles beneath a moved folder would go on meaning its old place
        return True

    def _undo_move(self, source: str, target: str) -> None:
        # Where there was nothing to move, what lies at the target never came from the source.
        if (source, target) in self._moved and self._stat(source) is None:
            self._carry(target, source)
        self._unmake_parents(target)

    def _across(self, path: str, target: str) -> tuple[Folder, str, Folder, str] | None:
        """Both ends of a step, if they lie on different file systems; ours has parents then."""
        heads = (path.rpartition("/")[0], target.rpartition("/")[0])
        if heads in self._near:
            return None
        mine, outer = sorted((path, target), key=lambda p: not p.startswith(layout.WORKFLOW))
        try:
            if not crossing.apart(self._at(outer)[0], self._at(f"{layout.WORKFLOW}/")[0]):
                self._near.add(heads)
                return None
        except (FileNotFoundError, NotADirectoryError):
            return None
        self._at(mine, create=True)
        return (*self._at(path), *self._at(target))

    def _do_swap(self, staged: str, target: str, old: Stamp, new: Stamp) -> None:
        ends = self._across(staged, target)
        if ends is None:
            self._swap_near(staged, target, old, new)
            return
        here = self._stat(staged)
        if here is None and (self.strict or crossing.alike(self._stat(target), old)):
            raise Missing(staged)
        if crossing.alike(here, old) or crossing.alike(here, new):
            if not crossing.swap(*ends, old, new):
                self._keep_theirs(staged, target)
        elif self.strict:
            raise Moved(target)  # an agent wrote into the copy after it was looked at

    def _swap_near(self, staged: str, target: str, old: Stamp, new: Stamp) -> None:
        if not self.strict and self._stat(f"{staged}{KEEP}") is not None:
            finish_exchange(*self._at(staged), *self._at(target))
        there = self._stamp(target)
        here = self._stamp(staged)
        if here != new:
            if here is not None and self.strict:
                raise Moved(target)  # an agent wrote into the copy after it was looked at
            if there == old or self.strict:
                raise Missing(staged)
            refilled = self.refills.get(staged, -1) > self.number
            if there != new or here in (None, old) or refilled:
                return  # done before; what is in the target's place, if it is another, came later
            # The death came between the exchange and the look at what came out: an editor's save.
            self._exchange(staged, target)
        elif there == old:
            self._exchange(staged, target)
            if self._stamp(staged) == old:
                return
            self._exchange(staged, target)  # an editor saved in that moment: its file goes back
        self._keep_theirs(staged, target)

    def _undo_swap(self, staged: str, target: str, old: Stamp, new: Stamp) -> None:
        ends = self._across(staged, target)
        if ends is not None:
            crossing.swap_back(*ends, old, new)
        elif self._stamp(staged) == old and self._stamp(target) == new:
            self._exchange(staged, target)

    def _do_put(self, staged: str, target: str, new: Stamp) -> None:
        here = self._stamp(staged)
        if here is None:
            if self.strict or self._stat(target) is None:
                raise Missing(staged)
            return
        ends = self._across(staged, target)
        if ends is not None:
            if not crossing.put(*ends, new):
                self._keep_theirs(staged, target)
            return
        try:
            self._carry(staged, target)
        except FileExistsError:
            self._keep_theirs(staged, target)

    def _undo_put(self, staged: str, target: str, new: Stamp) -> None:
        ends = self._across(target, staged)
        if ends is not None:
            crossing.put_back(*ends, new)
        elif self._stamp(target) == new and self._stat(staged) is None:
            self._rename(target, staged)

    def _do_take(self, target: str, kept: str, old: Stamp) -> None:
        ends = self._across(target, kept)
        if ends is not None:
            if not crossing.take(*ends, old):
                self._keep_theirs(None, target)
            return
        there, before = self._stamp(target), self._stamp(kept)
        if there is None or before not in (None, there):
            return
        if there == old:
            self._carry(target, kept)
            if self._stamp(kept) == old:
                return
            self._carry(kept, target)
        self._keep_theirs(None, target)

    def _undo_take(self, target: str, kept: str, old: Stamp) -> None:
        ends = self._across(kept, target)
        if ends is not None:
            crossing.take_back(*ends, old)
        elif self._stamp(kept) == old and self._stat(target) is None:
            self._carry(kept, target)
        self._unmake_parents(kept)

    def _keep_theirs(self, staged: str | None, target: str) -> None:
        if self.strict:
            raise Moved(target)
        if staged is not None:
            self._do_move(staged, f"{self.record}/{layout.SET_ASIDE}/{target}")
        self.aside.append(target)

    def _do_mkdir(self, path: str) -> None:
        self.root.folder.make(path)

    def _undo_mkdir(self, path: str) -> None:
        self._do_rmdir(path)

    def _do_rmdir(self, path: str) -> None:
        found = self._stat(path)
        if found is None or not modes.S_ISDIR(found.st_mode):
            return
        folder, last = self._at(path)
        self._touch(path)
        try:
            calls.rmdir(folder.handle, folder.at(last))
        except OSError as error:
            if error.errno not in (ENOTEMPTY, EEXIST):
                raise
        self._forget()

    def _undo_rmdir(self, path: str) -> None:
        self.root.folder.make(path)

    def _do_drop(self, path: str) -> None:
        if self.strict and not path.endswith(f"/{layout.JOURNAL}") and self._stat(path) is not None:
            self._dropped[path] = self.root.folder.read(path)
        self.root.folder.unlink(path)

    def _undo_drop(self, path: str) -> None:
        if path in self._dropped and self._stat(path) is None:
            write_file(self.root.folder, path, (self._dropped[path],), flush=False)

    def _do_stone(self, staged: str, stone: str, kind: str) -> None:
        here, there = self._kind(staged), self._kind(stone)
        if here == kind and there is None:
            self._rename(staged, stone)
        elif here == kind and there != kind:
            self._exchange(staged, stone)
        self._forget()

    def _undo_stone(self, staged: str, stone: str, kind: str) -> None:
        here, there = self._kind(staged), self._kind(stone)
        if here is None and there == kind:
            self._rename(stone, staged)
        elif here not in (None, kind) and there == kind:
            self._exchange(staged, stone)
        self._forget()

    def _kind(self, path: str) -> str | None:
        found = self._stat(path)
        if found is None:
            return None
        return "folder" if modes.S_ISDIR(found.st_mode) else "file"

    def _do_unmark(self, session: str) -> None:
        from redraft.domain import marker

        self._touched.add(layout.WORKFLOW)
        if marker.deactivate(self.root, session):
            self._unmarked.add(session)

    def _undo_unmark(self, session: str) -> None:
        from redraft.domain import marker

        if session in self._unmarked:
            marker.activate(self.root, session)

    def _do_mark(self, old: str, new: str) -> None:
        from redraft.domain import marker

        self._touched.add(layout.WORKFLOW)
        marker.pass_on(self.root, old, new)

    def _undo_mark(self, old: str, new: str) -> None:
        self._do_mark(new, old)

    def _do_install(self, staged: str, target: str) -> None:
        if self._stat(staged) is None:
            return
        folder, name = self._at(staged)
        to, to_name = self._at(target)
        if to.stat(to_name) is not None:
            self._installed[target] = to.read(to_name)
        self._touch(staged, target)
        calls.rename(folder.handle, folder.at(name), to.handle, to.at(to_name))

    def _undo_install(self, staged: str, target: str) -> None:
        if target in self._installed:
            publish(self.root.folder, target, self._installed[target], via=staged, flush=False)

    def _do_sweep(self, folder: str) -> None:
        self.root.folder.remove_tree(f"{folder}/{layout.TMP}")

    def _do_flush(self, folders: list[str]) -> None:
        flush_folders(self.root.folder, folders)
        self._touched.difference_update(folders)


def _nothing(*_: object) -> None:
    """For steps that need no undoing."""
