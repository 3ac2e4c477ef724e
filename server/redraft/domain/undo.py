"""Undo: bringing back what the newest commit, cancel or restore took away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.domain import layout
from redraft.domain.journal import Journal, load, run
from redraft.domain.session import is_folder, read_metadata, write_metadata
from redraft.domain.steps import stamp
from redraft.domain.trash import dated
from redraft.errors import NothingToUndo, SessionExists

if TYPE_CHECKING:
    from redraft.disk.lock import Lock
    from redraft.domain.root import Root
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


class _Record:
    """A candidate for undoing: its folder, session, time and kind."""

    def __init__(self, folder: str, name: str, at: str, kind: str) -> None:
        self.folder = folder
        self.name = name
        self.at = at
        self.kind = kind


def _records(root: Root, name: str | None) -> list[_Record]:
    """All that could be undone, newest first; only names are looked at."""
    found = []
    for parent, kind in ((layout.COMPLETED, "commit"), (layout.TRASH, "cancel")):
        for entry in root.folder.scan(parent):
            parts = layout.split_dated(entry.name)
            if parts is None or not layout.is_name(parts[0]):
                continue
            if name is None or parts[0].casefold() == name.casefold():
                found.append(_Record(f"{parent}/{entry.name}", parts[0], parts[1], kind))
    from redraft.domain.checkpoints import restores

    found += [_Record(f, n, at, "restore") for f, n, at in restores(root, name)]
    return sorted(found, key=lambda record: record.at, reverse=True)


def undo(root: Root, name: str | None, *, dry: bool = False) -> Undoing:
    """Undo the newest commit, cancel or restore (of the named session, if one is named).

    Args:
        root: the root.
        name: a session's name, or None.
        dry: only say what would happen.

    Raises:
        NothingToUndo: there is none.
        SessionExists: a live session has the name by now.
    """
    if root.folder.stat(layout.WORKFLOW) is None:
        raise NothingToUndo(name)
    with root.hold("undo") as lock:
        for record in _records(root, name):
            done = _attempt(root, lock, record, dry=dry)
            if done is not None:
                return done
    raise NothingToUndo(name)


def _attempt(root: Root, lock: Lock, record: _Record, *, dry: bool) -> Undoing | None:
    if record.kind == "restore":
        from redraft.domain.checkpoints import undo_restore

        return undo_restore(root, lock, record.name, record.at, dry=dry)
    if record.kind == "cancel":
        is_session = root.folder.stat(f"{record.folder}/{layout.METADATA}") is not None
        return _undo_cancel(root, lock, record, dry=dry) if is_session else None
    try:
        journal = load(root, record.folder)
    except ValueError:
        return None
    if journal is None or journal.kind != "commit":
        return None
    return _undo_commit(root, lock, record, journal, dry=dry)


# Cancel -----------------------------------------------------------------------------------------


def _undo_cancel(root: Root, lock: Lock, record: _Record, *, dry: bool) -> Undoing:
    _check_free(root, record.name)
    undoing = Undoing(record.name, "cancel")
    with root.folder.sub(record.folder) as folder:
        from redraft.domain.changes import Survey

        undoing.restored = [path for path, _ in Survey(folder).paths()]
    if dry:
        return undoing
    home = layout.session_folder(record.name)
    steps: list[Step] = [["move", record.folder, home]]
    archive = f"{layout.RETRIES_ARCHIVE}/{record.name}-cancelled-{record.at}"
    if root.folder.stat(archive) is not None:
        steps.append(["move", archive, f"{home}/{layout.RETRIES}"])
    steps.append(["flush", [layout.WORKFLOW, layout.TRASH]])
    steps.append(["drop", f"{home}/{layout.JOURNAL}"])
    previous = _journal_bytes(root, record.folder)
    run(root, lock, record.folder, Journal("undo", record.name, steps, home), previous)
    _reopen(root, record.name)
    return undoing


def _check_free(root: Root, name: str) -> None:
    wanted = name.casefold()
    if any(other.casefold() == wanted for other in root.sessions()):
        raise SessionExists(name)


def _journal_bytes(root: Root, folder: str) -> bytes | None:
    try:
        return root.folder.read(f"{folder}/{layout.JOURNAL}")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _reopen(root: Root, name: str) -> None:
    with root.folder.sub(layout.session_folder(name)) as folder:
        metadata = read_metadata(folder, name)
        metadata["status"] = "paused"
        write_metadata(folder, metadata)


# Commit -----------------------------------------------------------------------------------------


class _Reversal:
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

    def _turn_swap(self, staged: str, target: str, old: list[int], new: list[int]) -> None:
        inner = self.inner(staged)
        there = self.root.folder.stat(target)
        kept = self.root.folder.stat(self.now(inner))
        if there is None or stamp(there) != new or kept is None or stamp(kept) != old:
            self._keep(target, "it was changed after the commit", inner)
            return
        self.back.append(["swap", f"{self.home}/{inner}", target, new, old])
        self.undoing.restored.append(target)

    def _turn_put(self, staged: str, target: str, new: list[int]) -> None:
        inner = self.inner(staged)
        there = self.root.folder.stat(target)
        if there is None:
            self._keep(target, "it was removed after the commit", None)
        elif stamp(there) != new:
            self._keep(target, "it was changed after the commit", None)
        else:
            self.back.append(["take", target, f"{self.home}/{inner}", new])
            self.undoing.restored.append(target)

    def _turn_take(self, target: str, kept: str, old: list[int]) -> None:
        inner = self.inner(kept)
        if self.root.folder.stat(target) is not None:
            self._keep(target, "there is a new one of that name", inner)
        elif self.root.folder.stat(self.now(inner)) is None:
            self._keep(target, "its old content is gone from the archive", None)
        else:
            self.after.append(["put", f"{self.home}/{inner}", target, old])
            self.undoing.restored.append(target)

    def _turn_rmdir(self, path: str) -> None:
        self.after.insert(0, ["mkdir", path])

    def _turn_mkdir(self, path: str) -> None:
        self.back.append(["rmdir", path])

    def _keep(self, target: str, reason: str, inner: str | None) -> None:
        """Leave global's file; what the record holds for it goes to the trash, not to the session."""
        self.undoing.kept.append((target, reason))
        sides = [f"{layout.UNMERGED}/{target}", f"{layout.BASE}/{target}"]
        sides.append(f"{layout.DELETED}/{target}")
        for name in ([inner] if inner else []) + sides:
            if self.root.folder.stat(self.now(name)) is not None:
                self.after.append(["move", f"{self.home}/{name}", f"{self.bin}/undone/{name}"])

    def unmerge(self) -> None:
        """Give merged files their session version back; the merged text goes to the trash."""
        kept = {path for path, _ in self.undoing.kept}
        start = len(self.now(layout.UNMERGED)) + 1
        for name, _ in self.root.folder.walk(self.now(layout.UNMERGED)):
            path = name[start:]
            if path not in kept:
                replaced = f"{self.home}/{layout.REPLACED}/{path}"
                self.after.append(["move", replaced, f"{self.bin}/merged/{path}"])
                self.after.append(["move", f"{self.home}/{layout.UNMERGED}/{path}", replaced])


