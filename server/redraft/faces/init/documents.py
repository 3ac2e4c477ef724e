"""Settings files in JSON that are another program's: read, and changed in one place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redraft.errors import UnsupportedFile
from redraft.faces.init.jsonc import parse, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable

    Object = dict[str, Any]

_BOM = "\ufeff"


def changed(path: str, text: str | None, change: Callable[[Object], None]) -> str | None:
    """The text of a settings file after a change; None if nothing would be left in it.

    All that the change does not touch stays as it is: order, layout, comments, line ends.

    Args:
        path: the file's, for errors.
        text: what it holds; None if it is not there.
        change: changes the object in place.

    Raises:
        UnsupportedFile: it is no JSON object, comments and spare commas allowed.
    """
    given = (text or "").removeprefix(_BOM)
    returns = given.count("\n") == given.count("\r\n") > 0
    plain = given.replace("\r\n", "\n") if returns else given
    before = _read(path, plain)
    after = json.loads(json.dumps(before))
    change(after)
    if after == before:
        return text
    new = rewritten(plain if plain.strip() else "{}\n", after)
    if new.strip() == "{}":
        return None
    new = new.replace("\n", "\r\n") if returns else new
    return f"{_BOM}{new}" if (text or "").startswith(_BOM) else new


def section(path: str, holder: Object, key: str) -> Object:
    """The object at a key, made if it is not there.

    Raises:
        UnsupportedFile: something else is there.
    """
    found = holder.setdefault(key, {})
    if not isinstance(found, dict):
        raise UnsupportedFile(path, f"has no object at {key!r}, so nothing was written")
    return found


def _read(path: str, plain: str) -> Object:
    if not plain.strip():
        return {}
    try:
        found = parse(plain).value
    except (ValueError, RecursionError) as error:
        why = f"is no JSON that can be read ({error}), so nothing was written"
        raise UnsupportedFile(path, why) from None
    if not isinstance(found, dict):
        raise UnsupportedFile(path, "is not a JSON object, so nothing was written")
    return found
