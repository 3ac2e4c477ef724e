"""Diagnostics on open documents whose global file changed under the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.faces.lsp.dialogues.phrases import phrase
from redraft.faces.lsp.documents import remarks, session_spot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from redraft.domain.root import Root
    from redraft.faces.lsp.dialogues.phrases import Phrases
    from redraft.faces.lsp.documents import Remarks
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.workers import Workers

    Tell = Callable[[str, object], None]

PUBLISH = "textDocument/publishDiagnostics"
_INFORMATION = 3
_MESSAGE = phrase(
    "The global file changed after session '{0}' first touched it. A commit will merge the two, "
    "or stop if they do not merge; compare with global to see."
)


class Drift:
    """Publishes the diagnostics, and takes them back.

    Args:
        folders: the open folders.
        workers: where file work is done.
        tell: sends a notification.
        opened: gives the URIs of the documents that the client has open.
        say: says things in the editor's language.
    """

    def __init__(
        self,
        folders: Folders,
        workers: Workers,
        tell: Tell,
        opened: Callable[[], Iterable[str]],
        say: Phrases,
    ) -> None:
        self._folders = folders
        self._workers = workers
        self._tell = tell
        self._opened = opened
        self._say = say
        self._published: set[str] = set()

    async def check(self, uri: str) -> None:
        """Look one document over that the client has just opened."""
        spot = session_spot(self._folders, uri)
        if spot is None:
            return
        found = await self._workers.call(lambda: remarks(spot))
        if uri in set(self._opened()):
            self._publish(uri, found)

    async def check_root(self, root: Root, _: bool) -> None:
        """Look over all open documents of a root."""
        for uri in list(self._opened()):
            spot = session_spot(self._folders, uri)
            if spot is not None and spot.root is root:
                await self.check(uri)

    def closed(self, uri: str) -> None:
        """Take back what was said about a document that is no longer open."""
        self._publish(uri, None)

    def _publish(self, uri: str, found: Remarks | None) -> None:
        is_drifted = found is not None and found.drifted
        diagnostics = [self._diagnostic(found.session)] if found and is_drifted else []
        if bool(diagnostics) == (uri in self._published):
            return
        self._published ^= {uri}
        self._tell(PUBLISH, {"uri": uri, "diagnostics": diagnostics})

    def _diagnostic(self, session: str) -> dict[str, object]:
        start = {"line": 0, "character": 0}
        return {
            "range": {"start": start, "end": start},
            "severity": _INFORMATION,
            "source": "redraft",
            "code": "drift",
            "message": self._say(_MESSAGE, session),
        }
