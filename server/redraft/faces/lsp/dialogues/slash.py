"""Slash lines: typed with completion, and answered on a page to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from redraft.commands.dispatch import to_json
from redraft.commands.parameters import usage
from redraft.commands.table import COMMANDS
from redraft.faces.lsp.dialogues.messages import Row, uri

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redraft.commands.declaration import Command
    from redraft.commands.results import Ran
    from redraft.faces.lsp.dialogues.desk import Desk
    from redraft.faces.lsp.dialogues.phrases import Phrases

_OFFERED = tuple(each for each in COMMANDS if each.lsp is not None and each.handler is not None)


async def slash(desk: Desk) -> None:
    """Have a line typed, and run it."""
    say = desk.say
    hint = say("A slash command, such as {0}", '/retry chapter-01.md "Too slow"')
    line, whole = desk.line, False
    while not whole:
        picked = await desk.person.complete(lambda typed: offers(say, typed), hint, line)
        line, whole = _meant(say, picked.key, picked.value)
    desk.line = line
    await run_line(desk)


def _meant(say: Phrases, key: str, typed: str) -> tuple[str, bool]:
    """The line that was chosen, and whether it lacks nothing."""
    keys = [each.key for each in offers(say, typed)]
    # Who types fast may press Enter before the list has followed: then what was typed counts.
    key = key if key in keys else next(iter(keys), typed.strip())
    command = _command(key)
    lacks = command is not None and key == f"/{command.verb}" and _blanks(command).startswith("<")
    return (f"{key} ", False) if lacks else (key, True)


async def run_line(desk: Desk) -> None:
    """Run a line; what only asks is answered on a page at once."""
    say, line = desk.say, desk.line
    ran: Ran = await desk.call("run", line=line, session=None)
    command = _command(line)

    async def show() -> None:
        page = quote(readable(to_json(ran)["result"]))
        name = ran.command.replace(" ", "-")
        await desk.person.do("vscode.open", uri(f"redraft-answer:/{name}.yaml?{page}"))

    if command is not None and not command.changes:
        await show()
    else:
        desk.person.tell(say("Done: {0}", line), {say("Show Answer"): show})


def offers(say: Phrases, typed: str) -> list[Row]:
    """The rows for what is typed: the line itself, once it names a command, and completions."""
    line = typed.strip()
    words = line.lower().removeprefix("/")
    rows = [
        Row(
            key=f"/{each.verb}",
            label=f"/{each.verb}",
            description=_blanks(each),
            detail=say(each.title),
            always=True,
        )
        for each in _OFFERED
        if words in f"/{each.verb} {say(each.title)}".lower()
    ]
    command = _command(line)
    # What is typed may begin another command: "/retry li" is more likely a list.
    begins = any(f"/{each.verb}".startswith(line) for each in _OFFERED)
    if command is None or begins:
        return rows
    return [Row(key=line, label=line, detail=say(command.title), always=True), *rows]


def _blanks(command: Command) -> str:
    return usage(command).removeprefix(f"/{command.verb}").strip()


def _command(line: str) -> Command | None:
    """The longest known command that a line begins with."""
    found = [each for each in _OFFERED if f"{line} ".startswith(f"/{each.verb} ")]
    return max(found, key=lambda each: len(each.verb), default=None)


def readable(value: Any) -> str:
    """An answer as indented lines: names, values, and lists with a hyphen."""
    return "\n".join(_lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            first, *rest = _lines(each)
            yield from (f"- {first}", *(f"  {line}" for line in rest))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _named(key, each)
    else:
        yield str(value)


def _named(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value:
        yield from (f"{key}: |", *(f"  {line}" for line in value.rstrip().split("\n")))
    elif isinstance(value, list | dict) and value:
        yield from (f"{key}:", *(f"  {line}" for line in _lines(value)))
    else:
        yield f"{key}: {json.dumps(value, ensure_ascii=False)}"
