"""Commit: from a session's copies to the book, as one journalled operation.

Everything is prepared and flushed first. Then the copies are gathered into the folder that will
keep what they replace, and each changes places with its target in one exchange: what lies in
``replaced/`` afterwards is what global held.
"""

from __future__ import annotations

import stat as modes
import time
from typing import TYPE_CHECKING, Any

from redraft.disk import calls
from redraft.disk.copying import write_file
from redraft.disk.durable import flush_files
from redraft.disk.paths import refuse_protected
from redraft.domain import layout
from redraft.domain.changes import Survey, beneath
from redraft.domain.editing import prune_shown
from redraft.domain.journal import Journal, run
from redraft.domain.plan import Item, Plan, Ways, merged_text, parents, plan
from redraft.domain.session import read_metadata, write_metadata
from redraft.domain.steps import stamp
from redraft.domain.tombstones import Mason, hidden_beneath
from redraft.domain.trash import dated
from redraft.errors import Conflict, NothingToCommit, RedraftError, StalePreview, UnsupportedFile

if TYPE_CHECKING:
    import os

    from redraft.domain.progress import Progress
    from redraft.domain.session import Session
    from redraft.domain.steps import Step

_MERGED = f"{layout.TMP}/merged"
# In the record, beside ``replaced/``: what was taken away where a new document took the name, and
# what stood in the way of one where a conflict was overwritten.
_REMOVED = "removed"
_IN_THE_WAY = "in-the-way"


class Outcome:
    """What a commit did.

    Attributes:
        items: the files that it applied.
        merged: of these, the paths that were merged.
        skipped: the paths that stay in the session because they conflict.
        archive: the undo record's folder, relative to the root.
        retries_archive: where the retries went, or None.
        closed: whether the session is over.
    """

    def __init__(self, work: _Work, retries_archive: str | None) -> None:
        self.items = work.items
        self.merged = [item.path for item in work.items if item.state == "merges"]
        self.skipped = work.skipped
        self.archive = work.archive
        self.retries_archive = retries_archive
        self.closed = work.whole

    def paths(self, kind: str) -> list[str]:
        """The applied paths of one kind."""
        return [item.path for item in self.items if item.kind == kind]


class _Work:
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


def _obstacles(work: _Work) -> list[str]:
    """What a conflict that is overwritten takes away because it is in the way of a new document.

    Raises:
        UnsupportedFile: a link, which is never followed and never replaced by what it leads to.
    """
    root, found = work.session.root.folder, set()
    ways = Ways(root)
    for item in work.items:
        if item.copy is None:
            continue
        blocked = ways.obstacle(item.path)
        if blocked is None and item.state == "conflict" and _is_folder(item.now):
            blocked = item.path
        if blocked is not None and blocked not in work.deleted:
            status = root.stat(blocked)
            if status is None or not (modes.S_ISREG(status.st_mode) or _is_folder(status)):
                raise UnsupportedFile(blocked, "is a link or device in the way of a document")
            found.add(blocked)
    return sorted(found)


def _is_folder(status: os.stat_result | None) -> bool:
    return status is not None and modes.S_ISDIR(status.st_mode)


def preview(session: Session, paths: list[str] | None, progress: Progress) -> Plan:
    """Say what a commit would do, changing nothing.

    Raises:
        NothingToCommit: the session changed nothing.
        FileNotFound: a given path has no change.
    """
    found = plan(session, paths, progress)
    if not found.items:
        raise NothingToCommit(session.name)
    return found


