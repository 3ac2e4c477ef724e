"""What a commit would do to each file: the preview, and the ground that the commit builds on."""

from __future__ import annotations

import hashlib
import json
import stat as modes
from typing import TYPE_CHECKING

from redraft.disk.copying import same_content
from redraft.disk.folder import Status
from redraft.disk.paths import refuse_protected
from redraft.domain import base, layout, retries
from redraft.domain.changes import Survey, newcomers, under
from redraft.domain.merge import MAX_MERGE_BYTES, is_text, merge
from redraft.domain.steps import stamp
from redraft.errors import ProtectedPath

if TYPE_CHECKING:
    from redraft.disk.folder import Folder
    from redraft.domain.progress import Progress
    from redraft.domain.session import Session


class Item:
    """One changed file.

    Attributes:
        path: its canonical path.
        kind: ``modified``, ``created`` or ``deleted``.
        state: ``clean``, ``merges``, ``conflict`` or ``identical``.
        copy: the status of the session's copy (None for deletions).
        now: the status of global's file, or None.
    """

    __slots__ = ("copy", "kind", "now", "path", "state")

    def __init__(self, path: str, kind: str, copy: Status | None, now: Status | None) -> None:
        self.path = path
        self.kind = kind
        self.copy = copy
        self.now = now
        self.state = "clean"

    @property
    def bytes(self) -> int:
        """The size of what would be written, or of what would go."""
        status = self.copy or self.now
        return status.st_size if status is not None else 0

    def signature(self) -> list[object]:
        """All that the preview's token stands for."""
        sides = [None if side is None else stamp(side) for side in (self.copy, self.now)]
        return [self.path, self.kind, self.state, *sides]


class Plan:
    """A whole preview.

    Attributes:
        items: the selected changes, by path.
        survey: the session's changes as they were read.
        retry_count: the session's retries.
    """

    def __init__(self, items: list[Item], survey: Survey, retry_count: int) -> None:
        self.items = items
        self.survey = survey
        self.retry_count = retry_count

    def token(self) -> str:
        """The digest of everything the preview shows."""
        content = json.dumps([[i.signature() for i in self.items], self.retry_count])
        return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()[:32]

    def conflicts(self) -> list[str]:
        """The paths that neither apply nor merge."""
        return [item.path for item in self.items if item.state == "conflict"]


def plan(session: Session, paths: list[str] | None, progress: Progress) -> Plan:
    """Look at every change (or those at and beneath the given canonical paths).

    Raises:
        FileNotFound: a given path has no change at or beneath it.
    """
    survey = Survey(session.folder)
    changes = survey.paths()
    changes += [(path, "deleted") for path in newcomers(session, survey.stones)]
    if paths is not None:
        changes = _select(session, changes, paths)
    items = []
    ways = Ways(session.root.folder)
    for number, (path, kind) in enumerate(sorted(changes)):
        progress.check()
        progress.report(number, len(changes), path)
        copy = survey.modified.get(path) or survey.created.get(path)
        blocked = ways.obstacle(path)
        there = session.root.folder.stat(path) if blocked is None else None
        now = Status(there) if there is not None else None
        item = Item(path, kind, copy, now)
        is_free = blocked is None or under(blocked, survey.stones)
        item.state = _state(session, survey, item) if is_free else _state_behind(item)
        items.append(item)
    return Plan(items, survey, retries.count(session.folder))


class Ways:
    """The folders of global on the way to its documents, each looked at once."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._known: dict[str, str | None] = {"": None}

    def obstacle(self, path: str) -> str | None:
        """The document or link that stands where a folder above a path should be, if one does."""
        above = path.rpartition("/")[0]
        if above not in self._known:
            status = self._folder.stat(above)
            blocks = status is not None and not modes.S_ISDIR(status.st_mode)
            self._known[above] = self.obstacle(above) or (above if blocks else None)
        return self._known[above]


def _state_behind(item: Item) -> str:
    """The state of a path that global cannot have, because a document stands in its way."""
    return "identical" if item.kind == "deleted" else "conflict"


def _select(
    session: Session, changes: list[tuple[str, str]], paths: list[str]
) -> list[tuple[str, str]]:
    picked = []
    for wanted in paths:
        hits = [c for c in changes if c[0] == wanted or c[0].startswith(f"{wanted}/") or not wanted]
        if not hits:
            raise session.unchanged(wanted)
        picked += hits
    needed = {above for path, kind in picked if kind != "deleted" for above in parents(path)}
    picked += [c for c in changes if c[1] == "deleted" and c[0] in needed]
    return list(dict.fromkeys(picked))


def parents(path: str) -> list[str]:
    """The folders above a path, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _state(session: Session, survey: Survey, item: Item) -> str:
    if is_protected(item.path):
        return "conflict"
    if item.kind == "deleted":
        return _state_of_deletion(session, survey, item)
    if item.copy is None or not modes.S_ISREG(item.copy.st_mode):
        return "conflict"
    kept, now = survey.bases.get(item.path), item.now
    if now is None:
        return "clean" if kept is None else "conflict"
    if modes.S_ISDIR(now.st_mode):
        return "clean" if under(item.path, survey.stones) else "conflict"
    return _state_of_drift(session, item.path, kept, item.copy, now)


def _state_of_drift(
    session: Session,
    path: str,
    kept: Status | None,
    copy: Status,
    now: Status,
) -> str:
    if kept is not None and base.unchanged(session, path, kept, now):
        return "clean"
    if not modes.S_ISREG(now.st_mode):
        return "conflict"
    if same_content(session.folder, f"{layout.FILES}/{path}", session.root.folder, path):
        return "identical"
    merges = kept is not None and _mergeable(kept, copy, now)
    return "merges" if merges and merged_text(session, path) is not None else "conflict"


def _mergeable(*sides: Status) -> bool:
    return all(modes.S_ISREG(s.st_mode) and s.st_size <= MAX_MERGE_BYTES for s in sides)


def merged_text(session: Session, path: str) -> bytes | None:
    """The three-way merge of base, global and copy; None if it conflicts or is no text."""
    texts = (
        session.folder.read(f"{layout.BASE}/{path}"),
        session.root.folder.read(path),
        session.folder.read(f"{layout.FILES}/{path}"),
    )
    return merge(*texts).content if all(is_text(text) for text in texts) else None


def is_protected(path: str) -> bool:
    """Whether a path is none that a commit may write, whoever put it into the session."""
    try:
        refuse_protected(path)
    except ProtectedPath:
        return True
    return False


def _state_of_deletion(session: Session, survey: Survey, item: Item) -> str:
    kept = survey.bases.get(item.path)
    if item.now is None:
        return "identical"
    if kept is None:
        # An empty folder may go. Of anything else the session never saw what it would take away.
        is_folder = modes.S_ISDIR(item.now.st_mode)
        return "clean" if is_folder and not any(session.root.folder.walk(item.path)) else "conflict"
    return "clean" if base.unchanged(session, item.path, kept, item.now) else "conflict"
