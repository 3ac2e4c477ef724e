"""What a commit applies, and the journal's steps that apply it."""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING, Any

from redraft.domain import layout
from redraft.domain.changes import Survey, beneath
from redraft.domain.plan import Item, Ways, parents
from redraft.domain.steps import stamp
from redraft.domain.tombstones import Mason, hidden_beneath
from redraft.domain.trash import dated
from redraft.errors import StalePreview, UnsupportedFile

if TYPE_CHECKING:
    import os

    from redraft.disk.folder import AnyStatus
    from redraft.domain.session import Session
    from redraft.domain.steps import Step

MERGED = f"{layout.TMP}/merged"
# In the record, beside ``replaced/``: what was taken away where a new document took the name, and
# what stood in the way of one where a conflict was overwritten.
_REMOVED = "removed"
_IN_THE_WAY = "in-the-way"


class Work:
    """What is to be committed and where its record goes."""

    def __init__(
        self, session: Session, items: list[Item], skipped: list[str], *, whole: bool
    ) -> None:
        self.session = session
        self.items = items
        self.skipped = skipped
        self.whole = whole
        self.archive = dated(session.root, layout.COMPLETED, session.name)
        # A whole session becomes its own record; a part gets a folder of its own at once.
        self.record = session.path if whole else self.archive
        self.copies = {item.path for item in items if item.copy is not None}
        self.deleted = {item.path for item in items if item.kind == "deleted"}
        self.obstacles = _obstacles(self)
        self._folders = {a for path in self.copies for a in parents(path)}

    def kept(self, path: str) -> str:
        """Where what global held at a path is kept."""
        return f"{self.record}/{layout.REPLACED}/{path}"

    def kept_taken(self, path: str) -> str:
        """The same for what is taken away; elsewhere if a new document takes the name."""
        clash = path in self._folders or not self.copies.isdisjoint([path, *parents(path)])
        if self.whole and self.session.folder.stat(f"{layout.FILES}/{path}") is not None:
            clash = True  # an empty folder that took the name
        return f"{self.record}/{_REMOVED}/{path}" if clash else self.kept(path)


def _obstacles(work: Work) -> dict[str, os.stat_result]:
    """What a conflict that is overwritten takes away because it is in the way of a new document.

    Raises:
        UnsupportedFile: a link, which is never followed and never replaced by what it leads to.
    """
    root = work.session.root.folder
    found: dict[str, os.stat_result] = {}
    ways = Ways(root)
    for item in work.items:
        if item.copy is None:
            continue
        blocked = ways.obstacle(item.path)
        if blocked is None and item.state == "conflict" and is_folder(item.now):
            blocked = item.path
        if blocked is not None and blocked not in work.deleted:
            status = root.stat(blocked)
            if status is None or not (modes.S_ISREG(status.st_mode) or is_folder(status)):
                raise UnsupportedFile(blocked, "is a link or device in the way of a document")
            found[blocked] = status
    return found


def is_folder(status: AnyStatus | None) -> bool:
    """Whether a status is that of a folder."""
    return status is not None and modes.S_ISDIR(status.st_mode)


def info(work: Work, survey: Survey, retries_archive: str | None) -> dict[str, Any]:
    """What an undo has to know beside the steps."""
    stones = {}
    for stone in survey.stones:
        hidden = hidden_beneath(work.session, survey, stone)
        touched = [stone, *beneath(stone, work.deleted), *beneath(stone, work.copies)]
        if not (work.deleted | work.copies).isdisjoint(touched):
            stones[stone] = sorted(hidden)
    return {
        "whole": work.whole,
        "archive": work.archive,
        "retries_archive": retries_archive,
        "items": [[item.path, item.kind] for item in work.items],
        "folders": _taken_folders(work),
        "stones": {} if work.whole else stones,
    }


def _taken_folders(work: Work) -> list[str]:
    """The folders in ``replaced/`` that what is taken away brings with it, innermost first."""
    folder = work.session.folder
    found = {
        above
        for path in work.deleted
        if work.kept_taken(path) == work.kept(path)
        for above in parents(path)
        if folder.stat(f"{layout.FILES}/{above}") is None
    }
    return sorted(found, key=len, reverse=True)


def staged(item: Item) -> str:
    """Where an item's new version lies before the commit, in the session's folder."""
    return f"{MERGED if item.state == 'merges' else layout.FILES}/{item.path}"


# The steps --------------------------------------------------------------------------------------


