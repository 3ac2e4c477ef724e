"""The language server: what a starting process needs to answer ``initialize``, and no more.

A client waits for that answer, so everything that documents and commands need is imported and put
together right after it (see :mod:`redraft.faces.lsp.parts`).
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from redraft import __version__
from redraft.faces.lsp import errors
from redraft.faces.lsp.features import register
from redraft.faces.lsp.protocol import RedraftProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from lsprotocol import types

    from redraft.faces.lsp.parts import Parts

NAME = "redraft"


class RedraftServer(LanguageServer):
    """One server for one client.

    Args:
        assemble: builds the parts, once, when they are first needed.
    """

    protocol: RedraftProtocol  # type: ignore[mutable-override] # ours, as protocol_cls says

    def __init__(self, assemble: Callable[[RedraftServer], Parts]) -> None:
        super().__init__(
            NAME, __version__, protocol_cls=RedraftProtocol, converter_factory=default_converter
        )
        self._assemble = assemble
        self._tasks: set[asyncio.Task[None]] = set()
        self._initialize: types.InitializeParams | None = None
        self.protocol.handlers = lambda: self.parts.handlers
        self.protocol.read_closed = self._read_closed

    @cached_property
    def parts(self) -> Parts:
        """What the server is made of; the client's folders are open in it."""
        parts = self._assemble(self)
        if self._initialize is not None:
            parts.open_folders(folder_uris(self._initialize))
            if self.protocol.wants("searchable"):
                parts.make_searchable()
            if self.protocol.wants("shownState"):
                parts.show_state()
            if self.protocol.wants("sidesAsFiles"):
                parts.give_sides_as_files()
        return parts

    def _read_closed(self, uri: str) -> bytes:
        return self.parts.read_closed(uri)

    def introduced(self, params: types.InitializeParams) -> None:
        """The client said who it is; build the parts as soon as it has its answer."""
        self._initialize = params
        asyncio.get_running_loop().call_soon(lambda: self.parts)

    def opened(self) -> list[str]:
        """The URIs of the documents that the client has open, as it spells them."""
        return [document.uri for document in self.workspace.text_documents.values()]

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the requests, until the server ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """End what runs beside the requests, and wait for the requests under way."""
        for task in self._tasks:
            task.cancel()
        if "parts" in self.__dict__:
            await self.parts.finish()

    def ask(self, method: str, params: Any) -> asyncio.Future[Any]:
        """Send a request to the client."""
        return asyncio.wrap_future(self.protocol.send_request(method, params))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what no request could be told; people cannot do anything about it."""
        if source is not FeatureRequestError:
            errors.logger.error("%s", error, exc_info=error)


def folder_uris(params: types.InitializeParams) -> list[str]:
    """The folders that a client has open when it starts."""
    if params.workspace_folders:
        return [folder.uri for folder in params.workspace_folders]
    if params.root_uri:
        return [params.root_uri]
    if params.root_path:
        from redraft.commands.uris import file_uri

        return [file_uri(params.root_path)]
    return []


def create_server(assemble: Callable[[RedraftServer], Parts]) -> RedraftServer:
    """Build a server that serves nobody yet.

    Args:
        assemble: builds the parts, once, when they are first needed.
    """
    server = RedraftServer(assemble)
    register(server)
    return server