def execute(
    session: Session,
    *,
    paths: list[str] | None,
    token: str | None,
    on_conflict: str,
    progress: Progress,
) -> Outcome:
    """Commit the session (or the given paths); all of it or nothing.

    Args:
        session: the open session.
        paths: canonical paths (files or folders) to commit, or None for everything.
        token: the preview that the caller saw; refused if the state is another by now.
        on_conflict: ``stop``, ``overwrite`` (the session's version wins) or ``skip``.
        progress: told about each file; may stop the commit until the journal is written.

    Raises:
        NothingToCommit, StalePreview, Conflict, UnsupportedFile, OSError: nothing has changed.
    """
    root = session.root
    with root.hold("commit", session.name) as lock:
        session.check_there()
        session.check_sound()
        found = preview(session, paths, progress)
        if token is not None and token != found.token():
            raise StalePreview
        work = _select(session, found, on_conflict)
        moment = time.time_ns()
        _stage(work, moment, progress)
        archive = _retries_archive(session) if work.whole and found.retry_count else None
        mason = Mason(session)
        steps = _steps(work, found.survey, mason, archive)
        info = _info(work, found.survey, archive)
        journal = Journal("commit", session.name, steps, work.record, info)
        progress.check()
        run(root, lock, session.path, journal)
        session.folder.remove_tree(_MERGED)
        mason.clean()
        if work.whole:
            _note_end(work)
        else:
            for path in work.copies:
                prune_shown(session, path)
    return Outcome(work, archive)


def _info(work: _Work, survey: Survey, retries_archive: str | None) -> dict[str, Any]:
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


def _taken_folders(work: _Work) -> list[str]:
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


def _select(session: Session, found: Plan, on_conflict: str) -> _Work:
    conflicts = found.conflicts()
    if conflicts and on_conflict == "stop":
        raise Conflict(conflicts)
    skipped = _skipped(found, conflicts) if on_conflict == "skip" else []
    items = [item for item in found.items if item.path not in set(skipped)]
    if not items:
        raise Conflict(skipped)
    _check_kinds(items)
    everything = {item.path for item in found.items} >= {p for p, _ in found.survey.paths()}
    return _Work(session, items, skipped, whole=everything and not skipped)


def _skipped(found: Plan, conflicts: list[str]) -> list[str]:
    """The conflicts, and the new documents that need the place of a file that so stays."""
    staying = {i.path for i in found.items if i.path in set(conflicts) and i.kind == "deleted"}
    skipped = set(conflicts)
    for item in found.items:
        if item.copy is not None:
            waits = not staying.isdisjoint(parents(item.path))
            if waits or (_is_folder(item.now) and any(beneath(item.path, staying))):
                skipped.add(item.path)
    return sorted(skipped)


def _check_kinds(items: list[Item]) -> None:
    for item in items:
        refuse_protected(item.path)
        is_link = item.now is not None and modes.S_ISLNK(item.now.st_mode)
        if item.copy is not None and not modes.S_ISREG(item.copy.st_mode):
            raise UnsupportedFile(item.path, "is a link, pipe or device in the session")
        if item.now is None or modes.S_ISREG(item.now.st_mode) or _is_folder(item.now):
            continue
        if not (is_link and item.state == "clean"):  # the very link that the session replaced
            raise UnsupportedFile(item.path, "is a link, pipe or device in the folder")


# Preparing --------------------------------------------------------------------------------------


def _stage(work: _Work, moment: int, progress: Progress) -> None:
    """Bring every new version onto the disk, with the commit's time."""
    session = work.session
    session.folder.remove_tree(_MERGED)
    copies = [i for i in work.items if i.copy is not None]
    for number, item in enumerate(copies):
        progress.check()
        progress.report(number, len(copies), item.path)
        if item.state == "merges":
            _stage_merged(session, item)
    staged = [(_staged(item), item) for item in copies if item.state != "identical"]
    flush_files(session.folder, [name for name, _ in staged])
    for name, item in staged:
        folder, last = session.folder.parent(name)
        with folder:
            calls.utime(folder.handle, folder.at(last), _time_of(item, moment))


def _staged(item: Item) -> str:
    """Where an item's new version lies before the commit, in the session's folder."""
    return f"{_MERGED if item.state == 'merges' else layout.FILES}/{item.path}"


def _time_of(item: Item, moment: int) -> int:
    # A clock that was set back, or a file from the future: its time still goes forward.
    return moment if item.now is None else max(moment, item.now.st_mtime_ns + 1000)


def _stage_merged(session: Session, item: Item) -> None:
    text = merged_text(session, item.path)
    if text is None or item.now is None:
        raise Conflict([item.path])
    mode = item.now.st_mode & 0o7777
    write_file(session.folder, f"{_MERGED}/{item.path}", (text,), mode=mode, flush=False)


