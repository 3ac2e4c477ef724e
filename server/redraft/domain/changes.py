"""What a session changed: read off its folders, because nothing else records it."""

from __future__ import annotations

from redraft.domain import base, layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from redraft.disk.folder import Folder
    from redraft.domain.session import Session


class Survey:
    """One walk over a session's folders.

    Attributes:
        modified: the copies that have a base, by path, with the copy's status.
        created: the copies that have none, likewise.
        deleted: the paths that tombstones hide.
        stones: the tombstones themselves (a folder's stands for all beneath it).
        bases: the status of every base, by path.
        parts: the names in the session's folder itself.
    """

    __slots__ = ("bases", "created", "deleted", "modified", "parts", "stones")

    def __init__(self, folder: Folder) -> None:
        self.parts = frozenset(folder.names())
        copies = self._inside(folder, layout.FILES)
        self.bases = self._inside(folder, layout.BASE)
        self.stones = set(self._inside(folder, layout.DELETED))
        self.modified = {p: s for p, s in copies.items() if p in self.bases}
        self.created = {p: s for p, s in copies.items() if p not in self.bases}
        self.deleted: list[str] = []
        if self.stones:
            hidden = [p for p in self.bases if p not in copies and under(p, self.stones)]
            # An empty folder's tombstone has no base, and so has one made by hand (`touch`), or for
            # a document that came to global after the session had begun one of that name.
            bare = [
                s
                for s in self.stones
                if s not in self.bases
                and not any(beneath(s, self.bases))
                and folder.stat(f"{layout.FILES}/{s}") is None
            ]
            self.deleted = hidden + bare

    def _inside(self, folder: Folder, name: str) -> dict[str, os.stat_result]:
        if name not in self.parts:
            return {}
        start = len(name) + 1
        return {path[start:]: status for path, status in folder.walk(name)}

    @property
    def count(self) -> int:
        """How many documents differ from global."""
        return len(self.modified) + len(self.created) + len(self.deleted)

    def paths(self) -> list[tuple[str, str]]:
        """All changes as (path, kind), by path."""
        kinds = (("modified", self.modified), ("created", self.created), ("deleted", self.deleted))
        return sorted((path, kind) for kind, paths in kinds for path in paths)


def under(path: str, stones: set[str]) -> bool:
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
    found = [p for p in survey.modified if base.drifted(session, p, survey.bases[p])]
    found += [p for p in survey.created if base.drifted(session, p)]
    found += [p for p in survey.deleted if base.drifted(session, p, survey.bases.get(p))]
    return sorted([*found, *newcomers(session, survey)])


def newcomers(session: Session, survey: Survey) -> list[str]:
    """Files that appeared in global where the session had deleted something else.

    That is beneath a folder that it deleted, or in the place of one.
    """
    known = survey.bases.keys() | set(survey.deleted)
    return [
        path
        for stone in survey.stones
        for path, _ in session.root.folder.walk(stone)
        if path not in known and path not in survey.modified and path not in survey.created
    ]


class Tally:
    """The numbers of a session for lists: changes, retries, bytes, and the newest time in it."""

    __slots__ = ("bytes", "changes", "newest_ns", "retries")

    def __init__(self, session: Session, survey: Survey | None = None) -> None:
        survey = survey if survey is not None else Survey(session.folder)
        self.changes = survey.count
        self.newest_ns = 0
        self.bytes = 0
        self.retries = 0
        sides = [survey.modified.values(), survey.created.values(), survey.bases.values()]
        for status in (status for side in sides for status in side):
            self.bytes += status.st_size
        for side in sides[:2]:
            for status in side:
                self.newest_ns = max(self.newest_ns, status.st_mtime_ns)
        for name in {layout.RETRIES, layout.CHECKPOINTS} & survey.parts:
            for path, status in session.folder.walk(name):
                self.bytes += status.st_size
                if name == layout.RETRIES and is_retry_record(path):
                    self.retries += 1


def is_retry_record(path: str) -> bool:
    """Whether a file of ``human-retries/`` is a retry's record (not the version kept with it)."""
    name = path.rpartition("/")[2]
    return name.startswith("retry-") and name.endswith(".json") and name[6:-5].isdigit()
