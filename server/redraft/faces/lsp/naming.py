"""Commands that name documents by URI: the path, the session and the root that a URI means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from redraft.errors import InvalidArguments

if TYPE_CHECKING:
    from redraft.commands.requests import Request
    from redraft.faces.lsp.folders import Folders, Spot

SINGLE = ("path", "new_path", "file_path")
SEVERAL = "paths"
_SCHEMES = ("file:", "redraft:")


def with_paths(request: Request, folders: Folders) -> Request:
    """The request with URIs replaced by what they mean; plain paths stay as they are.

    Raises:
        InvalidArguments: two of the URIs, or a URI and an argument, name different sessions.
        PathOutsideRoot: a URI lies in none of the open folders.
    """
    spots: list[Spot] = []

    def path_of(value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(_SCHEMES):
            return value
        spots.append(folders.locate(value))
        return spots[-1].path

    changed: dict[str, Any] = {
        name: path_of(getattr(request, name)) for name in SINGLE if hasattr(request, name)
    }
    if getattr(request, SEVERAL, None) is not None:
        changed[SEVERAL] = [path_of(value) for value in getattr(request, SEVERAL)]
    if not spots:
        return request
    changed["session"] = _session(request, spots)
    changed["root"] = request.root or spots[0].root.path
    return replace(request, **changed)


def documents(request: Request) -> list[str]:
    """The documents that a request names, as they are written."""
    single = [value for name in SINGLE if isinstance(value := getattr(request, name, None), str)]
    return single + list(getattr(request, SEVERAL, None) or ())


def _session(request: Request, spots: list[Spot]) -> str | None:
    named = {spot.session.casefold(): spot.session for spot in spots if spot.session is not None}
    if request.session is not None:
        named.setdefault(request.session.casefold(), request.session)
    if len(named) > 1:
        raise InvalidArguments([f"different sessions are named: {', '.join(named.values())}"])
    return request.session or next(iter(named.values()), None)