def _undo_commit(
    root: Root, lock: Lock, record: _Record, journal: Journal, *, dry: bool
) -> Undoing | None:
    whole = bool(journal.info.get("whole"))
    live = next((n for n in root.sessions() if n.casefold() == record.name.casefold()), None)
    if whole and live is not None:
        raise SessionExists(record.name)
    home = layout.session_folder(record.name)
    reversal = _Reversal(root, journal, record.folder, home if whole else record.folder)
    reversal.turn()
    reversal.unmerge()
    reversal.undoing.restored.sort()
    if dry:
        return reversal.undoing
    steps = [["move", record.folder, home]] if whole else []
    steps += [*reversal.back, *reversal.after]
    steps += _whole_end(root, journal, home) if whole else _part_end(root, reversal, home)
    if not whole and live is None:
        _make_session(root, record.name)
    previous = _journal_bytes(root, record.folder)
    run(root, lock, record.folder, Journal("undo", record.name, steps, home), previous)
    _reopen(root, record.name)
    return reversal.undoing


def _whole_end(root: Root, journal: Journal, home: str) -> list[Step]:
    steps: list[Step] = [["move", f"{home}/{layout.REPLACED}", f"{home}/{layout.FILES}"]]
    archive = journal.info.get("retries_archive")
    if isinstance(archive, str) and is_folder(root, archive):
        steps.append(["move", archive, f"{home}/{layout.RETRIES}"])
    touched = sorted({str(s[2]).rpartition("/")[0] for s in journal.steps if s[0] == "swap"})
    steps.append(["flush", [*touched, home, layout.WORKFLOW, layout.COMPLETED]])
    steps.append(["drop", f"{home}/{layout.JOURNAL}"])
    return steps


def _part_end(root: Root, reversal: _Reversal, home: str) -> list[Step]:
    """Bring the committed part's copies, bases and tombstones back into the session."""
    steps: list[Step] = []
    record = reversal.record
    moved = {str(s[1]) for s in reversal.after if s[0] in ("move", "put")}
    for side, target in (
        (layout.REPLACED, layout.FILES),
        (layout.BASE, layout.BASE),
        (layout.DELETED, layout.DELETED),
    ):
        names = {name for name, _ in root.folder.walk(f"{record}/{side}")}
        if side == layout.REPLACED:
            names |= {str(s[2]) for s in reversal.back if s[0] == "take"}
        for name in sorted(names):
            path = name[len(f"{record}/{side}") + 1 :]
            back = f"{home}/{target}/{path}"
            merged_back = [s for s in reversal.after if s[0] == "move" and s[2] == name]
            if name in moved and not merged_back:
                continue
            if root.folder.stat(back) is not None:
                reversal.undoing.kept.append((path, "the session changed it again"))
                continue
            steps.append(["move", name, back])
    steps.append(["move", record, f"{reversal.bin}/record"])
    steps.append(["flush", [home, layout.COMPLETED, layout.TRASH]])
    return steps


def _make_session(root: Root, name: str) -> None:
    from redraft.domain.session import new_metadata

    with root.folder.sub(layout.session_folder(name), create=True) as folder:
        write_metadata(folder, new_metadata(name))
