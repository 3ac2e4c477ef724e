"""Prompts: the slash commands, and when to record a retry.

A prompt changes nothing. It puts a person's slash command into words that lead to the right tool
with the right arguments.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    GetPromptResult,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
)

from redraft.commands import dispatch
from redraft.commands.descriptions import described
from redraft.commands.parameters import parameters, positionals
from redraft.commands.requests import SessionRequest
from redraft.commands.slash import read_value
from redraft.commands.table import COMMANDS
from redraft.errors import InvalidArguments, RedraftError
from redraft.faces.mcp.guidance import WHEN_TO_RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redraft.commands.declaration import Command
    from redraft.commands.parameters import Parameter

FAMILIES = ("session", "retry")
NOTICING = "when_to_record_a_retry"
_AFTERWARDS = {
    "session commit": (
        " Without force it is a preview: show it to me and ask before you execute it with force "
        "and the preview's token."
    ),
    "session cancel": " Show me first what would be discarded, and ask.",
}


@cache
def prompts() -> list[Prompt]:
    """Every slash command about sessions and retries, and the one about noticing retries."""
    found = [
        Prompt(
            name=name,
            title=f"/{command.verb}",
            description=f"{command.title}.",
            arguments=[_argument(command, each) for each in _taken(command)],
        )
        for name, command in _by_name().items()
    ]
    about = "Notice by yourself when I reject a draft, and record it."
    return [*found, Prompt(name=NOTICING, title="When to record a retry", description=about)]


def prompt(name: str, given: Mapping[str, str]) -> GetPromptResult:
    """A prompt with its arguments filled in.

    Raises:
        MCPError: there is no such prompt, or its arguments are wrong.
    """
    if name == NOTICING:
        return _said(WHEN_TO_RECORD, "When to record a retry")
    command = _by_name().get(name)
    if command is None:
        raise MCPError(INVALID_PARAMS, f"There is no prompt {name[:80]!r}.")
    try:
        arguments = _read(command, given)
        dispatch.validate(command, arguments)
    except RedraftError as error:
        raise MCPError(INVALID_PARAMS, error.message, error.as_dict()) from None
    shown = json.dumps(arguments, ensure_ascii=False)
    text = f"/{command.verb}: call the tool {command.mcp} with {shown}"
    ends = (
        f"{text}, then tell me in a few words what it answered.{_AFTERWARDS.get(command.verb, '')}"
    )
    return _said(ends, command.title)


@cache
def _by_name() -> dict[str, Command]:
    return {
        command.verb.replace(" ", "_"): command
        for command in COMMANDS
        if command.mcp is not None and command.verb.split()[0] in FAMILIES
    }


def _taken(command: Command) -> list[Parameter]:
    """A command's own arguments, those of its usage line first; ``session`` is called name."""
    first = positionals(command)
    alias = {"name"} if issubclass(command.request, SessionRequest) else set()
    left_out = {"session", "root", *alias, *command.positional}
    rest = [each for name, each in parameters(command.request).items() if name not in left_out]
    return [*first, *rest]


def _argument(command: Command, parameter: Parameter) -> PromptArgument:
    ways = {
        "flag": " (true or false)",
        "number": " (a number)",
        "list": " (several: each on a line of its own)",
        "object": " (a JSON object)",
    }
    choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
    about = described(command.verb, parameter.name)
    return PromptArgument(
        name=parameter.name,
        description=f"{about}{choices or ways.get(parameter.kind, '')}",
        required=parameter.required,
    )


def _read(command: Command, given: Mapping[str, str]) -> dict[str, object]:
    known = {each.name: each for each in _taken(command)}
    found: dict[str, object] = {}
    for name, text in given.items():
        parameter = known.get(name)
        if parameter is None:
            raise InvalidArguments([f"/{command.verb} has no argument {name[:80]!r}"])
        if not text and not parameter.required:
            continue  # a form's field that was left empty
        if parameter.kind == "list":
            found[name] = [line for line in text.splitlines() if line.strip()]
        else:
            found[name] = read_value(parameter, text)
    return found


def _said(text: str, about: str) -> GetPromptResult:
    message = PromptMessage(role="user", content=TextContent(text=text))
    return GetPromptResult(description=about, messages=[message])