def steps_of(work: Work, survey: Survey, mason: Mason, retries_archive: str | None) -> list[Step]:
    """The journal's steps, in their order; tombstones for a part are staged by the mason."""
    session = work.session
    takes, places = _takes(work), _places(work)
    steps = _gather(work)
    if not work.whole:
        steps += _lifted(work, survey, mason)
    steps += takes
    emptied = _emptied(work, survey)
    steps += [["rmdir", f] for f in emptied]
    steps += [["mkdir", f] for f in _missing_folders(work, set(emptied))]
    steps += places
    touched = {str(path).rpartition("/")[0] for s in (*takes, *places) for path in s[1:3]}
    steps.append(["flush", sorted(touched)])
    if not work.whole:
        end = f"{work.archive}/{layout.JOURNAL}"
        steps.append(["move", f"{session.path}/{layout.JOURNAL}", end])
        steps.append(["flush", [session.path, work.archive, layout.COMPLETED]])
        return steps
    if retries_archive is not None:
        steps.append(["move", f"{session.path}/{layout.RETRIES}", retries_archive])
    steps += [["sweep", session.path], ["unmark", session.name]]
    steps.append(["move", session.path, work.archive])
    ends = [layout.WORKFLOW, layout.COMPLETED]
    steps.append(["flush", [*ends, layout.RETRIES_ARCHIVE] if retries_archive else ends])
    return steps


def _gather(work: Work) -> list[Step]:
    """Bring the new versions to where the replaced ones will be kept."""
    session = work.session
    files = f"{session.path}/{layout.FILES}"
    steps: list[Step] = []
    if work.whole:
        steps.append(["move", files, f"{work.record}/{layout.REPLACED}"])
        files = f"{work.record}/{layout.REPLACED}"
    for item in work.items:
        if item.state == "merges":
            unmerged = f"{work.record}/{layout.UNMERGED}/{item.path}"
            steps.append(["move", f"{files}/{item.path}", unmerged])
            steps.append(["move", f"{session.path}/{MERGED}/{item.path}", work.kept(item.path)])
        elif item.copy is not None and not work.whole:
            steps.append(["move", f"{files}/{item.path}", work.kept(item.path)])
        if not work.whole:
            name = f"{layout.BASE}/{item.path}"
            found = session.folder.stat(name)
            if found is not None and not is_folder(found):
                steps.append(["move", f"{session.path}/{name}", f"{work.record}/{name}"])
    return steps


def _lifted(work: Work, survey: Survey, mason: Mason) -> list[Step]:
    """What a part does to the tombstones: those it carries out go along, others show its files."""
    steps: list[Step] = []
    for stone in sorted(survey.stones):
        stays = hidden_beneath(work.session, survey, stone) - work.deleted
        shown = [p for p in work.copies if p == stone or p.startswith(f"{stone}/")]
        whole = [stone, *beneath(stone, work.deleted)]
        if not stays and (shown or not work.deleted.isdisjoint(whole)):
            steps += mason.lift(stone, f"{work.record}/{layout.DELETED}/{stone}")
        elif stays and shown:
            steps += mason.split(survey, stone, shown, work.deleted)
    return steps


def _takes(work: Work) -> list[Step]:
    steps: list[Step] = [
        ["take", item.path, work.kept_taken(item.path), stamp(item.now)]
        for item in work.items
        if item.kind == "deleted" and item.now is not None and not is_folder(item.now)
    ]
    for path, status in sorted(work.obstacles.items()):
        steps.append(["take", path, f"{work.record}/{_IN_THE_WAY}/{path}", stamp(status)])
    return steps


def _places(work: Work) -> list[Step]:
    steps: list[Step] = []
    for item in work.items:
        if item.copy is None or item.state == "identical":
            continue
        status = work.session.folder.stat(staged(item))
        if status is None:
            raise StalePreview
        kept, new = work.kept(item.path), stamp(status)
        if item.now is None or is_folder(item.now):
            steps.append(["put", kept, item.path, new])
        else:
            steps.append(["swap", kept, item.path, stamp(item.now), new])
    return steps


def _emptied(work: Work, survey: Survey) -> list[str]:
    """The folders of global that a deleted folder takes along, innermost first."""
    root = work.session.root.folder
    gone: list[str] = []
    for stone in survey.stones:
        if not is_folder(root.stat(stone)):
            continue
        folders = [*reversed(list(root.folders(stone))), stone]
        if not work.whole and hidden_beneath(work.session, survey, stone) - work.deleted:
            gives_way = work.copies.intersection
            folders = [
                f for f in folders if any(beneath(f, work.deleted)) or gives_way([f, *parents(f)])
            ]
        staying = {path for path, _ in root.walk(stone)} - work.deleted
        needed = {above for path in staying for above in parents(path)}
        gone += [f for f in folders if f not in needed]
    return gone


def _missing_folders(work: Work, emptied: set[str]) -> list[str]:
    """The folders that global must get, outermost first: above new files, and empty new ones."""
    session = work.session
    wanted = {a for path in work.copies for a in parents(path)}
    if work.whole:
        ways = Ways(session.root.folder)
        empty = {p[len(layout.FILES) + 1 :] for p in session.folder.folders(layout.FILES)} - wanted
        wanted |= {path for path in empty if _has_room(work, ways, path)}
    there = session.root.folder
    return [p for p in sorted(wanted) if p in emptied or not is_folder(there.stat(p))]


def _has_room(work: Work, ways: Ways, path: str) -> bool:
    """Whether an empty folder can come into global: nobody put a document in its place."""
    gone = work.deleted | set(work.obstacles)
    status = work.session.root.folder.stat(path)
    blocked = ways.obstacle(path) or (path if status and not is_folder(status) else None)
    return blocked is None or blocked in gone
