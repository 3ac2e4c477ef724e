"""Handlers of the session commands: each translates, calls the domain once, and answers."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from redraft.commands import finding, overview, results
from redraft.domain import (
    adopting,
    checkpoints,
    commit,
    discarding,
    healing,
    layout,
    lifecycle,
    marker,
    migration,
    taking_back,
    undo,
)
from redraft.domain.difference import MAX_DIFF_BYTES, not_compared, unified
from redraft.domain.plan import Item, Plan, plan
from redraft.domain.session import Session, chosen
from redraft.domain.view import View
from redraft.errors import InvalidArguments

if TYPE_CHECKING:
    from redraft.commands import requests
    from redraft.domain.progress import Progress
    from redraft.domain.root import Root


def start(root: Root, request: requests.StartSession, _: Progress) -> results.Session:
    """Start a session, or give the temporary one a name."""
    _check_one_name(request)
    if request.from_temporary:
        lifecycle.name_temporary(root, request.name, request.description, request.type)
    else:
        lifecycle.start(root, request.name, request.description, request.type)
    with Session.open(root, request.name) as session:
        return overview.full(session, session.name)


def _check_one_name(request: requests.StartSession | requests.SwitchSession) -> None:
    """Where ``name`` is no alias, the default ``session`` may only say the same."""
    if request.session is not None and request.session != request.name:
        raise InvalidArguments(["'session' and 'name' name different sessions"])


def list_sessions(root: Root, request: requests.ListSessions, _: Progress) -> results.SessionList:
    """List the sessions, and the ended ones if asked."""
    active, rows = overview.rows(root)
    if request.completed:
        rows += overview.ended(root, layout.COMPLETED, "COMPLETED")
    if request.trash:
        rows += overview.ended(root, layout.TRASH, "INACTIVE")
    return results.SessionList(root=root.path, session=active, active=active, sessions=rows)


def status(root: Root, request: requests.SessionRequest, _: Progress) -> results.Session:
    """Say all about a session."""
    with chosen(root, request.session) as session:
        overview.heal_if_interrupted(root, session.folder, session.name)
        session.check_there()
        return overview.full(session, marker.active(root))


def switch(root: Root, request: requests.SwitchSession, _: Progress) -> results.Switched:
    """Make another session the active one."""
    _check_one_name(request)
    previous = lifecycle.switch(root, request.name)
    with Session.open(root, request.name) as session:
        return results.Switched(
            root=root.path, previous=previous, session=overview.full(session, session.name)
        )


def pause(root: Root, request: requests.SessionRequest, _: Progress) -> results.Session:
    """Leave a session without ending it."""
    with chosen(root, request.session) as session:
        lifecycle.pause(session)
        return overview.full(session, None)


def resume(root: Root, request: requests.SessionRequest, _: Progress) -> results.ResumedSession:
    """Take a session up again."""
    name = lifecycle.paused_last(root) if request.session is None else request.session
    with lifecycle.opened_again(root, name) as session:
        point = lifecycle.resume(session)
        account = overview.account(session, session.name)
        return results.ResumedSession(
            **account,
            resume=results.ResumePoint(**point | {"handover": account["handover"]}),  # type: ignore[arg-type]  # made whole on reading
        )


def commit_session(
    root: Root, request: requests.CommitSession, progress: Progress
) -> results.Preview | results.Commit:
    """Preview a commit, or execute it."""
    with chosen(root, request.session) as session:
        overview.heal_if_interrupted(root, session.folder, session.name)
        session.check_there()
        paths = _canonical(session, request.paths)
        if not request.force:
            return _preview(session, commit.preview(session, paths, progress))
        done = commit.execute(
            session,
            paths=paths,
            token=request.preview,
            on_conflict=request.on_conflict,
            progress=progress,
        )
        return results.Commit(
            root=root.path,
            session=session.name,
            modified=done.paths("modified"),
            created=done.paths("created"),
            deleted=done.paths("deleted"),
            merged=done.merged,
            skipped=done.skipped,
            archive=done.archive,
            retries_archive=done.retries_archive,
            session_closed=done.closed,
        )


def _canonical(session: Session, paths: list[str] | None) -> list[str] | None:
    if paths is None:
        return None
    if not paths:
        raise InvalidArguments(["'paths' is empty; leave it out to commit everything"])
    return finding.changed(View(session.root, session), paths, follow_last=False)


def _preview(session: Session, found: Plan) -> results.Preview:
    files = [
        results.PreviewFile(path=i.path, kind=i.kind, bytes=i.bytes, state=i.state)  # type: ignore[arg-type]  # the plan uses these words only
        for i in found.items
    ]
    return results.Preview(
        root=session.root.path,
        session=session.name,
        files=files,
        retry_count=found.retry_count,
        preview=found.token(),
    )


def cancel(root: Root, request: requests.CancelSession, _: Progress) -> results.Cancelled:
    """Move a session to the trash."""
    with chosen(root, request.session) as session:
        ended = lifecycle.cancel(session, backup_retries=request.backup_retries)
        return results.Cancelled(
            root=root.path,
            session=session.name,
            discarded=overview.changes(ended.survey()),
            retry_count=ended.retry_count,
            retries_archive=ended.retries_archive,
            trash=ended.place or "",
        )


def undo_session(root: Root, request: requests.UndoSession, _: Progress) -> results.Undone:
    """Undo the newest commit, cancel or restore."""
    if request.session is not None:
        layout.check_name(request.session)
    done = undo.undo(root, request.session, dry=request.preview)
    return results.Undone(
        root=root.path,
        session=done.session,
        undone=done.kind,  # type: ignore[arg-type]  # the domain uses these words only
        restored=done.restored,
        kept=[results.KeptFile(path=path, reason=reason) for path, reason in done.kept],
    )


def complete(root: Root, request: requests.CompleteSession, _: Progress) -> results.Completed:
    """End a session without applying it."""
    with chosen(root, request.session) as session:
        ended = lifecycle.complete(session, archive=request.archive)
        return results.Completed(
            root=root.path,
            session=session.name,
            archived_to=ended.place,
            unapplied=overview.changes(ended.survey()),
        )


def set_phase(root: Root, request: requests.SetPhase, _: Progress) -> results.Session:
    """Move a session to another phase."""
    with chosen(root, request.session) as session:
        lifecycle.set_phase(session, request.phase, request.current_tasks, request.artifacts)
        return overview.full(session, marker.active(root))


def take_checkpoint(
    root: Root, request: requests.TakeCheckpoint, _: Progress
) -> results.Checkpoint:
    """Keep the session's state."""
    with chosen(root, request.session) as session:
        return overview.checkpoint(session, checkpoints.take(session, request.label))


