"""Settings files in JSON that are another program's: read, changed in one place, written back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from redraft.errors import UnsupportedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    Object = dict[str, Any]

_BOM = "\ufeff"
_INDENT = re.compile(r"\n([ \t]+)\S")
_STRING_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:\\.|[^"\\\n])*")|,(?=\s*[}\]])')


def changed(path: str, text: str | None, change: Callable[[Object], None]) -> str | None:
    """The text of a settings file after a change; None if nothing would be left in it.

    Keys, their order, the indent and the line ends stay. Text that already says all is kept.

    Args:
        path: the file's, for errors.
        text: what it holds; None if it is not there.
        change: changes the object in place.

    Raises:
        UnsupportedFile: it is no JSON object, or has comments, which would be lost.
    """
    before = _read(path, text)
    after = json.loads(json.dumps(before))
    change(after)
    if after == before:
        return text
    if not after:
        return None
    return _written(after, text or "")


def section(path: str, holder: Object, key: str) -> Object:
    """The object at a key, made if it is not there.

    Raises:
        UnsupportedFile: something else is there.
    """
    found = holder.setdefault(key, {})
    if not isinstance(found, dict):
        raise UnsupportedFile(path, f"has no object at {key!r}, so nothing was written")
    return found


def _read(path: str, text: str | None) -> Object:
    plain = (text or "").removeprefix(_BOM)
    if not plain.strip():
        return {}
    try:
        found = json.loads(plain, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise UnsupportedFile(path, _why(plain, error)) from None
    if not isinstance(found, dict):
        raise UnsupportedFile(path, "is not a JSON object, so nothing was written")
    return found


def _once(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _why(text: str, error: Exception) -> str:
    try:
        bare = _STRING_OR_COMMENT.sub(lambda match: match[1] or "", text)
        plain = _LAST_COMMA.sub(lambda match: match[1] or "", bare)
        json.loads(plain, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return f"is no JSON that can be read ({error}), so nothing was written"
    return (
        "has comments or spare commas, which would be lost, so nothing was written: take them out, "
        "or add by hand what --dry-run shows for an empty folder"
    )


def _written(after: Object, text: str) -> str:
    indent = _INDENT.search(text)
    lines = json.dumps(after, indent=indent[1] if indent else 2, ensure_ascii=False)
    end = "\n" if text.endswith("\n") or not text.strip() else ""
    whole = f"{_BOM if text.startswith(_BOM) else ''}{lines}{end}"
    return whole.replace("\n", "\r\n") if "\r\n" in text else whole
