"""The lens commands for editors without an extension, by what every editor can do.

An extension asks for a reason, picks a retry, or opens a comparison. A plain editor is shown the
file instead (``window/showDocument``), and a retry is recorded with a reason that says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redraft.errors import FileNotFound, InvalidArguments
from redraft.faces.lsp.documents import session_spot
from redraft.faces.lsp.lenses import COMPARE, RECORD, SHOW
from redraft.faces.lsp.uris import file_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from redraft.faces.lsp.folders import Folders, Spot

IDS = (RECORD, SHOW, COMPARE)
REASON = "Rejected in the editor"


def translated(name: str, arguments: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The command of the table that a lens command stands for, with its arguments.

    Args:
        name: one of ``IDS``.
        arguments: the lens' argument; ``reason`` may be added to it.

    Raises:
        InvalidArguments: the argument names no document.
    """
    uri = arguments.get("uri")
    if not isinstance(uri, str):
        raise InvalidArguments([f"{name} needs the uri of a document"])
    if name == RECORD:
        return "retry.record", {"filePath": uri, "reason": arguments.get("reason") or REASON}
    if name == SHOW:
        return "retry.list", {"filePath": uri}
    return "resolve", {"path": uri}


def to_show(name: str, uri: str, folders: Folders, result: Any) -> str | None:
    """The URI of the plain file to show after a lens command; None for none.

    Raises:
        FileNotFound: the file to show is not there.
    """
    spot = session_spot(folders, uri)
    if spot is None or name == RECORD:
        return None
    find: Callable[[Spot, Any], str] = _newest_retry if name == SHOW else _global
    return file_uri(find(spot, result))


def _newest_retry(spot: Spot, result: Any) -> str:
    if not result.retries:
        raise FileNotFound(f"{spot.path} (a retry)", [])
    return f"{spot.root.path}/{result.retries[-1].saved_to}"


def _global(spot: Spot, result: Any) -> str:
    if spot.root.folder.stat(result.path) is None:
        raise FileNotFound(result.path, [f"{spot.root.path}/{result.path}"])
    return f"{spot.root.path}/{result.path}"
