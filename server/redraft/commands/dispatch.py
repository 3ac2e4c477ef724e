"""From arguments to a result: validation, the choice of the root, the call, and the wire form.

Every face goes through here. The models are built on first use, so that importing this module
costs a starting server nothing.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from redraft.commands.naming import documents, named
from redraft.commands.parameters import PATHS, parameters, usage
from redraft.commands.requests import STRICT, Request, RunLine, SessionRequest
from redraft.commands.results import Ran
from redraft.commands.roots import Roots
from redraft.domain.progress import SILENT
from redraft.errors import InvalidArguments, IoError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import TypeAdapter

    from redraft.commands.declaration import Command
    from redraft.domain.progress import Progress

    Form = tuple[tuple[str, str, bool, "Form | None"], ...]

__all__ = ["Names", "Roots", "camelled", "execute", "snake", "to_json", "validate"]

MAY_BE_ABSENT = frozenset(
    {"kind", "retries_archive", "archived_to", "lies_in", "changes", "folders", "shown"}
)
"""The fields of results that are left out where they have no value."""

Names = Literal["snake", "camel"]
"""How keys are written: as in the dataclasses, or as LSP writes them."""


def validate(
    command: Command, arguments: Mapping[str, object] | None, names: Names = "snake"
) -> Request:
    """Turn arguments from outside into the command's request.

    Args:
        command: the command they are for.
        arguments: the arguments by name; None means none.
        names: how the keys are written.

    Raises:
        InvalidArguments: a key is unknown or missing, or a value has the wrong type; each
            problem is named.
    """
    from pydantic import ValidationError

    given: object = {} if arguments is None else arguments
    if not isinstance(given, dict):
        raise InvalidArguments([f"{command.verb} takes its arguments by name"], (usage(command),))
    if names == "camel":
        given = snake(given, command.request)
    try:
        values = _arguments(command.request).validate_python(given)
    except ValidationError as error:
        problems = [_problem(command, detail, names) for detail in error.errors(include_url=False)]
        raise InvalidArguments(problems, (usage(command),)) from None
    _refuse_broken_text(command, values)
    request: Request = command.request(**_merge_alias(command, values))
    return request


def execute(command: Command, request: Request, roots: Roots, progress: Progress = SILENT) -> Any:
    """Run a command and give its result dataclass.

    Args:
        command: the command to run.
        request: its arguments, from :func:`validate`.
        roots: the open folders to choose from.
        progress: hears how far a long command is, and may stop it.

    Raises:
        RedraftError: the command could not do it; nothing half done is left.
        Cancelled: ``progress`` asked to stop before anything was changed.
    """
    if isinstance(request, RunLine):
        from redraft.commands.slash import run_line

        return run_line(request.line, roots, request.session, request.root, progress)
    from redraft.domain import migration

    if command.handler is None:
        raise TypeError(f"{command.verb} has no handler")
    request = named(request, roots)
    root = roots.pick(request.root, documents(request))
    try:
        if command.verb != "migrate":  # it reports what it takes over itself
            migration.on_sight(root)
        result = command.handler(root, request, progress)
    except OSError as error:
        raise IoError(error) from error
    if not isinstance(result, command.result):
        raise TypeError(f"{command.verb} gave a {type(result).__name__}")
    return result


def to_json(result: object, names: Names = "snake") -> dict[str, Any]:
    """The JSON-ready form of a result dataclass.

    Fields that may be absent are left out where there is nothing to say; all others are there,
    null if they have no value. Only keys that a result declares are written in camelCase: what
    users named themselves stays.

    Args:
        result: the result.
        names: how the keys are written.
    """
    kind: Any = type(result)
    json = _written(_results(kind).dump_python(result, mode="json"), _form(kind, names))
    if isinstance(result, Ran):
        json["result"] = to_json(result.result, names)
    return json


def _written(json: dict[str, Any], form: Form) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, key, may_be_absent, inner in form:
        value = json[name]
        if value is None and may_be_absent:
            continue
        if inner is not None and value:
            many = isinstance(value, list)
            value = [_written(v, inner) for v in value] if many else _written(value, inner)
        written[key] = value
    return written


@cache
def _form(kind: type, names: Names) -> Form:
    """How the fields of a result dataclass are written."""
    from typing import get_type_hints

    form = []
    for name, hint in get_type_hints(kind).items():
        key = camelled(name) if names == "camel" else name
        part = _part(hint)
        inner = _form(part, names) if part is not None else None
        form.append((name, key, name in MAY_BE_ABSENT, inner))
    return tuple(form)


def _part(hint: Any) -> type | None:
    """The dataclass that a field holds, or a list of which it holds, if any."""
    from typing import get_args

    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    parts = (_part(inner) for inner in get_args(hint))
    return next((part for part in parts if part is not None), None)


def snake(arguments: Mapping[str, object], request: type) -> dict[str, object]:
    """Rewrite the top keys of LSP arguments as the request dataclass has them.

    A key that the request does not know stays as it is, marked with a leading ``?`` where it
    would otherwise pass for one, so that validation refuses it.
    """
    known = {camelled(name): name for name in parameters(request)}
    declared = parameters(request).keys() - known.keys()
    return {
        known.get(key, f"?{key}" if key in declared else key): value
        for key, value in arguments.items()
    }


def _refuse_broken_text(command: Command, values: dict[str, Any]) -> None:
    """Refuse lone surrogates, which no file could hold.

    Paths and names are left to the domain, which knows what the file system takes.
    """
    own = values.keys() - PATHS - {"name", "session", "root", "line"}
    problems = [f"{name} is not valid Unicode text" for name in own if _broken(values[name])]
    if problems:
        raise InvalidArguments(problems, (usage(command),))


def _broken(value: object) -> bool:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return True
    if isinstance(value, dict):
        return any(_broken(key) or _broken(item) for key, item in value.items())
    return isinstance(value, list) and any(_broken(item) for item in value)


def _merge_alias(command: Command, values: dict[str, Any]) -> dict[str, Any]:
    if not issubclass(command.request, SessionRequest):
        return values
    name, session = values.get("name"), values.get("session")
    if name is not None and session is not None and name != session:
        raise InvalidArguments(
            [f"name {name!r} and session {session!r} both name the session, and differ"],
            (usage(command),),
        )
    merged = name if session is None else session
    return {**values, "name": merged, "session": merged}


@cache
def _arguments(request: type) -> TypeAdapter[Any]:
    """Validates a mapping: pydantic's strict mode takes no mapping for a dataclass itself."""
    from typing import NotRequired, Required, get_type_hints

    from pydantic import TypeAdapter
    from typing_extensions import TypedDict  # pydantic refuses typing's before Python 3.12

    hints = get_type_hints(request)
    shape = {
        parameter.name: (Required if parameter.required else NotRequired)[hints[parameter.name]]
        for parameter in parameters(request).values()
    }
    make: Any = TypedDict
    fitted = make(request.__name__, shape)
    fitted.__pydantic_config__ = STRICT
    return TypeAdapter(fitted)


@cache
def _results(result: type) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(result)


def _problem(command: Command, detail: Any, names: Names) -> str:
    place, kind = detail["loc"], detail["type"]
    key = str(place[0]).removeprefix("?") if place else command.verb
    known = [camelled(name) if names == "camel" else name for name in parameters(command.request)]
    if kind == "extra_forbidden":
        close = get_close_matches(key, known, 1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        return f"{command.verb} has no argument {key[:80]!r}{hint}"
    key = camelled(key) if names == "camel" else key
    if kind == "missing":
        return f"{key} is missing"
    where = "".join(f"[{part!r}]" for part in place[1:])
    message = detail["msg"].replace("Input should be", "should be")
    return f"{key}{where} {message}"


def camelled(name: str) -> str:
    """A name in snake_case as LSP writes it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
