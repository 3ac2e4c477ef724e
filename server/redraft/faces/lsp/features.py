"""The protocol's own methods, each handed on to the part that knows."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types

from redraft.faces.lsp.errors import as_json_rpc

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from redraft.faces.lsp.server import RedraftServer

    P = TypeVar("P")
    R = TypeVar("R")


def register(server: RedraftServer) -> None:
    """Register every feature that goes the way of pygls."""
    _register_life(server)
    _register_documents(server)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        await server.parts.watch.happened(params.changes)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        event = params.event
        server.parts.folders_changed([f.uri for f in event.added], [f.uri for f in event.removed])

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancel_progress(params: types.WorkDoneProgressCancelParams) -> None:
        server.parts.commands.cancel_progress(params.token)


def _register_life(server: RedraftServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.introduced(params)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        server.parts.begin()

    @server.feature(types.SHUTDOWN)
    async def shutdown(_: None) -> None:
        await server.finish()


def _register_documents(server: RedraftServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        await server.parts.drift.check(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.parts.drift.closed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    @_answered(types.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        return await server.parts.lenses.of(params.text_document.uri)

    @server.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT)
    @_answered(types.WORKSPACE_TEXT_DOCUMENT_CONTENT)
    async def content(params: types.TextDocumentContentParams) -> types.TextDocumentContentResult:
        return types.TextDocumentContentResult(text=await server.parts.sides.text(params.uri))


def _answered(
    method: str,
) -> Callable[[Callable[[P], Coroutine[Any, Any, R]]], Callable[[P], Coroutine[Any, Any, R]]]:
    """Have a feature's failures answered as every other failure is."""

    def wrap(feature: Callable[[P], Coroutine[Any, Any, R]]) -> Callable[[P], Any]:
        @functools.wraps(feature)
        async def guarded(params: P) -> R:
            try:
                return await feature(params)
            except Exception as error:  # noqa: BLE001 - one form for all failures
                raise as_json_rpc(error, method) from None

        return guarded

    return wrap
