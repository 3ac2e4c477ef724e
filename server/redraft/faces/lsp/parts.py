"""The parts of a server, put together; who needs what is said here and nowhere else."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.capabilities import get_capability

from redraft.commands import overview
from redraft.faces.lsp import documents
from redraft.faces.lsp.changes import Announcer
from redraft.faces.lsp.commands import Commands
from redraft.faces.lsp.content import Sides
from redraft.faces.lsp.dialogues import status
from redraft.faces.lsp.dialogues.messages import ASKED
from redraft.faces.lsp.dialogues.person import Person
from redraft.faces.lsp.dialogues.phrases import Phrases
from redraft.faces.lsp.drift import Drift
from redraft.faces.lsp.files import Files
from redraft.faces.lsp.folders import Folders
from redraft.faces.lsp.lenses import Lenses
from redraft.faces.lsp.plain import PlainLenses
from redraft.faces.lsp.searching import Searching
from redraft.faces.lsp.watch import WITH_WATCHERS_S, Watch
from redraft.faces.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from redraft.commands.results import Snapshot
    from redraft.domain.root import Root
    from redraft.faces.lsp.calls import Call
    from redraft.faces.lsp.dialogues.dialogues import Dialogues
    from redraft.faces.lsp.folders import OpenRoots
    from redraft.faces.lsp.server import RedraftServer
    from redraft.faces.workers import Workers


PATIENCE_S = 10.0


class Parts:
    """Everything behind the protocol.

    Args:
        server: the server they are for.
        roots: the roots to work in; the client's folders are added to them.
        workers: where file work is done.
        alone_s: how often to look at the markers for a client without file watchers, in seconds.
    """

    def __init__(
        self, server: RedraftServer, roots: OpenRoots, workers: Workers, alone_s: float
    ) -> None:
        tell = server.protocol.tell
        self._server = server
        self._tell = tell
        self._alone_s = alone_s
        self.workers = workers
        self._asked: set[str] = set()
        self._sides_are_files = False
        self._shows_state = False
        self._loop = asyncio.get_running_loop()
        self.folders = Folders(roots)
        self.say = Phrases.of(server.protocol.option("l10n"))
        self.person = Person(server.protocol.ask, tell, server.spawn)
        self.turns = Turns(self.folders)
        self.announcer = Announcer(self.folders, workers, tell, server.opened, self._shown)
        self.commands = Commands(self.folders, workers, self.turns, self.announcer, tell)
        self.drift = Drift(self.folders, workers, tell, server.opened, self.say)
        self.lenses = Lenses(self.folders, workers, self.say)
        self.sides = Sides(self.folders, workers)
        self.watch = Watch(self.folders, workers, self.announcer)
        self.announcer.listen(self.drift.check_root)
        self.announcer.listen(self._refresh)
        self.handlers: dict[str, Callable[[object, Call], None]] = {
            types.WORKSPACE_EXECUTE_COMMAND: PlainLenses(
                self.commands, self.folders, workers, self._show
            ),
            **Files(self.folders, workers, self.turns, self.announcer, self.sides).handlers(),
            **dict.fromkeys(ASKED, self._talk),
        }

    def open_folders(self, uris: Iterable[str]) -> None:
        """Open the folders that the client has open when it starts."""
        for uri in uris:
            self.folders.add(uri)

    def make_searchable(self) -> None:
        """Have the client's own search find the active session's text."""
        self.announcer.listen(Searching(self.workers).follow)

    def show_state(self) -> None:
        """Tell with each snapshot what a client shows of it."""
        self._shows_state = True

    def give_sides_as_files(self) -> None:
        """Tell of sides for comparing that changed as of other files."""
        self._sides_are_files = True

    @cached_property
    def dialogues(self) -> Dialogues:
        """What the editor's commands ask and tell; made with the first one."""
        from redraft.faces.lsp.dialogues.dialogues import Dialogues

        return Dialogues(self, self._server.spawn)

    def _talk(self, params: object, call: Call) -> None:
        self.dialogues.handle(params, call)

    def log(self, line: str) -> None:
        """Write a line into the client's output."""
        self._tell(types.WINDOW_LOG_MESSAGE, {"type": types.MessageType.Info, "message": line})

    async def _shown(self, root: Root, snapshot: Snapshot, changed: bool) -> Snapshot:
        """A root's state with what the client shows of it, if it does."""
        if not self._shows_state:
            return snapshot
        several = len(self.folders.all()) > 1
        changes = (
            await self.workers.call(lambda: overview.changed_paths(root, snapshot))
            if changed
            else None
        )
        return replace(
            snapshot,
            changes=changes,
            folders=self.folders.spelled(root),
            shown=status.shown(self.say, snapshot, os.path.basename(root.path) if several else ""),
        )

    def read_closed(self, uri: str) -> bytes:
        """The octets of a document that the client does not have open."""
        return documents.read_closed(self.folders, uri)

    def begin(self) -> None:
        """The client is ready: tell it the state, and begin to watch."""
        for root in self.folders.all():
            self.arrive(root)
        watching = self.watch.supported(self._server.client_capabilities)
        self._server.spawn(self.watch.poll(WITH_WATCHERS_S if watching else self._alone_s))
        self.workers.submit(_warm_up)

    def folders_changed(self, added: Iterable[str], removed: Iterable[str]) -> None:
        """The client opened and closed folders."""
        for uri in removed:
            gone = self.folders.remove(uri)
            if gone is not None:
                self._server.spawn(self.depart(gone))
        for uri in added:
            root = self.folders.add(uri)
            if root is not None:
                self.arrive(root)
        for root in self.folders.all() if self._shows_state else ():
            self.announcer.repeat(root)  # how many folders there are shows in each one's name

    def arrive(self, root: Root) -> None:
        """A root came into view."""
        self.announcer.changed(root)
        capabilities = self._server.client_capabilities
        if self.watch.supported(capabilities):
            watchers = self.watch.registration(root, capabilities)
            self._ask(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([watchers]))

    async def depart(self, root: Root) -> None:
        """A root went out of view: close it once nothing under way needs it."""
        self.announcer.forget(root)
        if self.watch.supported(self._server.client_capabilities):
            gone = self.watch.unregistration(root)
            self._ask(types.CLIENT_UNREGISTER_CAPABILITY, types.UnregistrationParams([gone]))
        await self.turns.all_done()
        self.workers.when_idle(root.close)

    async def finish(self) -> None:
        """Wait for what is under way: for changes to their end, for the rest not for ever."""
        await self.turns.all_done()
        loop = asyncio.get_running_loop()
        idle = loop.create_future()
        self.workers.when_idle(lambda: self.workers.back(loop, _settle, idle))
        await asyncio.wait([idle], timeout=PATIENCE_S)

    async def _refresh(self, root: Root, new: bool) -> None:
        """Have the client ask again for what may look different now."""
        capabilities = self._server.client_capabilities
        lenses = get_capability(capabilities, "workspace.code_lens.refresh_support", False)
        if lenses and (new or self._shows(root)):
            self._ask(types.WORKSPACE_CODE_LENS_REFRESH, None)
        shows = get_capability(capabilities, "workspace.text_document_content", None) is not None
        stale = await self.sides.stale(root) if shows or self._sides_are_files else []
        if self._sides_are_files:
            self.announcer.changed_files(stale)
            return
        for uri in stale:
            self._ask(
                types.WORKSPACE_TEXT_DOCUMENT_CONTENT_REFRESH,
                types.TextDocumentContentRefreshParams(uri=uri),
            )

    def _show(self, uri: str) -> None:
        if get_capability(self._server.client_capabilities, "window.show_document.support", False):
            params = types.ShowDocumentParams(uri=uri, take_focus=True)
            self._loop.call_soon_threadsafe(self._ask, types.WINDOW_SHOW_DOCUMENT, params)

    def _shows(self, root: Root) -> bool:
        spots = (documents.session_spot(self.folders, uri) for uri in self._server.opened())
        return any(spot is not None and spot.root is root for spot in spots)

    def _ask(self, method: str, params: Any) -> None:
        """Send a request whose answer does not matter; a bare refresh only once at a time."""
        if params is None and method in self._asked:
            return
        self._asked.add(method)
        answer = self._server.ask(method, params)
        answer.add_done_callback(lambda done: self._answered(method, done))

    def _answered(self, method: str, answer: asyncio.Future[Any]) -> None:
        self._asked.discard(method)
        if not answer.cancelled():
            answer.exception()  # a client may refuse; then it simply does not refresh


def _settle(idle: asyncio.Future[None]) -> None:
    if not idle.done():
        idle.set_result(None)


def _warm_up() -> None:
    """Build what the first command needs, so that it does not wait for it."""
    import gc

    from redraft.commands.dispatch import validate
    from redraft.commands.table import BY_LSP

    validate(BY_LSP["session.status"], {})
    # What a starting process makes stays to its end: spare every later collection the walk.
    gc.freeze()
    gc.enable()
