"""The verbs that programs call for every file: answered without loading the full command line.

A handler here returns its exit code, or None for anything unusual: help, an unknown option, an
error, a document that is not simply there. The full command line then takes over from the start.
Nothing here may import click, rich, pydantic, dataclasses, typing, pathlib, re or json.
"""

from __future__ import annotations

import os
import sys

from redraft.commands.schemes import is_uri
from redraft.domain import layout
from redraft.domain.marker import active
from redraft.domain.root import Root
from redraft.domain.view import View
from redraft.errors import RedraftError
from redraft.faces.where import anchored, find_root, pinned, working_folder

_OLD = (layout.OLD_REGISTRY, layout.OLD_SESSIONS)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.domain.view import Resolved


def resolve(args: list[str]) -> int | None:
    """``resolve PATH [--json] [--session NAME] [--root DIR]``: print the file behind a path."""
    options = _options(args)
    if options is None:
        return None
    path, session, given, json = options
    if is_uri(path):
        return None
    cwd = working_folder(os.environ)
    try:
        path.encode()
        with Root.open(find_root(given, cwd, os.environ)) as root:
            if any(os.path.lexists(f"{root.path}/{old}") for old in _OLD):
                return None
            name = session or pinned(os.environ) or active(root)
            with View.of(root, name) as view:
                found = view.resolve(anchored(path, cwd, root.path))
            repairs = root.take_repairs()
    except (RedraftError, OSError, ValueError):
        return None
    if not found.exists:
        return None
    return _print(root.path, found, repairs, json=json)


def _options(args: list[str]) -> tuple[str, str | None, str | None, bool] | None:
    """Path, session, root and whether JSON is wanted; None if there is anything else."""
    values: dict[str, str] = {}
    json = False
    words = iter(args)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--json":
            json = True
        elif name in ("--session", "--root"):
            values[name] = value if equals else next(words, "")
            if not values[name]:
                return None
        elif word.startswith("-") or "path" in values:
            return None
        else:
            values["path"] = word
    if not values.get("path"):
        return None
    return values["path"], values.get("--session"), values.get("--root"), json


def _print(root: str, found: Resolved, repairs: list[str], *, json: bool) -> int | None:
    try:
        text = _as_json(root, found) if json else found.resolved_path
        data = f"{text}\n".encode()
    except (ImportError, UnicodeEncodeError):
        return None
    for repair in repairs:
        os.write(2, f"note: {repair}\n".encode("utf-8", "backslashreplace"))
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _as_json(root: str, found: Resolved) -> str:
    from _json import encode_basestring as quoted  # the json package costs 3 ms to import

    def literal(value: object) -> str:
        if value is None or isinstance(value, bool):
            return {None: "null", True: "true", False: "false"}[value]
        return str(quoted(str(value)))

    fields = {
        "root": root,
        "session": found.session,
        "path": found.path,
        "resolved_path": found.resolved_path,
        "source": found.source,
        "exists": found.exists,
        "modified_in_session": found.modified_in_session,
    }
    return "{" + ", ".join(f'"{name}": {literal(value)}' for name, value in fields.items()) + "}"
