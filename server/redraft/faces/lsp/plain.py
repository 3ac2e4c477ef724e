"""The lens commands for editors without an extension, by what every editor can do.

An extension asks for a reason, picks a retry, or opens a comparison. A plain editor is shown the
file instead (``window/showDocument``), and a retry is recorded with a reason that says so. They
are advertised only to clients that ask (``initializationOptions: {"plainLenses": true}``): an
extension registers the same ids itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redraft.commands.uris import file_uri
from redraft.domain import retries
from redraft.domain.view import View
from redraft.errors import FileNotFound, InvalidArguments
from redraft.faces.lsp.documents import session_spot
from redraft.faces.lsp.errors import response_error
from redraft.faces.lsp.lenses import COMPARE, DRIFT, RECORD, SHOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from redraft.commands.naming import Spot
    from redraft.faces.lsp.calls import Call
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.workers import Workers

    Handler = Callable[[object, Call], None]

REASON = "Rejected in the editor"


class PlainLenses:
    """Answers the lens commands, and hands every other command on.

    Args:
        commands: executes the commands of the table.
        folders: the open folders.
        workers: where file work is done.
        show: has the client show a file, by its URI; from any thread.
    """

    def __init__(
        self,
        commands: Handler,
        folders: Folders,
        workers: Workers,
        show: Callable[[str], None],
    ) -> None:
        self._commands = commands
        self._folders = folders
        self._workers = workers
        self._show = show

    def __call__(self, params: object, call: Call) -> None:
        """Take in a ``workspace/executeCommand`` request; ``call`` is answered later."""
        name = params.get("command") if isinstance(params, dict) else None
        if not isinstance(params, dict) or name not in (RECORD, SHOW, COMPARE, DRIFT):
            self._commands(params, call)
            return
        argument = _argument(params)
        spot = session_spot(self._folders, argument["uri"])
        if spot is None:
            raise InvalidArguments([f"{argument['uri'][:200]!r} is no session's document"])
        if name == RECORD:
            reason = argument.get("reason", REASON)
            wanted = {"filePath": argument["uri"], "reason": reason}
            self._commands({"command": "redraft.retry.record", "arguments": [wanted]}, call)
            return
        find = _newest_retry if name == SHOW else _global_file
        self._workers.submit(lambda: call.run(lambda: self._show(find(spot)), response_error))


def _argument(params: dict[str, Any]) -> dict[str, Any]:
    given = params.get("arguments")
    if (
        isinstance(given, list)
        and len(given) == 1
        and isinstance(given[0], dict)
        and isinstance(given[0].get("uri"), str)
    ):
        return given[0]
    raise InvalidArguments([f"{params['command']} takes one object with the uri of a document"])


def _newest_retry(spot: Spot) -> str:
    with View.of(spot.root, spot.session) as view:
        path = view.path_of(spot.path)
        kept = retries.of_document(view.session, path) if view.session is not None else []
    if not kept:
        raise FileNotFound(f"{path} (a retry)", [])
    return file_uri(f"{spot.root.path}/{kept[-1].saved_to}")


def _global_file(spot: Spot) -> str:
    with View.of(spot.root, None) as view:
        found = view.resolve(spot.path)
        if not found.exists:
            raise view.not_found(found.path)
    return file_uri(found.resolved_path)
