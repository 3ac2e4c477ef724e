"""What a session changed: read off its folders, because nothing else records it."""

from __future__ import annotations

import stat as modes

from redraft.disk.folder import Status
from redraft.domain import base, layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Iterable, Iterator

    from redraft.disk.folder import Folder
    from redraft.domain.session import Session

    Found = tuple[str, str, os.stat_result | None, os.stat_result | None]
    Note = Callable[[str, str, os.stat_result | None], object]


def _ignore(path: str, kind: str, copy: os.stat_result | None) -> None:
    """For whoever wants the numbers alone."""


def each(folder: Folder, stones: Collection[str]) -> Iterator[Found]:
    """All that a session's folder holds of documents, one folder of them at a time.

    Only one folder's statuses are in memory at once, however many changes there are.

    Args:
        folder: the session's folder.
        stones: its tombstones.

    Yields:
        A path; its kind (``modified``, ``created``, ``deleted``, or empty for a base that is no
        change); the status of its copy and of its base, where it has one.
    """
    waiting = [("", True, True)]
    while waiting:
        above, has_copies, has_bases = waiting.pop()
        # What is a folder on one side may be a file or a link on the other.
        copies, folders = folder.level(f"{layout.FILES}{above}") if has_copies else ({}, set())
        bases, others = folder.level(f"{layout.BASE}{above}") if has_bases else ({}, set())
        start = f"{above}/"[1:]
        waiting += [
            (f"{above}/{name}", name in folders, name in others)
            for name in sorted(folders | others, reverse=True)
        ]
        for name in sorted(copies):
            kept = bases.pop(name, None)
            yield start + name, "created" if kept is None else "modified", copies[name], kept
        for name in sorted(bases):
            path = start + name
            yield path, "deleted" if under(path, stones) else "", None, bases[name]
    for stone in sorted(stones):
        if _is_bare(folder, stone):
            yield stone, "deleted", None, None


def tombstones(folder: Folder) -> set[str]:
    """The tombstones of a session's folder (a folder's stands for all beneath it)."""
    start = len(layout.DELETED) + 1
    return {path[start:] for path, _ in folder.walk(layout.DELETED)}


def _is_bare(folder: Folder, stone: str) -> bool:
    """Whether a tombstone stands for itself alone, because no base tells what it hides.

    An empty folder's has none, and so has one made by hand (``touch``), or for a document that came
    to global after the session had begun one of that name.
    """
    if folder.stat(f"{layout.FILES}/{stone}") is not None:
        return False
    return next(folder.walk(f"{layout.BASE}/{stone}"), None) is None


class Survey:
    """All of a session's changes at once, for what has to look at them more than once.

    Attributes:
        modified: the copies that have a base, by path, with the copy's status.
        created: the copies that have none, likewise.
        deleted: the paths that tombstones hide.
        stones: the tombstones themselves.
        bases: the status of every base, by path.
    """

    __slots__ = ("bases", "created", "deleted", "modified", "stones")

    def __init__(self, folder: Folder) -> None:
        self.stones = tombstones(folder)
        self.modified: dict[str, Status] = {}
        self.created: dict[str, Status] = {}
        self.bases: dict[str, Status] = {}
        self.deleted: list[str] = []
        for path, kind, copy, kept in each(folder, self.stones):
            if kept is not None:
                self.bases[path] = Status(kept)
            if kind == "deleted":
                self.deleted.append(path)
            elif copy is not None:
                (self.created if kept is None else self.modified)[path] = Status(copy)

    @property
    def count(self) -> int:
        """How many documents differ from global."""
        return len(self.modified) + len(self.created) + len(self.deleted)

    def paths(self) -> list[tuple[str, str]]:
        """All changes as (path, kind), by path."""
        kinds = (("modified", self.modified), ("created", self.created), ("deleted", self.deleted))
        return sorted((path, kind) for kind, paths in kinds for path in paths)


def under(path: str, stones: Collection[str]) -> bool:
    """Whether a tombstone hides a path: its own or one of a folder above it."""
    while path:
        if path in stones:
            return True
        path = path.rpartition("/")[0]
    return False


def beneath(folder: str, paths: Iterable[str]) -> Iterable[str]:
    """Those of the paths that lie in a folder, at whatever depth."""
    return (path for path in paths if path.startswith(f"{folder}/"))


def drifted(session: Session, survey: Survey) -> list[str]:
    """The changed paths whose global is no longer what the session first saw, by path."""
    paths = (*survey.modified, *survey.created, *survey.deleted)
    found = [path for path in paths if base.drifted(session, path, survey.bases.get(path))]
    return sorted([*found, *newcomers(session, survey.stones)])


def newcomers(session: Session, stones: Iterable[str]) -> list[str]:
    """Files that appeared in global where the session had deleted something else.

    That is beneath a folder that it deleted, or in the place of one.
    """
    folder = session.folder
    return [
        path
        for stone in stones
        for path, _ in session.root.folder.walk(stone)
        if not (_holds(folder, layout.BASE, path) or _holds(folder, layout.FILES, path))
        and not (path == stone and _is_bare(folder, stone))
    ]


def _holds(folder: Folder, side: str, path: str) -> bool:
    found = folder.stat(f"{side}/{path}")
    return found is not None and not modes.S_ISDIR(found.st_mode)


class Tally:
    """The numbers of a session: changes, retries, bytes, and the newest time in it.

    Args:
        session: the session.
        note: is called with the path and kind of each change, and the status of its copy.
        drift: whether to look for drift too.

    Attributes:
        drifted: the changed paths whose global is no longer what the session first saw, by path.
    """

    __slots__ = ("bytes", "changes", "drifted", "newest_ns", "retries")

    def __init__(self, session: Session, note: Note = _ignore, *, drift: bool = False) -> None:
        self.retries = 0
        self.drifted: list[str] = []
        stones = tombstones(session.folder)
        changes = size = newest_ns = 0
        for path, kind, copy, kept in each(session.folder, stones):
            if copy is not None:
                size += copy.st_size
                newest_ns = max(newest_ns, copy.st_mtime_ns)
            if kept is not None:
                size += kept.st_size
            if kind:
                changes += 1
                note(path, kind, copy)
                if drift and base.drifted(session, path, kept):
                    self.drifted.append(path)
        self.changes, self.bytes, self.newest_ns = changes, size, newest_ns
        if drift:
            self.drifted = sorted([*self.drifted, *newcomers(session, stones)])
        self._weigh_kept(session.folder)

    def _weigh_kept(self, folder: Folder) -> None:
        for name in (layout.RETRIES, layout.CHECKPOINTS):
            for path, status in folder.walk(name):
                self.bytes += status.st_size
                if name == layout.RETRIES and is_retry_record(path):
                    self.retries += 1


def count(folder: Folder) -> int:
    """How many documents a session's folder holds that differ from global."""
    return sum(bool(kind) for _, kind, _, _ in each(folder, tombstones(folder)))


def is_retry_record(path: str) -> bool:
    """Whether a file of ``human-retries/`` is a retry's record (not the version kept with it)."""
    name = path.rpartition("/")[2]
    return name.startswith("retry-") and name.endswith(".json") and name[6:-5].isdigit()
