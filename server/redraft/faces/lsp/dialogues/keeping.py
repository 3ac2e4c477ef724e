"""The dialogues that keep and restore: checkpoints, recovery, and the trash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redraft.faces.lsp.dialogues import ending
from redraft.faces.lsp.dialogues.messages import Row
from redraft.faces.lsp.dialogues.phrases import phrase

if TYPE_CHECKING:
    from redraft.commands.results import Checkpoint, Recovery, Trash, TrashEntry
    from redraft.faces.lsp.dialogues.desk import Desk

_DATED = re.compile(r"-\d{8}T\d{12}Z$")
_TRIGGERS = {
    "phase_complete": phrase("Phase finished"),
    "user_request": phrase("Saved by hand"),
    "session_end": phrase("Session ended"),
    "before_restore": phrase("Before a restore"),
}
_KINDS = {
    "adopted-over": phrase("replaced by an adopted edit"),
    "archived": phrase("archived"),
    "cancelled": phrase("cancelled"),
    "deleted": phrase("deleted"),
    "discarded": phrase("discarded"),
    "half-recorded": phrase("a retry without its reason"),
    "merged": phrase("merged"),
    "replaced": phrase("replaced"),
    "set-aside": phrase("set aside"),
}


async def checkpoint(desk: Desk) -> None:
    """Save a checkpoint."""
    say = desk.say
    prompt = say("What the session holds now, in a few words (optional)")
    label = await desk.person.type(say("Save Checkpoint"), prompt)
    saved: Checkpoint = await desk.call("session.checkpoint", label=label)
    desk.person.tell(say("Saved a checkpoint with {0}.", say.changes(saved.change_count)))


async def restore_checkpoint(desk: Desk) -> None:
    """Restore a checkpoint that a person picks."""
    say, person = desk.say, desk.person
    found = await desk.call("session.checkpoints")
    desk.session = found.session
    if not found.checkpoints:
        told = say("Session {0} has no checkpoints yet.", found.session)
        person.tell(told, {say("Save Checkpoint..."): desk.then(checkpoint)})
        return
    picked = await person.pick(
        [_row(desk, each) for each in reversed(found.checkpoints)],
        say("Select the checkpoint to restore"),
        title=say("Restore Checkpoint of {0}", found.session),
    )
    chosen = next(each for each in found.checkpoints if each.id == picked.key)
    await person.choose(
        say("Restore the checkpoint “{0}”?", _label(desk, chosen)),
        say("Restore"),
        severity="warning",
        detail=say(
            "All changes of the session become as they were then. "
            "What it holds now is saved as a checkpoint first."
        ),
    )
    restored = await desk.call("session.restore", id=picked.key)
    told = say("Restored {0}.", say.documents(len(restored.changed)))
    person.tell(told, {say("Undo"): desk.then(ending.undo)})


def _label(desk: Desk, each: Checkpoint) -> str:
    return each.label or desk.say(_TRIGGERS[each.trigger])


def _row(desk: Desk, each: Checkpoint) -> Row:
    say = desk.say
    facts = [say.age(each.at), say.changes(each.change_count), each.phase]
    if each.label:
        facts.append(say(_TRIGGERS[each.trigger]))
    label = f"$(save) {_label(desk, each)}"
    return Row(key=each.id, label=label, description=" · ".join(facts))


async def recover(desk: Desk) -> None:
    """Recover a session that was cut off; of several, the one that a person picks."""
    say = desk.say
    if desk.session is None:
        crashed = await desk.work(desk.root.crashed)
        if len(crashed) > 1:
            rows = [Row(key=name, label=name) for name in crashed]
            picked = await desk.person.pick(rows, say("Select the session to recover"))
            crashed = [picked.key]
        desk.session = next(iter(crashed), None)
    _tell(desk, await desk.call("session.recover"))


async def doctor(desk: Desk) -> None:
    """Check and repair the folder."""
    desk.session = None
    _tell(desk, await desk.call("doctor"))


def _tell(desk: Desk, recovery: Recovery) -> None:
    say, person = desk.say, desk.person
    output = {say("Show Output"): lambda: person.do("redraft.ui.showOutput")}
    for what in ("found", "repaired", "left"):
        for line in getattr(recovery, what):
            desk.log(f"{what}: {line}")
    if recovery.left and desk.session is not None:
        cancel = {say("Cancel {0}...", desk.session): desk.then(ending.cancel)}
        person.tell(" ".join(recovery.left), cancel)
    elif recovery.left or recovery.repaired:
        person.tell(" ".join([*recovery.repaired, *recovery.left]), output)
    else:
        person.tell(say("Nothing had to be repaired."))


async def empty_trash(desk: Desk) -> None:
    """Remove what lies in the trash and the archive for good."""
    say, person = desk.say, desk.person
    desk.session = None
    found: Trash = await desk.call("session.trash")
    if not found.entries:
        person.tell(say("There is nothing in the trash."))
        return
    total = say.size(sum(each.size_bytes for each in found.entries))
    lines = say.lines([_line(desk, each) for each in reversed(found.entries)])
    end = say("Committed and cancelled sessions in it cannot be brought back after this.")
    await person.choose(
        say("Remove everything in the trash for good ({0})?", total),
        say("Empty Trash"),
        severity="warning",
        detail=f"{lines}\n\n{end}",
    )
    emptied: Trash = await desk.call("session.trash", force=True)
    person.tell(say("Removed {0} entries from the trash.", len(emptied.removed)))


def _line(desk: Desk, each: TrashEntry) -> str:
    say, name = desk.say, _DATED.sub("", each.name)
    kind = say(_KINDS.get(each.kind, each.kind))
    return f"{name}: {kind}, {say.age(each.when)}, {say.size(each.size_bytes)}"