def list_checkpoints(
    root: Root, request: requests.SessionRequest, _: Progress
) -> results.CheckpointList:
    """List the kept states."""
    with chosen(root, request.session) as session:
        found = [overview.checkpoint(session, m) for m in checkpoints.list_all(session.folder)]
        return results.CheckpointList(root=root.path, session=session.name, checkpoints=found)


def restore_checkpoint(
    root: Root, request: requests.RestoreCheckpoint, _: Progress
) -> results.Restored:
    """Bring a kept state back."""
    with chosen(root, request.session) as session:
        manifest, replaced, changed = checkpoints.restore(session, request.id)
        return results.Restored(
            root=root.path,
            session=session.name,
            checkpoint=overview.checkpoint(session, manifest),
            replaced_by=overview.checkpoint(session, replaced),
            changed=changed,
        )


def diff(root: Root, request: requests.DiffSession, progress: Progress) -> results.SessionDiff:
    """Unified differences of the session against global."""
    if request.context_lines < 0:
        raise InvalidArguments(["'context_lines' must not be negative"])
    with chosen(root, request.session) as session:
        view = View(root, session)
        wanted = None if request.path is None else finding.changed(view, [request.path])
        items = plan(session, wanted, progress).items
        files = []
        for item in items:
            binary, text = _difference(view, item, request.context_lines)
            files.append(
                results.FileDiff(path=item.path, kind=item.kind, binary=binary, diff=text)  # type: ignore[arg-type]  # the plan uses these words only
            )
        return results.SessionDiff(root=root.path, session=session.name, files=files)


