"""The JSON schemas of tools: what goes in and what comes out, made from the dataclasses."""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Any, get_args

from pydantic import TypeAdapter

from redraft.commands.descriptions import described
from redraft.faces.mcp.echo import Echo

if TYPE_CHECKING:
    from redraft.commands.declaration import Command

_REFERENCE = "#/$defs/{model}"
_FAILURE = {
    "type": "object",
    "description": "What went wrong; further fields depend on the code.",
    "properties": {
        "code": {"type": "string", "description": "The stable name of the failure."},
        "message": {"type": "string"},
        "suggestions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What to do next, as slash commands.",
        },
    },
    "required": ["code", "message", "suggestions"],
}
_NOTES = {
    "type": "array",
    "items": {"type": "string"},
    "description": "What else happened, for example what was repaired.",
}


def input_schema(command: Command) -> dict[str, Any]:
    """What a tool takes: the request's arguments, each with its sentence, and no others."""
    made = TypeAdapter(command.request).json_schema()
    fields = {
        name: {**_bare(schema), "description": described(command.verb, name)}
        for name, schema in made["properties"].items()
    }
    schema = {"type": "object", "properties": fields, "additionalProperties": False}
    return {**schema, "required": made["required"]} if made.get("required") else schema


def output_schema(command: Command) -> dict[str, Any]:
    """What a tool gives: one of the command's results, or a failure.

    A client checks structured content against this also where it is that of an error.
    """
    result: Any = command.result
    kinds = get_args(result) if isinstance(result, UnionType) else (result,)
    parts: dict[str, Any] = {}
    extra: dict[str, Any] = {"notes": _NOTES}
    if command.changes:
        parts |= _parts(Echo)
        extra["echo"] = {"$ref": _REFERENCE.format(model="Echo")}
    for kind in kinds:
        parts |= _parts(kind)
        whole = parts[kind.__name__]
        whole["properties"] = {**whole["properties"], **extra}
    names = [kind.__name__ for kind in kinds]
    return {
        "type": "object",
        "anyOf": [{"$ref": _REFERENCE.format(model=name)} for name in (*names, "Failure")],
        "$defs": {**parts, "Failure": _FAILURE},
    }


def _parts(kind: Any) -> dict[str, Any]:
    """A dataclass and all that it is made of, by name, each closed to other fields."""
    made = _bare(TypeAdapter(kind).json_schema(mode="serialization", ref_template=_REFERENCE))
    inner = made.pop("$defs", {})
    parts = {**inner, kind.__name__: made}
    for part in parts.values():
        part["additionalProperties"] = False
    return parts


def _bare(schema: Any) -> Any:
    """A schema without the titles, which only repeat the names; no field is called so."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _plain(value) if key == "description" else _bare(value)
        for key, value in schema.items()
        if key != "title"
    }


def _plain(text: Any) -> Any:
    """A docstring as one line; a field that is called ``description`` is left as it is."""
    return " ".join(text.replace("``", "`").split()) if isinstance(text, str) else _bare(text)
