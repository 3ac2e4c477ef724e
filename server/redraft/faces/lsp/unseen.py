"""Changes of open documents that no watcher told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.domain.view import View
from redraft.errors import RedraftError
from redraft.faces.lsp.documents import session_spot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from redraft.commands.naming import Spot
    from redraft.domain.root import Root
    from redraft.faces.lsp.changes import Event, Kind
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.workers import Workers

    Stamp = tuple[int, int, int] | None


class OpenDocuments:
    """What the open documents of sessions looked like when they were last looked at.

    Watchers of whole trees miss what is written into folders that are a moment old, for example
    a session's first copies.

    Args:
        folders: the open folders.
        workers: where file work is done.
        opened: gives the URIs of the documents that the client has open.
    """

    def __init__(
        self, folders: Folders, workers: Workers, opened: Callable[[], Iterable[str]]
    ) -> None:
        self._folders = folders
        self._workers = workers
        self._opened = opened
        self._known: dict[str, dict[str, Stamp]] = {}

    async def news(self, root: Root) -> list[Event]:
        """What differs since the last look at a root; all that was opened since then."""
        spots = {
            uri: spot
            for uri in self._opened()
            if (spot := session_spot(self._folders, uri)) is not None and spot.root is root
        }
        before = self._known.get(root.path, {})
        if not spots and not before:
            return []
        now = await self._workers.call(lambda: {uri: _stamp(spot) for uri, spot in spots.items()})
        self._known[root.path] = now
        return [
            (spots[uri], _kind(before.get(uri, stamp), stamp))
            for uri, stamp in now.items()
            if uri not in before or before[uri] != stamp
        ]


def _stamp(spot: Spot) -> Stamp:
    try:
        with View.of(spot.root, spot.session) as view:
            found = view.stat(spot.path)
    except (RedraftError, OSError):
        return None
    return found.mtime_ns, found.ctime_ns, found.size


def _kind(before: Stamp, now: Stamp) -> Kind:
    if now is None:
        return "deleted"
    return "created" if before is None else "changed"
