"""The dialogues about rejected versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.commands.uris import Side
from redraft.errors import Conflict
from redraft.faces.lsp.dialogues.messages import Button, Remark, Row

if TYPE_CHECKING:
    from redraft.commands.results import Retry, RetryList, Session
    from redraft.domain.writing import WritableView
    from redraft.faces.lsp.dialogues.desk import Desk

_RESTORE = 1  # the second button of a row


async def record(desk: Desk) -> None:
    """Record a retry of a document: the version that the session holds once it is saved."""
    say = desk.say
    in_document = desk.paths or desk.is_in_document()
    path = desk.documents()[0] if in_document else await _pick_document(desk)
    session = await desk.name()
    await desk.save(session, [path])

    async def check(typed: str) -> Remark | None:
        return None if typed.strip() else Remark(message=say("Type the reason."), refused=True)

    reason = await desk.person.type(
        say("Record a Retry of {0}", _name(path)),
        say("Why is this version rejected?"),
        placeholder=say("Too much exposition"),
        check=check,
    )
    await desk.call("retry.record", file_path=path, reason=reason)


async def _pick_document(desk: Desk) -> str:
    session: Session = await desk.call("session.status")
    paths = [*session.changes.modified, *session.changes.created]
    rows = [Row(key=path, label=path) for path in paths]
    prompt = desk.say("Select the document whose version is rejected")
    return (await desk.person.pick(rows, prompt)).key


async def show(desk: Desk) -> None:
    """Look through the retries of a document, or of the session; compare or restore one."""
    say, person = desk.say, desk.person
    path = desk.paths[0] if desk.paths else None
    found: RetryList = await desk.call("retry.list", file_path=path)
    if not found.retries:
        person.tell(say("No retries have been recorded."))
        return
    retries = {f"{each.file} {each.number}": each for each in reversed(found.retries)}
    picked = await person.pick(
        [_row(desk, key, each, with_file=path is None) for key, each in retries.items()],
        say("Select a rejected version to compare it with the present text"),
        title=say("Retries of {0}", _name(path)) if path else say("Retries"),
    )
    retry = retries[picked.key]
    if picked.button == _RESTORE:
        await _restore(desk, retry)
    else:
        await _compare(desk, retry)


def _row(desk: Desk, key: str, each: Retry, *, with_file: bool) -> Row:
    say = desk.say
    facts = [say("Retry {0}", each.number), say.age(each.recorded_at)]
    if each.auto_detected:
        facts.append(say("detected by itself"))
    return Row(
        key=key,
        label=f"$(thumbsdown) {' '.join(each.reason.split())}",
        description=" · ".join(facts),
        detail=each.file if with_file else "",
        buttons=[
            Button(icon="compare-changes", tooltip=say("Compare")),
            Button(icon="discard", tooltip=say("Restore...")),
        ],
        preview=_side(desk, each)["$uri"],
    )


def _side(desk: Desk, each: Retry) -> dict[str, str]:
    return desk.uri(each.session or "", each.file, Side.RETRY, each.number)


async def _compare(desk: Desk, each: Retry) -> None:
    present = desk.uri(each.session or "", each.file)
    title = desk.say("{0} (retry {1} ↔ session)", _name(each.file), each.number)
    await desk.person.do("vscode.diff", _side(desk, each), present, title)


async def _restore(desk: Desk, each: Retry) -> None:
    say, person = desk.say, desk.person
    session = desk.session = each.session or ""
    path, name = each.file, _name(each.file)
    await desk.save(session, [path])
    await person.choose(
        say("Replace the present text of {0} with retry {1}?", name, each.number),
        say("Restore"),
        severity="warning",
        detail=say("The present text is kept in a checkpoint of the session."),
    )
    before = await desk.look(session, lambda view: view.read(path))
    await desk.call("retry.restore", file_path=path, number=each.number)
    restored = await desk.look(session, lambda view: view.read(path))

    async def undo() -> None:
        await desk.save(session, [path])
        await _take_back(desk, session, path, restored, before)

    told = say("Restored retry {0} of {1}.", each.number, name)
    person.tell(told, {say("Undo"): undo})


async def _take_back(desk: Desk, session: str, path: str, restored: bytes, before: bytes) -> None:
    """Write the earlier text again, unless the document was edited since."""

    def write(view: WritableView) -> None:
        def check(_: str) -> None:
            if view.read(path) != restored:
                raise Conflict([path])

        view.write(path, (before,), check=check)

    try:
        await desk.change(session, [(path, "changed")], write)
    except Conflict:
        told = desk.say("{0} was edited since. Its earlier text is in the last checkpoint.", path)
        desk.person.tell(told)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
