"""What can be done now, in one list, and a session in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.commands.overview import snapshot
from redraft.faces.lsp.dialogues.messages import Row
from redraft.faces.lsp.dialogues.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redraft.commands.results import Session, Snapshot
    from redraft.faces.lsp.dialogues.desk import Desk
    from redraft.faces.lsp.dialogues.phrases import Phrases

_STATES = {
    "ACTIVE": phrase("active"),
    "INACTIVE": phrase("inactive"),
    "CRASHED": phrase("crashed"),
    "COMPLETED": phrase("completed"),
}


async def menu(desk: Desk) -> None:
    """Show what can be done now, and begin what is chosen."""
    say = desk.say
    found = await desk.work(lambda: snapshot(desk.root))
    rows = [
        *_attention(say, found),
        *(_of_session(say, found, in_document=desk.is_in_document()) if found.active else ()),
        *_of_folder(say, active=found.active is not None),
    ]
    hint = (
        say("{0}: select what to do", found.active.name)
        if found.active
        else say("No session is active: select what to do")
    )
    await desk.go((await desk.person.pick(rows, hint)).key)


def _attention(say: Phrases, found: Snapshot) -> Iterator[Row]:
    if found.crashed or found.drifted:
        yield Row(label=say("needs attention"), separator=True)
    if found.crashed:
        yield _row("recover", "tools", say("Recover..."), ", ".join(found.crashed))
    if found.drifted:
        title = say("Show What Changed in the Folder")
        yield _row("showDrift", "warning", title, ", ".join(found.drifted))


def _of_session(say: Phrases, found: Snapshot, *, in_document: bool) -> Iterator[Row]:
    active = found.active
    changed = active.change_count if active else 0
    changes = say.changes(changed)
    yield Row(label=say("changes"), separator=True)
    if changed:
        yield _row("commit", "check", say("Commit..."), changes)
        yield _row("compareAll", "diff-multiple", say("Compare All with Global"), changes)
    yield _row("cancel", "trash", say("Cancel..."), say("Moves the session to the trash"))
    yield Row(label=say("retries"), separator=True)
    if in_document:
        title = say("Record a Retry...")
        yield _row("recordRetry", "thumbsdown", title, say("Of the open document"))
    if active and active.retry_count:
        yield _row("showRetries", "thumbsdown", say("Show Retries..."))
    yield Row(label=say("session"), separator=True)
    yield _row("status", "info", say("Show Status"))
    yield _row("checkpoint", "save", say("Save Checkpoint..."))
    yield _row("restoreCheckpoint", "history", say("Restore Checkpoint..."))
    yield _row("phase", "list-ordered", say("Set Phase..."))
    yield _row(
        "pause", "circle-outline", say("Pause"), say("Go on with the folder's own documents")
    )


def _of_folder(say: Phrases, *, active: bool) -> Iterator[Row]:
    yield Row(label=say("sessions"), separator=True)
    yield _row("start", "add", say("Start..."))
    yield _row("switch", "arrow-swap", say("Switch to..."))
    if not active:
        yield _row("resume", "circle-filled", say("Resume..."))
    yield _row("undo", "discard", say("Undo Last Commit or Cancel..."))


def _row(key: str, icon: str, title: str, description: str = "") -> Row:
    return Row(key=key, label=f"$({icon}) {title}", description=description)


async def status(desk: Desk) -> None:
    """Show a session in full: its facts lead to what they are about, its documents open."""
    say = desk.say
    session: Session = await desk.call("session.status")
    desk.session, desk.paths = session.name, []
    picked = await desk.person.pick(
        [*_facts(say, session), *_documents(say, session)],
        say("Select a fact or a document to go to it"),
        title=f"{session.name} ({say(_STATES[session.status])})",
    )
    kind, _, path = picked.key.partition(" ")
    if kind == "open":
        await desk.open(session.name, path)
    elif kind:
        await desk.go(kind)


def _facts(say: Phrases, session: Session) -> Iterator[Row]:
    if session.description:
        yield Row(label=f"$(note) {session.description}")
    yield _row("phase", "list-ordered", session.phase, ", ".join(session.current_tasks))
    yield _row("showRetries", "thumbsdown", say.retries(session.retry_count))
    last = session.last_checkpoint
    saved = say.age(last) if last else say("none")
    yield _row("restoreCheckpoint", "save", say("Checkpoints"), saved)
    started = say("Started {0}", say.age(session.created_at))
    yield Row(label=f"$(clock) {started}", description=say.size(session.size_bytes))


def _documents(say: Phrases, session: Session) -> Iterator[Row]:
    changes, drifted = session.changes, set(session.drifted)
    yield Row(label=say.changes(session.change_count), separator=True)
    kinds: list[tuple[str, str, Sequence[str]]] = [
        ("open", "diff-modified", changes.modified),
        ("open", "diff-added", changes.created),
        ("", "diff-removed", changes.deleted),
    ]
    for key, icon, paths in kinds:
        for path in paths:
            also = say("changed in the folder too") if path in drifted else ""
            yield _row(key and f"{key} {path}", icon, path, also)
