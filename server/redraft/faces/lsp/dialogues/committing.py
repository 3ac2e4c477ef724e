"""Committing: what would happen, a question, the deed, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from redraft.errors import NothingToCommit, StalePreview
from redraft.faces.lsp.dialogues import comparing, ending, merging

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from redraft.commands.results import Commit, Preview, PreviewFile
    from redraft.faces.lsp.dialogues.desk import Desk


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is committed: a session, or some of its documents."""

    session: str
    paths: list[str] | None


async def commit(desk: Desk) -> None:
    """Commit the session, after showing what that does."""
    await _commit(desk, None)


async def commit_documents(desk: Desk) -> None:
    """Commit some documents of the session, after showing what that does."""
    await _commit(desk, desk.documents())


async def _commit(desk: Desk, paths: list[str] | None) -> None:
    scope = _Scope(await desk.name(), paths)
    await desk.settle(scope.session)
    try:
        preview = await _preview(desk, scope)
    except NothingToCommit:
        desk.person.tell(desk.say("Session {0} has nothing to commit.", scope.session))
        return
    await _ask(desk, scope, preview)


async def _preview(desk: Desk, scope: _Scope) -> Preview:
    preview: Preview = await desk.call("session.commit", paths=scope.paths)
    return preview


async def _ask(desk: Desk, scope: _Scope, preview: Preview, note: str = "") -> None:
    say = desk.say
    if any(each.state == "conflict" for each in preview.files):
        await _ask_about_conflicts(desk, scope, preview, note)
        return
    now, show = say("Commit"), say("Show Differences")
    documents = say.documents(len(preview.files))
    choice = await desk.person.choose(
        say("Commit {0} of session {1}?", documents, desk.title(scope.session)),
        now,
        show,
        detail=note + _detail(desk, preview, whole=scope.paths is None),
    )
    if choice == show:
        await _show(desk, scope, preview, documents)
    else:
        await _execute(desk, scope, preview)


def _detail(desk: Desk, preview: Preview, *, whole: bool) -> str:
    say = desk.say
    lines = say.lines([_line(desk, each) for each in preview.files])
    count = preview.retry_count if whole else 0
    if count == 1:
        return f"{lines}\n\n{say('1 retry will be archived.')}"
    return f"{lines}\n\n{say('{0} retries will be archived.', count)}" if count else lines


def _line(desk: Desk, each: PreviewFile) -> str:
    say, size = desk.say, desk.say.size(each.bytes)
    what = {
        "modified": say("Modified: {0} ({1})", each.path, size),
        "created": say("New: {0} ({1})", each.path, size),
        "deleted": say("Deleted: {0}", each.path),
    }[each.kind]
    state = {
        "clean": "",
        "merges": say("merges with changes in the folder"),
        "conflict": say("conflicts with changes in the folder"),
        "identical": say("the folder holds the same already"),
    }[each.state]
    return say("{0}, {1}", what, state) if state else what


async def _show(desk: Desk, scope: _Scope, preview: Preview, documents: str) -> None:
    say = desk.say
    title = say("Commit of Session {0}", scope.session)
    kinds = [(each.path, each.kind) for each in preview.files]
    await comparing.show_all(desk, scope.session, title, kinds)
    now, later = say("Commit"), say("Not Now")
    asked = say("Commit {0} of session {1} as shown?", documents, desk.title(scope.session))
    if await desk.person.choose(asked, now, later, modal=False) == now:
        await desk.settle(scope.session)
        await desk.person.do("_redraft.closeDifferences", title)
        await _execute(desk, scope, preview)


async def _ask_about_conflicts(desk: Desk, scope: _Scope, preview: Preview, note: str) -> None:
    say = desk.say
    conflicts = [each for each in preview.files if each.state == "conflict"]
    texts = await merging.mergeable(desk, scope.session, conflicts)
    resolve, keep = say("Resolve in Merge Editor"), say("Keep Session's Version")
    leave = say("Leave Them Out")
    buttons = [*([resolve] if texts else []), keep]
    if len(conflicts) < len(preview.files):
        buttons.append(leave)
    message = (
        say("1 document conflicts with changes in the folder.")
        if len(conflicts) == 1
        else say("{0} documents conflict with changes in the folder.", len(conflicts))
    )
    detail = note + _conflicts(desk, conflicts, texts)
    choice = await desk.person.choose(message, *buttons, severity="warning", detail=detail)
    if choice == resolve:
        await merging.merge(desk, scope.session, texts)
        await _go_on(desk, scope, preview, texts)
    else:
        on_conflict = "overwrite" if choice == keep else "skip"
        await _execute(desk, scope, preview, on_conflict)


def _conflicts(desk: Desk, conflicts: Sequence[PreviewFile], texts: Collection[str]) -> str:
    say = desk.say
    lines = [
        each.path
        if each.path in texts
        else say("{0} (no text on both sides: it cannot be merged)", each.path)
        for each in conflicts
    ]
    end = say(
        "Keeping the session's version replaces the folder's changes. The commit can be undone."
    )
    return f"{say.lines(lines)}\n\n{end}"


async def _go_on(desk: Desk, scope: _Scope, confirmed: Preview, solved: Sequence[str]) -> None:
    """Commit what was confirmed, now that its conflicts are solved; else ask about it again."""
    if scope.paths is not None:
        # What became equal to the folder's version by merging is no change any more.
        changes = (await desk.call("session.status")).changes
        left = {*changes.modified, *changes.created, *changes.deleted}
        scope = replace(scope, paths=[path for path in scope.paths if path in left])
        if not scope.paths:
            return
    try:
        preview = await _preview(desk, scope)
    except NothingToCommit:
        desk.person.tell(desk.say("Session {0} has nothing to commit.", scope.session))
        return
    if is_solved(confirmed, preview, set(solved)):
        await _execute(desk, scope, preview)
    else:
        await _ask(desk, scope, preview, _changed_meanwhile(desk))


def is_solved(confirmed: Preview, now: Preview, solved: Collection[str]) -> bool:
    """Whether a commit would do what was confirmed, now that these conflicts are solved."""
    before, rest = (
        [each for each in preview.files if each.path not in solved] for preview in (confirmed, now)
    )
    done = [each.state in ("clean", "identical") for each in now.files if each.path in solved]
    return before == rest and all(done)


def _changed_meanwhile(desk: Desk) -> str:
    return desk.say("Something changed meanwhile. This is how it is now:") + "\n\n"


async def _execute(desk: Desk, scope: _Scope, preview: Preview, on_conflict: str = "stop") -> None:
    say, session = desk.say, scope.session
    try:
        done: Commit = await desk.call(
            "session.commit",
            title=say("Committing session {0}", session),
            force=True,
            paths=scope.paths,
            preview=preview.preview,
            on_conflict=on_conflict,
        )
    except StalePreview:
        await _ask(desk, scope, await _preview(desk, scope), _changed_meanwhile(desk))
        return
    desk.person.tell(_told(desk, session, done), {say("Undo"): desk.then(ending.undo_now)})


def _told(desk: Desk, session: str, done: Commit) -> str:
    say = desk.say
    count = len(done.modified) + len(done.created) + len(done.deleted)
    told = [say("Committed {0} of session {1}.", say.documents(count), session)]
    if done.merged:
        told.append(say("Merged with the folder's changes: {0}.", ", ".join(done.merged)))
    if done.skipped:
        told.append(say("Left out, and still in the session: {0}.", ", ".join(done.skipped)))
    return " ".join(told)
