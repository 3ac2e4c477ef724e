"""What clients are told: one place pushes whole snapshots, whoever changed the state."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from redraft.faces.lsp.documents import session_spot
from redraft.faces.lsp.errors import unexpected
from redraft.faces.lsp.presence import Presence, look
from redraft.faces.lsp.unseen import OpenDocuments

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from redraft.commands.naming import Spot
    from redraft.commands.results import Snapshot
    from redraft.domain.root import Root
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.lsp.presence import Found
    from redraft.faces.workers import Workers

    Kind = Literal["created", "changed", "deleted"]
    Event = tuple[Spot, Kind]
    Tell = Callable[[str, object], None]
    Listener = Callable[[Root, bool], Awaitable[None]]

SESSION_CHANGED = "redraft/sessionChanged"
FILES_CHANGED = "redraft/fs/changed"
_LOG_INFO = 3  # LSP's MessageType.Info


class _Watched:
    """What was last said about a root."""

    __slots__ = ("again", "anew", "checking", "known", "presence", "revision")

    def __init__(self) -> None:
        self.known: dict[str, Any] | None = None
        self.revision = 0
        self.presence = Presence()
        self.checking = False
        self.again = False
        self.anew = False


class Announcer:
    """Compares each root with what was last said about it, and says what is new.

    Args:
        folders: the open folders.
        workers: where file work is done.
        tell: sends a notification.
        opened: gives the URIs of the documents that the client has open.
        complete: adds to a root's state what the client shows of it: also what changed, if so.
    """

    def __init__(
        self,
        folders: Folders,
        workers: Workers,
        tell: Tell,
        opened: Callable[[], Iterable[str]],
        complete: Callable[[Root, Snapshot, bool], Awaitable[Snapshot]],
    ) -> None:
        self._folders = folders
        self._workers = workers
        self._tell = tell
        self._opened = opened
        self._complete = complete
        self._open_documents = OpenDocuments(folders, workers, opened)
        self._watched: dict[str, _Watched] = {}
        self._listeners: list[Listener] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def listen(self, listener: Listener) -> None:
        """Call ``listener(root, new)`` after each check; ``new``: whether there was news."""
        self._listeners.append(listener)

    def changed(self, root: Root) -> None:
        """Something may have changed in a root: look again soon. To be called on the loop.

        However often it is called while a look is under way, one more look follows it.
        """
        if all(each is not root for each in self._folders.all()):
            return
        watched = self._watched.setdefault(root.path, _Watched())
        if watched.checking:
            watched.again = True
            return
        watched.checking = True
        task = asyncio.get_running_loop().create_task(self._check(root, watched))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def repeat(self, root: Root) -> None:
        """What is shown of a root is other than before, though its state may not be."""
        self._watched.setdefault(root.path, _Watched()).anew = True
        self.changed(root)

    def in_use(self, root: Root) -> set[str]:
        """The sessions whose documents the client may show: the active one, and those open."""
        watched = self._watched.get(root.path)
        used = {_active(watched.known) if watched is not None else None}
        for uri in self._opened():
            spot = session_spot(self._folders, uri)
            if spot is not None and spot.root is root:
                used.add(spot.session)
        return {name for name in used if name}

    @contextmanager
    def follow(self, root: Root) -> Iterator[asyncio.Event]:
        """An event that is set, as long as it is held, whenever a root was looked at."""
        event = asyncio.Event()

        async def looked(looked_at: Root, _: bool) -> None:
            if looked_at is root:
                event.set()

        self._listeners.append(looked)
        try:
            yield event
        finally:
            self._listeners.remove(looked)

    def forget(self, root: Root) -> None:
        """Say nothing more about a root."""
        self._watched.pop(root.path, None)

    def documents(self, events: Iterable[Event]) -> None:
        """Tell which documents changed, under the URIs that the client knows them by."""
        changes: list[dict[str, str]] = []
        for spot, kind in events:
            if spot.session is None or not (spot.path or self._is_news(spot, kind)):
                continue
            uri = self._folders.uri(spot.root, spot.session, spot.path)
            changes.append({"uri": uri, "type": kind})
        self._tell_changes(changes)

    def changed_files(self, uris: Iterable[str]) -> None:
        """Tell that files changed which the client knows by these URIs."""
        self._tell_changes([{"uri": uri, "type": "changed"} for uri in uris])

    def _tell_changes(self, changes: list[dict[str, str]]) -> None:
        if changes:
            self._tell(FILES_CHANGED, {"changes": changes})

    async def look_at_open_documents(self, root: Root) -> None:
        """Tell which of the client's open documents have changed since the last look."""
        self.documents(await self._open_documents.news(root))

    def _is_news(self, whole: Spot, kind: Kind) -> bool:
        """Whether the client does not know yet what is told of a whole session."""
        watched = self._watched.get(whole.root.path)
        if watched is None or whole.session is None:
            return True
        known = kind == "deleted" and watched.presence.has_ended(whole.session)
        watched.presence.told(whole.session, kind)
        return not known

    async def _check(self, root: Root, watched: _Watched) -> None:
        try:
            again = True
            while again and self._watched.get(root.path) is watched:
                watched.again = False
                await self._look(root, watched)
                again = watched.again
        except Exception as error:  # noqa: BLE001 - nobody awaits this task: the log must tell
            unexpected(error, SESSION_CHANGED)
        finally:
            watched.checking = False

    async def _look(self, root: Root, watched: _Watched) -> None:
        asked = watched.presence.asked(self.in_use(root))
        (found, repairs), there = await self._workers.call(
            lambda: (_snapshot(root), look(root, asked))
        )
        if self._watched.get(root.path) is not watched:
            return
        for sentence in repairs:
            self._tell("window/logMessage", {"type": _LOG_INFO, "message": sentence})
        before = watched.known
        new = found is not None and await self._is_told(root, watched, found)
        self.documents(_session_events(root, watched, before, there))
        await self.look_at_open_documents(root)
        for listener in list(self._listeners):
            await listener(root, new)

    async def _is_told(self, root: Root, watched: _Watched, found: Snapshot) -> bool:
        """Tell a root's state, unless it is what was told before."""
        from redraft.commands.dispatch import to_json

        before, state = watched.known, to_json(found, "camel")
        if state == before and not watched.anew:
            return False
        watched.known, watched.anew = state, False
        watched.revision += 1
        same = ("changesDigest", "drifted")
        changed = before is None or any(before[key] != state[key] for key in same)
        told = await self._complete(root, replace(found, revision=watched.revision), changed)
        self._tell(SESSION_CHANGED, to_json(told, "camel"))
        return True


def _session_events(
    root: Root, watched: _Watched, before: dict[str, Any] | None, found: Found
) -> list[Event]:
    """A session that came or went takes all its documents along."""
    from redraft.commands.naming import Spot

    events: list[Event] = [
        (Spot(root, "", session), kind) for session, kind in watched.presence.news(found)
    ]
    came = _active(watched.known)
    told = {spot.session for spot, _ in events}
    if before is not None and came not in {None, _active(before), *told}:
        events.append((Spot(root, "", came), "changed"))
    return events


def _active(snapshot: dict[str, Any] | None) -> str | None:
    active = snapshot and snapshot.get("active")
    return active["name"] if isinstance(active, dict) else None


def _snapshot(root: Root) -> tuple[Snapshot | None, list[str]]:
    """The root's state, and what was repaired; None if it cannot be read at this moment."""
    from redraft.commands.overview import snapshot
    from redraft.errors import RedraftError

    try:
        found = snapshot(root)
    except (RedraftError, OSError):
        return None, root.take_repairs()
    return found, root.take_repairs()
