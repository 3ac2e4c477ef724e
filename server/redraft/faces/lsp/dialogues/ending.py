"""Ending a session without a commit, taking back what was done last, and discarding changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.domain import marker

if TYPE_CHECKING:
    from redraft.commands.results import Cancelled, Changes, Completed, Session, Undone
    from redraft.faces.lsp.dialogues.desk import Desk


async def cancel(desk: Desk) -> None:
    """Move the session to the trash, after showing what goes there."""
    say, person = desk.say, desk.person
    name = await desk.name()
    await desk.settle(name)
    session: Session = await desk.call("session.status")
    await person.choose(
        say("Cancel session {0}?", desk.title(name)),
        say("Move to Trash"),
        severity="warning",
        detail=_cancel_detail(desk, session.changes),
        stay=say("Keep Session"),
    )
    cancelled: Cancelled = await desk.call(
        "session.cancel", title=say("Cancelling session {0}", name)
    )
    told = say("Session {0} is cancelled. It lies in the trash.", cancelled.session)
    person.tell(told, {say("Undo"): desk.then(undo_now)})


def _cancel_detail(desk: Desk, changes: Changes) -> str:
    say, held = desk.say, _held(desk, changes)
    if not held:
        return say("It changed nothing. It goes to the trash, and you can undo this.")
    return say(
        "It goes to the trash with {0}. The folder's documents stay as they are. "
        "You can undo this.",
        held,
    )


def _held(desk: Desk, changes: Changes) -> str:
    """``2 changed, 1 new and 3 deleted documents``, without what there is none of."""
    say = desk.say
    modified, created, deleted = map(len, (changes.modified, changes.created, changes.deleted))
    parts = [
        say("{0} changed", modified) if modified else "",
        say("{0} new", created) if created else "",
        say("{0} deleted", deleted) if deleted else "",
    ]
    *first, last = [part for part in parts if part] or [""]
    listed = say("{0} and {1}", ", ".join(first), last) if first else last
    if modified + created + deleted == 1:
        return say("{0} document", listed)
    return listed and say("{0} documents", listed)


async def complete(desk: Desk) -> None:
    """End the session without applying it, after showing what stays unapplied."""
    say, person = desk.say, desk.person
    name = await desk.name()
    await desk.settle(name)
    changes = (await desk.call("session.status")).changes
    unapplied = sorted([*changes.modified, *changes.created, *changes.deleted])
    head = say("These stay unapplied, and are kept with the session:")
    await person.choose(
        say("Complete session {0} without applying it?", desk.title(name)),
        say("Complete Session"),
        severity="warning",
        detail=say.lines([head, *unapplied]) if unapplied else say("It changed nothing."),
        stay=say("Keep Session"),
    )
    done: Completed = await desk.call("session.complete")
    told = say("Session {0} is complete.", name)
    if done.archived_to is not None:
        told = say("Session {0} is complete. It is kept in {1}.", name, done.archived_to)
    person.tell(told)


async def undo(desk: Desk) -> None:
    """Undo what was done last in the folder, or to the session, after asking."""
    say = desk.say
    preview: Undone = await desk.call("session.undo", preview=True)
    name = desk.session = preview.session
    question = {
        "commit": say("Undo the commit of session {0}?", name),
        "cancel": say("Bring the cancelled session {0} back?", name),
        "restore": say("Undo the restored checkpoint of session {0}?", name),
    }[preview.undone]
    left = [say("Stays as it is: {0} ({1})", each.path, each.reason) for each in preview.kept]
    back = [say("Comes back: {0}", path) for path in preview.restored]
    detail = say.lines([*left, *back])
    await desk.person.choose(question, say("Undo"), severity="warning", detail=detail)
    await undo_now(desk)


async def undo_now(desk: Desk) -> None:
    """Undo what was done last to the session."""
    say = desk.say
    undone: Undone = await desk.call("session.undo", title=say("Undoing"))
    name = desk.session = undone.session or ""
    told = {
        "commit": say("Session {0} is back, its commit undone.", name),
        "cancel": say("Session {0} is back.", name),
        "restore": say("Session {0} is as it was before the restore.", name),
    }[undone.undone]
    if undone.kept:
        kept = ", ".join(f"{each.path} ({each.reason})" for each in undone.kept)
        told = say("{0} Left as they are: {1}.", told, kept)
    is_active = await desk.work(lambda: marker.active(desk.root)) == name
    desk.person.tell(told, {} if is_active else {say("Switch to {0}", name): desk.then(_switch)})


async def _switch(desk: Desk) -> None:
    await desk.call("session.switch", name=desk.session)


async def discard(desk: Desk) -> None:
    """Take changes out of the session, after asking: in the corner for one, else in a dialog."""
    say, paths = desk.say, desk.documents()
    name = await desk.name()
    button = say("Discard Changes")
    if len(paths) == 1:
        asked = say("Discard the changes to {0}? They go to the trash.", paths[0])
        await desk.person.choose(asked, button, severity="warning", modal=False)
    else:
        end = say("They go to the trash of session {0}.", name)
        await desk.person.choose(
            say("Discard the changes to {0}?", say.documents(len(paths))),
            button,
            severity="warning",
            detail=f"{say.lines(paths)}\n\n{end}",
        )
    await desk.save(name, paths)  # what is not saved goes to the trash too, not into nothing
    await desk.call("session.discard", paths=paths)
