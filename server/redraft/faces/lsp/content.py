"""The read-only sides of a document, for comparing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from redraft.commands.uris import Side
from redraft.domain.writing import WritableView
from redraft.errors import RedraftError

if TYPE_CHECKING:
    from redraft.commands.naming import Spot
    from redraft.domain.root import Root
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.workers import Workers

_REMEMBERED = 64


def read_side(spot: Spot) -> bytes:
    """The octets of the version of a document that a spot means, through the resolver."""
    with WritableView.of(spot.root, spot.session) as view:
        if spot.side is Side.DOCUMENT:
            return view.read(spot.path)
        if spot.side is Side.RETRY:
            return view.read_retry(spot.path, spot.number or 1)
        return view.read_side(spot.path, "base" if spot.side is Side.BASE else "global")


class Sides:
    """Reads sides, and knows which ones a client may be showing.

    Args:
        folders: the open folders.
        workers: where file work is done.
    """

    def __init__(self, folders: Folders, workers: Workers) -> None:
        self._folders = folders
        self._workers = workers
        self._given: dict[str, tuple[Root, int | None]] = {}
        self._lock = threading.Lock()

    def read(self, uri: str, spot: Spot) -> bytes:
        """The octets of a side that the client asked for under this URI; from any thread.

        Raises:
            RedraftError: there is no such session or version.
        """
        content = read_side(spot)
        with self._lock:
            self._given.pop(uri, None)
            self._given[uri] = (spot.root, hash(content))
            if len(self._given) > _REMEMBERED:
                del self._given[next(iter(self._given))]
        return content

    async def text(self, uri: str) -> str:
        """The text of a side; octets that are no UTF-8 are shown as replacement characters.

        Raises:
            RedraftError: there is no such session or version.
        """
        spot = self._folders.locate(uri)
        content = await self._workers.call(lambda: self.read(uri, spot))
        return content.decode("utf-8", "replace")

    async def stale(self, root: Root) -> list[str]:
        """The sides given of a root that would read differently now."""
        with self._lock:
            given = list(self._given.items())
        changed = []
        for uri, (holder, content) in given:
            if holder is root and await self._now(uri) != content:
                with self._lock:
                    self._given.pop(uri, None)
                changed.append(uri)
        return changed

    async def _now(self, uri: str) -> int | None:
        try:
            spot = self._folders.locate(uri)
            return hash(await self._workers.call(lambda: read_side(spot)))
        except (RedraftError, OSError):  # the client learns it when it asks again
            return None
