"""The read-only sides of a document, for comparing: ``workspace/textDocumentContent``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.errors import RedraftError
from redraft.faces.lsp.files import read_side

if TYPE_CHECKING:
    from redraft.domain.root import Root
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.workers import Workers

_REMEMBERED = 64


class Sides:
    """Gives the text of a side, and knows which ones a client may be showing.

    Args:
        folders: the open folders.
        workers: where file work is done.
    """

    def __init__(self, folders: Folders, workers: Workers) -> None:
        self._folders = folders
        self._workers = workers
        self._given: dict[str, tuple[Root, int | None]] = {}

    async def text(self, uri: str) -> str:
        """The text of a side; octets that are no UTF-8 are shown as replacement characters.

        Raises:
            RedraftError: there is no such session or version.
        """
        spot = self._folders.locate(uri)
        content = await self._workers.call(lambda: read_side(spot))
        self._given.pop(uri, None)
        self._given[uri] = (spot.root, hash(content))
        if len(self._given) > _REMEMBERED:
            del self._given[next(iter(self._given))]
        return content.decode("utf-8", "replace")

    async def stale(self, root: Root) -> list[str]:
        """The sides given of a root that would read differently now."""
        changed = []
        for uri, (holder, content) in list(self._given.items()):
            if holder is root and await self._now(uri) != content:
                self._given.pop(uri, None)
                changed.append(uri)
        return changed

    async def _now(self, uri: str) -> int | None:
        try:
            spot = self._folders.locate(uri)
            return hash(await self._workers.call(lambda: read_side(spot)))
        except (RedraftError, OSError):  # the client learns it when it asks again
            return None
