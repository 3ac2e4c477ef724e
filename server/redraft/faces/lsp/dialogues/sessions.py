"""The dialogues of a session's life: start, choose, pause, resume, phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from redraft.commands.requests import PhaseName
from redraft.domain import titles
from redraft.faces.lsp.dialogues import ending, keeping
from redraft.faces.lsp.dialogues.messages import Button, Remark, Row, Run
from redraft.faces.lsp.dialogues.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redraft.commands.results import SessionList, Summary
    from redraft.faces.lsp.dialogues.desk import Desk

_MOST_ENDED = 10
_NEW = "+"  # no session can have this name
_STATES = {
    "ACTIVE": ("circle-filled", phrase("current")),
    "INACTIVE": ("circle-outline", phrase("paused")),
    "CRASHED": ("error", phrase("needs recovery")),
    "COMPLETED": ("pass", phrase("completed")),
}


async def start(desk: Desk) -> None:
    """Start a session by a title, or give the temporary one a name."""
    say, person = desk.say, desk.person
    found: SessionList = await desk.call("session.list")
    temporary = any(each.temporary and each.name == found.active for each in found.sessions)
    naming = temporary and await _keeps_temporary(desk)
    taken = [each.name for each in found.sessions]

    async def check(typed: str) -> Remark:
        return _remark(desk, typed, taken)

    title = say("Name Session") if naming else say("Start Session")
    typed = await person.type(
        f"{title} (1/2)",
        say("A title or name for the session, such as {0}", say("The colder sea")),
        check=check,
    )
    description = await person.type(f"{title} (2/2)", say("What the session is for (optional)"))
    name = titles.name_from(typed)
    await desk.call("session.start", name=name, description=description, from_temporary=naming)


async def _keeps_temporary(desk: Desk) -> bool:
    say = desk.say
    rows = [
        Row(
            key="keep",
            label=f"$(edit) {say('Name the Temporary Session')}",
            detail=say("What is in it stays in it."),
        ),
        Row(
            key="fresh",
            label=f"$(add) {say('Start Another Session')}",
            detail=say("The temporary one is paused."),
        ),
    ]
    return (await desk.person.pick(rows, say("A temporary session is active"))).key == "keep"


def _remark(desk: Desk, typed: str, taken: Sequence[str]) -> Remark:
    say, name = desk.say, titles.name_from(typed)
    problem = titles.problem(typed, taken)
    if problem is None:
        return Remark(message=say("Creates session {0}", name), refused=False)
    words = {
        "empty": say("Type a title or a name."),
        "letters": say("Use some Latin letters or digits: the name becomes a folder's name."),
        "long": say("Too long by {0}: a name has at most 64 characters.", len(name) - 64),
        "reserved": say("{0} is reserved. Choose another name.", name),
        "taken": say("A session {0} already exists. Choose another name.", name),
    }
    return Remark(message=words[problem], refused=True)


async def switch(desk: Desk) -> None:
    """Choose a session in a list that stays fresh while its buttons are used."""
    say = desk.say

    async def fresh(show: Callable[[list[Row]], None]) -> None:
        async for _ in desk.news():
            show(await _rows(desk))

    rows = await _rows(desk)
    picked = await desk.person.pick(rows, say("Select the session to switch to"), fresh=fresh)
    if picked.key == _NEW:
        await start(desk)
        return
    state, _, name = picked.key.partition(" ")
    desk.session = name
    if state == "ended":
        await ending.undo(desk)
    elif state == "CRASHED":
        await keeping.recover(desk)
    else:
        await desk.call("session.switch", name=name)


async def _rows(desk: Desk) -> list[Row]:
    say = desk.say
    live: SessionList = await desk.call("session.list", session=None)
    every: SessionList = await desk.call("session.list", completed=True, trash=True)
    names = {each.name.casefold() for each in live.sessions}
    newest = {each.name: each for each in every.sessions if each.name.casefold() not in names}
    ended = sorted(newest.values(), key=lambda each: each.updated_at, reverse=True)[:_MOST_ENDED]
    return [
        *(_live(desk, each) for each in live.sessions),
        Row(key=_NEW, label=f"$(add) {say('Start New Session...')}", always=True),
        Row(label=say("ended"), separator=True),
        *(_ended(desk, each) for each in ended),
    ]


def _live(desk: Desk, each: Summary) -> Row:
    say, (icon, state) = desk.say, _STATES[each.status]
    commit, compare, cancel = (
        Run(name=name, root=desk.root.path, session=each.name)
        for name in ("commit", "compareAll", "cancel")
    )
    buttons = [Button(icon="trash", tooltip=say("Cancel..."), run=cancel)]
    if each.change_count:
        show = say("Compare All with Global")
        buttons = [
            Button(icon="check", tooltip=say("Commit..."), run=commit),
            # The list would cover what it opens.
            Button(icon="diff-multiple", tooltip=show, run=compare, hides=True),
            *buttons,
        ]
    return _row(desk, each, f"{each.status} {each.name}", icon, say(state), buttons)


def _ended(desk: Desk, each: Summary) -> Row:
    say = desk.say
    state = say("completed") if each.status == "COMPLETED" else say("cancelled")
    undo = Run(name="undo", root=desk.root.path, session=each.name)
    buttons = [Button(icon="discard", tooltip=say("Bring Back"), run=undo)]
    return _row(desk, each, f"ended {each.name}", "archive", state, buttons)


def _row(desk: Desk, each: Summary, key: str, icon: str, state: str, buttons: list[Button]) -> Row:
    say = desk.say
    facts = [state, say.changes(each.change_count)]
    if each.retry_count:
        facts.append(say.retries(each.retry_count))
    facts.append(say.age(each.updated_at))
    return Row(
        key=key,
        label=f"$({icon}) {each.name}",
        description=" · ".join(facts),
        detail=each.description,
        buttons=buttons,
    )


async def pause(desk: Desk) -> None:
    """Pause the session."""
    say = desk.say
    paused = await desk.call("session.pause")
    desk.session = paused.name
    told = say("Paused session {0}.", paused.name)
    desk.person.tell(told, {say("Resume"): desk.then(resume)})


async def resume(desk: Desk) -> None:
    """Resume a session; of several, the one that a person picks."""
    say = desk.say
    if desk.session is None:
        found: SessionList = await desk.call("session.list")
        paused = [each for each in found.sessions if each.status == "INACTIVE"]
        paused.sort(key=lambda each: each.updated_at, reverse=True)
        rows = [
            Row(
                key=each.name,
                label=each.name,
                description=say.age(each.updated_at),
                detail=each.description,
            )
            for each in paused
        ]
        if len(rows) > 1:
            picked = await desk.person.pick(rows, say("Select the session to resume"))
            desk.session = picked.key
    resumed = await desk.call("session.resume")
    tasks = ", ".join(resumed.resume.current_tasks)
    told = say("Resumed {0} in phase {1}.", resumed.name, resumed.phase)
    desk.person.tell(f"{told} {tasks}".strip())


async def phase(desk: Desk) -> None:
    """Move the session to another phase, and say what is worked on."""
    say, person = desk.say, desk.person
    session = await desk.call("session.status")
    title = say("Set Phase of {0}", session.name)
    rows = [
        Row(key=each, label=each, description=say("current") if each == session.phase else "")
        for each in get_args(PhaseName)
    ]
    prompt = say("A checkpoint is saved with every change of phase")
    picked = await person.pick(rows, prompt, title=title)
    tasks = await person.type(
        title,
        say("What is worked on now, separated by commas (optional)"),
        value=", ".join(session.current_tasks),
    )
    listed = [task.strip() for task in tasks.split(",") if task.strip()]
    await desk.call("session.phase", phase=picked.key, current_tasks=listed)