def _difference(view: View, item: Item, context_lines: int) -> tuple[bool, str]:
    """Whether it is binary (or too large to be read for this), and the diff against global."""
    sizes = [None if side is None else side.st_size for side in (item.now, item.copy)]
    regular = all(stat.S_ISREG(side.st_mode) for side in (item.now, item.copy) if side is not None)
    if not regular or max(size or 0 for size in sizes) > MAX_DIFF_BYTES:
        return True, not_compared(item.path, *sizes)
    before = None if item.now is None else view.root.folder.read(item.path)
    after = None if item.copy is None else view.read(item.path)
    return unified(before, after, item.path, context_lines)


def discard(root: Root, request: requests.DiscardChanges, _: Progress) -> results.Discarded:
    """Take single changes out of the session."""
    if not request.paths:
        raise InvalidArguments(["'paths' is empty"])
    with chosen(root, request.session) as session:
        view = View(root, session)
        gone = discarding.discard(view, finding.changed(view, request.paths, follow_last=False))
        return results.Discarded(root=root.path, session=session.name, discarded=gone)


def recover(root: Root, request: requests.SessionRequest, _: Progress) -> results.Recovery:
    """Look a session over and repair what can be repaired."""
    with chosen(root, request.session) as session:
        name = session.name
    kept, waiting = taking_back.finish(root)
    with root.hold("recover", name) as lock:
        found, left = healing.heal_session(root, lock, name)
    found, left = [*kept, *found], [*waiting, *left]
    left += root.take_troubles(told=layout.session_folder(name))
    repaired = root.take_repairs()
    return results.Recovery(root=root.path, session=name, found=found, repaired=repaired, left=left)


def doctor(root: Root, _: requests.Request, __: Progress) -> results.Checkup:
    """Look the whole root over."""
    kept, waiting = taking_back.finish(root)
    checked, found, left = healing.check_up(root)
    found, left = [*kept, *found], [*waiting, *left]
    root.take_troubles()  # all of them are in what is left
    return results.Checkup(
        root=root.path,
        session=marker.active(root),
        checked=checked,
        found=found,
        repaired=root.take_repairs(),
        left=left,
    )


def trash(root: Root, request: requests.EmptyTrash, _: Progress) -> results.Trash:
    """List or empty the trash and the archive."""
    from redraft.domain.emptying import empty, entries

    if request.older_than_days is not None and request.older_than_days < 0:
        raise InvalidArguments(["'older_than_days' must not be negative"])
    found = entries(root, request.older_than_days)
    removed = empty(root, found) if request.force else []
    rows = [
        results.TrashEntry(name=e.name, kind=e.kind, when=e.when, size_bytes=e.size_bytes)
        for e in found
    ]
    return results.Trash(root=root.path, entries=rows, removed=removed)


def migrate(root: Root, _: requests.Request, __: Progress) -> results.Migration:
    """Take over what older systems left."""
    done = migration.migrate(root)
    skipped = [results.SkippedLine(line=line, reason=reason) for line, reason in done.skipped]
    return results.Migration(
        root=root.path,
        session=done.active,
        sessions=done.sessions,
        active=done.active,
        skipped=skipped,
        kept_as=next(iter(done.kept.values()), None),
    )


def adopt(root: Root, request: requests.AdoptChanges, _: Progress) -> results.Adopted:
    """Take edits that went past the session into it."""
    with chosen(root, request.session) as session:
        view = View(root, session)
        paths = None if request.paths is None else finding.adoptable(view, request.paths)
        adopted, restored = adopting.adopt(view, paths)
        return results.Adopted(
            root=root.path, session=session.name, adopted=adopted, restored=restored
        )
