"""What a command takes, read off its request dataclass: the one source of flags and usage lines."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from redraft.commands.requests import Request

if TYPE_CHECKING:
    from redraft.commands.declaration import Command

Kind = Literal["flag", "number", "text", "list", "object"]

PATHS = frozenset({"path", "new_path", "file_path", "paths"})
"""The arguments that name documents, in every command."""

LITERAL = frozenset({("write", "path"), ("rename", "new_path"), ("files", "path")})
"""The verbs and arguments where a name is not looked for: it may be that of nothing yet."""

FREE_TEXT = frozenset({"description", "reason", "label", "line"})
"""The arguments that may be several words without quotes, where they come last."""

COMMON = tuple(field.name for field in fields(Request))
"""The arguments of every command: ``session`` and ``root``."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a command.

    Attributes:
        name: its name in snake_case.
        kind: how its value is written: ``flag`` (yes or no), ``number``, ``text``, ``list`` of
            texts, ``object`` (JSON).
        choices: the texts it may be, or none for any.
        required: whether it must be given.
        default: what it is when it is not given.
    """

    name: str
    kind: Kind
    choices: tuple[str, ...]
    required: bool
    default: object

    @property
    def flag(self) -> str:
        """The flag's name without dashes: ``on_conflict`` is ``on-conflict``."""
        return self.name.replace("_", "-")


@cache
def parameters(request: type) -> dict[str, Parameter]:
    """The arguments of a request dataclass by name, in the order of declaration."""
    hints = get_type_hints(request)
    found = {}
    for field in fields(request):
        kind, choices = _kind(hints[field.name])
        required = field.default is MISSING and field.default_factory is MISSING
        default = None if field.default is MISSING else field.default
        found[field.name] = Parameter(field.name, kind, choices, required, default)
    return found


def positionals(command: Command) -> list[Parameter]:
    """The arguments that a slash line or a shell gives without a flag, in order."""
    known = parameters(command.request)
    return [known[name] for name in command.positional]


def usage(command: Command) -> str:
    """The command as one slash line, for example ``/session start <name> [description]``."""
    words = [f"/{command.verb}"]
    for parameter in positionals(command):
        dots = "…" if parameter.kind == "list" else ""
        word = "|".join(parameter.choices) or parameter.name
        words.append(f"<{word}{dots}>" if parameter.required else f"[{word}{dots}]")
    return " ".join(words)


def _kind(hint: Any) -> tuple[Kind, tuple[str, ...]]:
    options = [option for option in get_args(hint) if option is not NoneType]
    if NoneType in get_args(hint) and len(options) == 1:
        return _kind(options[0])
    if get_origin(hint) is Literal:
        return "text", tuple(options)
    plain: dict[Any, Kind] = {bool: "flag", int: "number", str: "text"}
    containers: dict[Any, Kind] = {list: "list", dict: "object"}
    return plain.get(hint) or containers[get_origin(hint)], ()