def _retries_archive(session: Session) -> str:
    plain = f"{layout.RETRIES_ARCHIVE}/{session.name}"
    if session.root.folder.stat(plain) is None:
        return plain
    return dated(session.root, layout.RETRIES_ARCHIVE, session.name)


# The steps --------------------------------------------------------------------------------------


def _steps(work: _Work, survey: Survey, mason: Mason, retries_archive: str | None) -> list[Step]:
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
    steps.append(["unmark", session.name])
    steps.append(["move", session.path, work.archive])
    ends = [layout.WORKFLOW, layout.COMPLETED]
    steps.append(["flush", [*ends, layout.RETRIES_ARCHIVE] if retries_archive else ends])
    return steps


def _gather(work: _Work) -> list[Step]:
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
            steps.append(["move", f"{session.path}/{_MERGED}/{item.path}", work.kept(item.path)])
        elif item.copy is not None and not work.whole:
            steps.append(["move", f"{files}/{item.path}", work.kept(item.path)])
        if not work.whole:
            name = f"{layout.BASE}/{item.path}"
            found = session.folder.stat(name)
            if found is not None and not _is_folder(found):
                steps.append(["move", f"{session.path}/{name}", f"{work.record}/{name}"])
    return steps


def _lifted(work: _Work, survey: Survey, mason: Mason) -> list[Step]:
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


def _takes(work: _Work) -> list[Step]:
    steps: list[Step] = [
        ["take", item.path, work.kept_taken(item.path), stamp(item.now)]
        for item in work.items
        if item.kind == "deleted" and item.now is not None and not _is_folder(item.now)
    ]
    for path in work.obstacles:
        status = work.session.root.folder.stat(path)
        if status is not None:
            steps.append(["take", path, f"{work.record}/{_IN_THE_WAY}/{path}", stamp(status)])
    return steps


def _places(work: _Work) -> list[Step]:
    steps: list[Step] = []
    for item in work.items:
        if item.copy is None or item.state == "identical":
            continue
        status = work.session.folder.stat(_staged(item))
        if status is None:
            raise StalePreview
        kept, new = work.kept(item.path), stamp(status)
        if item.now is None or _is_folder(item.now):
            steps.append(["put", kept, item.path, new])
        else:
            steps.append(["swap", kept, item.path, stamp(item.now), new])
    return steps


def _emptied(work: _Work, survey: Survey) -> list[str]:
    """The folders of global that a deleted folder takes along, innermost first."""
    root = work.session.root.folder
    gone: list[str] = []
    for stone in survey.stones:
        if not _is_folder(root.stat(stone)):
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


def _missing_folders(work: _Work, emptied: set[str]) -> list[str]:
    """The folders that global must get, outermost first: above new files, and empty new ones."""
    session = work.session
    wanted = {a for path in work.copies for a in parents(path)}
    if work.whole:
        ways = Ways(session.root.folder)
        empty = {p[len(layout.FILES) + 1 :] for p in session.folder.folders(layout.FILES)} - wanted
        wanted |= {path for path in empty if _has_room(work, ways, path)}
    there = session.root.folder
    return [p for p in sorted(wanted) if p in emptied or not _is_folder(there.stat(p))]


def _has_room(work: _Work, ways: Ways, path: str) -> bool:
    """Whether an empty folder can come into global: nobody put a document in its place."""
    gone = work.deleted | set(work.obstacles)
    status = work.session.root.folder.stat(path)
    blocked = ways.obstacle(path) or (path if status and not _is_folder(status) else None)
    return blocked is None or blocked in gone


def _note_end(work: _Work) -> None:
    """Write into the archived metadata that the session is over; informational."""
    try:
        with work.session.root.folder.sub(work.archive) as folder:
            metadata = read_metadata(folder, work.session.name)
            metadata["status"] = "completed"
            write_metadata(folder, metadata, flush=False)
    except (OSError, RedraftError):
        return  # the commit itself is done and recorded


