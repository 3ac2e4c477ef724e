"""Commit: from a session's copies to the book, as one journalled operation.

Everything is prepared and flushed first. Then the copies are gathered into the folder that will
keep what they replace, and each changes places with its target in one exchange: what lies in
``replaced/`` afterwards is what global held.
"""

from __future__ import annotations

import stat as modes
import time
from typing import TYPE_CHECKING

from redraft.disk.copying import write_file
from redraft.disk.durable import flush_files, make_alone, set_times
from redraft.disk.paths import refuse_protected
from redraft.domain import layout
from redraft.domain.afterwards import Afterwards
from redraft.domain.changes import beneath
from redraft.domain.commit_work import MERGED, Work, info, is_folder, staged, steps_of
from redraft.domain.editing import prune_shown
from redraft.domain.journal import Journal, run
from redraft.domain.plan import Item, Plan, merged_text, parents, plan
from redraft.domain.session import read_metadata, write_metadata
from redraft.domain.tombstones import Mason
from redraft.domain.trash import dated
from redraft.errors import Conflict, NothingToCommit, RedraftError, StalePreview, UnsupportedFile

if TYPE_CHECKING:
    from redraft.domain.progress import Progress
    from redraft.domain.session import Session


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

    def __init__(self, work: Work, retries_archive: str | None) -> None:
        self.items = work.items
        self.merged = [item.path for item in work.items if item.state == "merges"]
        self.skipped = work.skipped
        self.archive = work.archive
        self.retries_archive = retries_archive
        self.closed = work.whole

    def paths(self, kind: str) -> list[str]:
        """The applied paths of one kind."""
        return [item.path for item in self.items if item.kind == kind]


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
        steps = steps_of(work, found.survey, mason, archive)
        facts = info(work, found.survey, archive)
        journal = Journal("commit", session.name, steps, work.record, facts)
        progress.settle()
        run(root, lock, session.path, journal)
        with Afterwards(root, lock):
            session.folder.remove_tree(MERGED)
            mason.clean()
            if work.whole:
                _note_end(work)
            else:
                for path in work.copies:
                    prune_shown(session, path)
    return Outcome(work, archive)


def _select(session: Session, found: Plan, on_conflict: str) -> Work:
    conflicts = found.conflicts()
    if conflicts and on_conflict == "stop":
        raise Conflict(conflicts)
    skipped = _skipped(found, conflicts) if on_conflict == "skip" else []
    items = [item for item in found.items if item.path not in set(skipped)]
    if not items:
        raise Conflict(skipped)
    _check_kinds(items)
    everything = {item.path for item in found.items} >= {p for p, _ in found.survey.paths()}
    return Work(session, items, skipped, whole=everything and not skipped)


def _skipped(found: Plan, conflicts: list[str]) -> list[str]:
    """The conflicts, and the new documents that need the place of a file that so stays."""
    staying = {i.path for i in found.items if i.path in set(conflicts) and i.kind == "deleted"}
    skipped = set(conflicts)
    for item in found.items:
        if item.copy is not None:
            waits = not staying.isdisjoint(parents(item.path))
            if waits or (is_folder(item.now) and any(beneath(item.path, staying))):
                skipped.add(item.path)
    return sorted(skipped)


def _check_kinds(items: list[Item]) -> None:
    for item in items:
        refuse_protected(item.path)
        is_link = item.now is not None and modes.S_ISLNK(item.now.st_mode)
        if item.copy is not None and not modes.S_ISREG(item.copy.st_mode):
            raise UnsupportedFile(item.path, "is a link, pipe or device in the session")
        if item.now is None or modes.S_ISREG(item.now.st_mode) or is_folder(item.now):
            continue
        if not (is_link and item.state == "clean"):  # the very link that the session replaced
            raise UnsupportedFile(item.path, "is a link, pipe or device in the folder")


# Preparing --------------------------------------------------------------------------------------


def _stage(work: Work, moment: int, progress: Progress) -> None:
    """Bring every new version onto the disk, with the commit's time."""
    session = work.session
    session.folder.remove_tree(MERGED)
    copies = [i for i in work.items if i.copy is not None]
    for number, item in enumerate(copies):
        progress.check()
        progress.report(number, len(copies), item.path)
        if item.state == "merges":
            _stage_merged(session, item)
        elif item.copy is not None and item.copy.st_nlink > 1:
            # Its time is about to be set, and its other name may be of a file out of the root.
            make_alone(session.folder, staged(item), via=f"{layout.TMP}/alone")
    ready = [(staged(item), item) for item in copies if item.state != "identical"]
    set_times(session.folder, ((name, _time_of(item, moment)) for name, item in ready))
    flush_files(session.folder, [name for name, _ in ready])  # with the times, which tell them


def _time_of(item: Item, moment: int) -> int:
    # A clock that was set back, or a file from the future: its time still goes forward.
    return moment if item.now is None else max(moment, item.now.st_mtime_ns + 1000)


def _stage_merged(session: Session, item: Item) -> None:
    text = merged_text(session, item.path)
    if text is None or item.now is None:
        raise Conflict([item.path])
    mode = item.now.st_mode & 0o7777
    write_file(session.folder, f"{MERGED}/{item.path}", (text,), mode=mode, flush=False)


def _retries_archive(session: Session) -> str:
    plain = f"{layout.RETRIES_ARCHIVE}/{session.name}"
    if session.root.folder.stat(plain) is None:
        return plain
    return dated(session.root, layout.RETRIES_ARCHIVE, session.name)


def _note_end(work: Work) -> None:
    """Write into the archived metadata that the session is over; informational."""
    try:
        with work.session.root.folder.sub(work.archive) as folder:
            metadata = read_metadata(folder, work.session.name)
            metadata["status"] = "completed"
            write_metadata(folder, metadata, flush=False)
    except (OSError, RedraftError):
        return  # the commit itself is done and recorded
