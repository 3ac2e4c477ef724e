"""Commit: from a session's copies to the book, as one journalled operation.

Everything is prepared and flushed first. Then the copies are gathered into the folder that will
keep what they replace, and each changes places with its target in one exchange: what lies in
``replaced/`` afterwards is what global held.
"""

from __future__ import annotations

import stat as modes
import time
from typing import TYPE_CHECKING

from redraft.disk import calls
from redraft.disk.copying import write_file
from redraft.disk.durable import flush_files
from redraft.domain import layout
from redraft.domain.changes import Survey
from redraft.domain.journal import Journal, run
from redraft.domain.plan import Item, Plan, merged_text, plan
from redraft.domain.session import read_metadata, write_metadata
from redraft.domain.steps import stamp
from redraft.domain.trash import dated
from redraft.errors import Conflict, NothingToCommit, RedraftError, StalePreview, UnsupportedFile

if TYPE_CHECKING:
    from redraft.domain.progress import Progress
    from redraft.domain.session import Session
    from redraft.domain.steps import Step

_MERGED = f"{layout.TMP}/merged"


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

    def __init__(self, session: Session, items: list[Item], skipped: list[str], *, whole: bool):
        self.session = session
        self.items = items
        self.skipped = skipped
        self.whole = whole
        self.archive = dated(session.root, layout.COMPLETED, session.name)
        # A whole session becomes its own record; a part gets a folder of its own at once.
        self.record = session.path if whole else self.archive
        self._copies = {item.path for item in items if item.copy is not None}
        self._folders = {a for path in self._copies for a in _above(path)}

    def kept(self, path: str) -> str:
        """Where what global held at a path is kept."""
        return f"{self.record}/{layout.REPLACED}/{path}"

    def kept_deleted(self, path: str) -> str:
        """The same for a deletion; beside ``replaced/`` where a new document took the name."""
        clash = path in self._folders or any(a in self._copies for a in _above(path))
        return f"{self.record}/removed/{path}" if clash else self.kept(path)


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


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
        _check_kinds(work.items)
        moment = time.time_ns()
        _stage(work, moment, progress)
        archive = _retries_archive(session) if work.whole and found.retry_count else None
        steps = _steps(work, found.survey, archive)
        info = {"whole": work.whole, "archive": work.archive, "retries_archive": archive}
        journal = Journal("commit", session.name, steps, work.record, info)
        progress.check()
        run(root, lock, session.path, journal)
        session.folder.remove_tree(_MERGED)
        if work.whole:
            _note_end(work)
    return Outcome(work, archive)


def _select(session: Session, found: Plan, on_conflict: str) -> _Work:
    conflicts = found.conflicts()
    if conflicts and on_conflict == "stop":
        raise Conflict(conflicts)
    skipped = conflicts if on_conflict == "skip" else []
    items = [item for item in found.items if item.path not in set(skipped)]
    if not items:
        raise Conflict(skipped)
    everything = {item.path for item in found.items} >= {p for p, _ in found.survey.paths()}
    return _Work(session, items, skipped, whole=everything and not skipped)


def _check_kinds(items: list[Item]) -> None:
    for item in items:
        for side in (item.copy, item.now):
            if side is None or modes.S_ISREG(side.st_mode):
                continue
            if side is item.now and item.state == "clean":
                continue  # a deleted link, or a deleted folder that makes room
            raise UnsupportedFile(item.path, "is a link, folder or device on one of its sides")


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
    merged = [f"{_MERGED}/{i.path}" for i in copies if i.state == "merges"]
    plain = [f"{layout.FILES}/{i.path}" for i in copies if i.state not in ("merges", "identical")]
    flush_files(session.folder, [*plain, *merged])
    for name in [*plain, *merged]:
        folder, last = session.folder.parent(name)
        with folder:
            calls.utime(folder.handle, folder.at(last), moment)


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


def _steps(work: _Work, survey: Survey, retries_archive: str | None) -> list[Step]:
    session = work.session
    steps = _gather(work)
    takes, places = _takes(work), _places(work)
    steps += takes
    steps += [["rmdir", f] for f in _emptied(work, survey)]
    steps += [["mkdir", f] for f in _missing_folders(work)]
    steps += places
    touched = {str(s[1 if s[0] == "take" else 2]).rpartition("/")[0] for s in (*takes, *places)}
    touched |= {str(s[2 if s[0] == "take" else 1]).rpartition("/")[0] for s in (*takes, *places)}
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
            for side in (layout.BASE, layout.DELETED):
                name = f"{side}/{item.path}"
                found = session.folder.stat(name)
                if found is not None and not modes.S_ISDIR(found.st_mode):
                    place = f"{work.record}/{name}"
                    steps.append(["move", f"{session.path}/{name}", place])
    return steps


def _takes(work: _Work) -> list[Step]:
    return [
        ["take", item.path, work.kept_deleted(item.path), stamp(item.now)]
        for item in work.items
        if item.kind == "deleted" and item.now is not None
    ]


def _places(work: _Work) -> list[Step]:
    steps: list[Step] = []
    folder = work.session.folder
    for item in work.items:
        if item.copy is None or item.state == "identical":
            continue
        merged = item.state == "merges"
        status = folder.stat(f"{_MERGED if merged else layout.FILES}/{item.path}")
        if status is None:
            raise StalePreview
        kept, new = work.kept(item.path), stamp(status)
        if item.now is None or modes.S_ISDIR(item.now.st_mode):
            steps.append(["put", kept, item.path, new])
        else:
            steps.append(["swap", kept, item.path, stamp(item.now), new])
    return steps


def _emptied(work: _Work, survey: Survey) -> list[str]:
    """The folders of global that a deleted folder takes along, innermost first."""
    root = work.session.root.folder
    gone: list[str] = []
    deleted = {item.path for item in work.items if item.kind == "deleted"}
    for stone in survey.stones:
        status = root.stat(stone)
        if status is None or not modes.S_ISDIR(status.st_mode):
            continue
        if not work.whole and not any(path.startswith(f"{stone}/") for path in deleted):
            continue
        gone += [*reversed(list(root.folders(stone))), stone]
    return gone


def _missing_folders(work: _Work) -> list[str]:
    """The folders that global must get, outermost first: above new files, and empty new ones."""
    session = work.session
    wanted = {a for item in work.items if item.copy is not None for a in _above(item.path)}
    if work.whole:
        wanted |= {p[len(layout.FILES) + 1 :] for p in session.folder.folders(layout.FILES)}
    missing = []
    for path in sorted(wanted):
        status = session.root.folder.stat(path)
        if status is None or not modes.S_ISDIR(status.st_mode):
            missing.append(path)
    return missing


def _note_end(work: _Work) -> None:
    """Write into the archived metadata that the session is over; informational."""
    try:
        with work.session.root.folder.sub(work.archive) as folder:
            metadata = read_metadata(folder, work.session.name)
            metadata["status"] = "completed"
            write_metadata(folder, metadata, flush=False)
    except (OSError, RedraftError):
        return  # the commit itself is done and recorded


