"""JSON with comments and spare commas, as people write settings: read with the places of all parts,
and changed at one place without touching another.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_BLANK = re.compile(r"(?:[ \t\r\n]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_SCALAR = json.JSONDecoder(parse_constant=_refuse)
_INDENT = re.compile(r"\n([ \t]+)[^\s]")


@dataclass(slots=True)
class Part:
    """One member of an object or item of a list: from ``start`` to ``node.end``, then a comma."""

    start: int
    node: Node
    comma: int | None = None


@dataclass(slots=True)
class Node:
    """A value and where it stands.

    Attributes:
        start: its first character.
        end: the place behind its last one.
        value: what it means.
        parts: the members of an object, or the items of a list; none for anything else.
    """

    start: int
    end: int
    value: Any
    parts: list[Part] = field(default_factory=list)


def parse(text: str) -> Node:
    """Read a text.

    Raises:
        ValueError: it cannot be read, or an object has a key twice.
        RecursionError: it is nested too deeply.
    """
    reader = _Reader(text)
    node = reader.value()
    reader.skip()
    if reader.at < len(text):
        raise reader.wrong("nothing more")
    return node


class _Reader:
    """Reads a text from its beginning."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self) -> None:
        """Pass over space and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def wrong(self, wanted: str) -> ValueError:
        line = self.text.count("\n", 0, self.at) + 1
        return ValueError(f"line {line}: {wanted} was expected")

    def take(self, sign: str) -> bool:
        """Take a sign, if it comes next."""
        self.skip()
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def value(self) -> Node:
        self.skip()
        start = self.at
        if self.take("{"):
            return self._object(start)
        if self.take("["):
            return self._list(start)
        try:
            value, self.at = _SCALAR.raw_decode(self.text, start)
        except json.JSONDecodeError:
            raise self.wrong("a value") from None
        return Node(start, self.at, value)

    def _object(self, start: int) -> Node:
        value: dict[str, Any] = {}
        parts: list[Part] = []
        while not self.take("}"):
            self._after(parts)
            self.skip()
            begin = self.at
            key = self.value().value
            if not isinstance(key, str):
                raise self.wrong("a key")
            if key in value:
                raise ValueError(f"the key {key!r} stands there twice")
            if not self.take(":"):
                raise self.wrong("a colon")
            parts.append(Part(begin, self.value()))
            value[key] = parts[-1].node.value
            self._comma(parts[-1])
        return Node(start, self.at, value, parts)

    def _list(self, start: int) -> Node:
        parts: list[Part] = []
        while not self.take("]"):
            self._after(parts)
            node = self.value()
            parts.append(Part(node.start, node))
            self._comma(parts[-1])
        return Node(start, self.at, [part.node.value for part in parts], parts)

    def _after(self, parts: list[Part]) -> None:
        if parts and parts[-1].comma is None:
            raise self.wrong("a comma")

    def _comma(self, part: Part) -> None:
        if self.take(","):
            part.comma = self.at - 1


# Changing -----------------------------------------------------------------------------------------


def rewritten(text: str, after: Any) -> str:
    """The text changed so that it means ``after``; all that means the same stays as it is."""
    while True:
        node = parse(text)
        if node.value == after:
            return text
        text = _step(text, node, after)


def _step(text: str, node: Node, after: Any) -> str:
    """One change on the way: a part is put in, taken out, or written anew."""
    if isinstance(node.value, dict) and isinstance(after, dict):
        return _object_step(text, node, after)
    if isinstance(node.value, list) and isinstance(after, list):
        return _list_step(text, node, after)
    return text[: node.start] + _written(text, node.start, after) + text[node.end :]


def _object_step(text: str, node: Node, after: dict[str, Any]) -> str:
    own = dict(zip(node.value, node.parts, strict=True))
    for key, value in after.items():
        if key not in own:
            return _put(text, node, f"{json.dumps(key, ensure_ascii=False)}: ", value)
        if own[key].node.value != value:
            return _step(text, own[key].node, value)
    gone = next(at for at, key in enumerate(own) if key not in after)
    return _without(text, node, gone)


def _list_step(text: str, node: Node, after: list[Any]) -> str:
    same = 0
    for ours, theirs in zip(node.value, after, strict=False):
        if ours != theirs:
            break
        same += 1
    if same == len(node.value):
        return _put(text, node, "", after[same])
    is_gone = node.value[same] not in after
    if same == len(after) or (is_gone and after[same] in node.value[same:]):
        return _without(text, node, same)
    return _step(text, node.parts[same].node, after[same])


def _put(text: str, node: Node, head: str, value: Any) -> str:
    """Put a part behind the others; comments that stand behind the last one stay with it."""
    end = len(text[: node.end - 1].rstrip())
    last = node.parts[-1] if node.parts else None
    if "\n" in text[node.start : node.end] or (last is None and not _is_one_line(text)):
        indent = _indent_of_parts(text, node)
        part = f"\n{indent}{head}{_pretty(text, value, indent)}"
    else:
        space = "" if end == node.start + 1 else " "
        part = f"{space}{head}{json.dumps(value, ensure_ascii=False)}"
    tail = text[node.end - 1 :]
    if last is None:
        if part.startswith("\n"):
            tail = f"\n{_indent_at(text, node.start)}{tail}"
        return f"{text[:end]}{part}{tail}"
    if last.comma is not None:
        return f"{text[:end]}{part},{text[end:]}"
    behind = last.node.end
    return f"{text[:behind]},{text[behind:end]}{part}{text[end:]}"


def _without(text: str, node: Node, at: int) -> str:
    """Take a part out, with its comma and the space before it."""
    part = node.parts[at]
    start = len(text[: part.start].rstrip())
    end = part.node.end if part.comma is None else part.comma + 1
    if at == 0:
        start = part.start
        end += len(text[end:]) - len(text[end:].lstrip())
    if len(node.parts) == 1:
        inside = text[node.start + 1 : start] + text[end : node.end - 1]
        inside = "" if not inside.strip() else inside
        return f"{text[: node.start + 1]}{inside}{text[node.end - 1 :]}"
    before = text[:start]
    if at and part.comma is None:
        comma = node.parts[at - 1].comma
        assert comma is not None  # noqa: S101 - there is one between two parts
        before = before[:comma] + before[comma + 1 :]
    return before + text[end:]


def _written(text: str, start: int, value: Any) -> str:
    if _is_one_line(text):
        return json.dumps(value, ensure_ascii=False)
    return _pretty(text, value, _indent_at(text, start))


def _pretty(text: str, value: Any, indent: str) -> str:
    lines = json.dumps(value, indent=_unit(text), ensure_ascii=False)
    return lines.replace("\n", f"\n{indent}")


def _is_one_line(text: str) -> bool:
    return "\n" not in text.strip() and "".join(text.split()) != "{}"


def _unit(text: str) -> str:
    found = _INDENT.search(text)
    return found[1] if found else "  "


def _indent_of_parts(text: str, node: Node) -> str:
    for part in node.parts:
        line = text[text.rfind("\n", 0, part.start) + 1 : part.start]
        if not line.strip():
            return line
    return _indent_at(text, node.start) + _unit(text)


def _indent_at(text: str, at: int) -> str:
    """The space that the line of a place begins with."""
    line = text[text.rfind("\n", 0, at) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]
