"""An editor for the tests: pytest-lsp's client, with what an editor of Redraft adds to it."""

from __future__ import annotations

import asyncio
import base64
import inspect
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCRequestMessage,
    JsonRPCResponseMessage,
    default_converter,
)
from pytest_lsp import ClientServerConfig, LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

SERVER = Path(__file__).parents[3] / "server"
COMMAND = [sys.executable, "-W", "error", "-m", "redraft.faces.lsp.main"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SERVER), "PYTHONSAFEPATH": "1"}
PATIENCE_S = 20.0


class Editor(LanguageClient):
    """A client that keeps what it is told, as plain JSON."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.snapshots: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.registered: dict[str, types.Registration] = {}
        self.lens_refreshes = 0
        self.stale_sides: list[str] = []
        self.person: Callable[[str, dict[str, Any]], Any] | None = None
        self.rows: list[dict[str, Any]] = []
        self.working: list[dict[str, Any]] = []
        self.edits: list[list[Any]] = []
        self.applies = True
        self._news: set[asyncio.Event] = set()

    def tell(self) -> None:
        """Something came in: whoever waits looks again."""
        for event in self._news:
            event.set()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something that the server tells makes ``holds`` true."""
        news = asyncio.Event()
        self._news.add(news)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():
                    await news.wait()
                    news.clear()
        finally:
            self._news.discard(news)

    async def command(self, name: str, /, **arguments: Any) -> Any:
        """Execute one of the server's commands, with its arguments as the wire has them."""
        return await self.request(
            "workspace/executeCommand", {"command": f"redraft.{name}", "arguments": [arguments]}
        )

    async def request(self, method: str, params: Any) -> Any:
        """Send any request; the result is plain JSON."""
        # What lsprotocol knows no type for passes as it is, in both directions.
        protocol = self.protocol
        message = JsonRPCRequestMessage(str(uuid.uuid4()), method, "2.0", params)
        future: Future[Any] = Future()
        protocol._request_futures[message.id] = future
        protocol._send_data(message)
        return await asyncio.wrap_future(future)

    async def fs(self, name: str, /, **params: Any) -> Any:
        """Send a request of the editor's file system."""
        return await self.request(f"redraft/fs/{name}", params)

    async def write(self, uri: str, content: bytes, **flags: bool) -> None:
        """Write a document."""
        encoded = base64.b64encode(content).decode()
        await self.fs(
            "writeFile", uri=uri, content=encoded, **{"create": True, "overwrite": True} | flags
        )

    async def read(self, uri: str) -> bytes:
        """Read a document."""
        return base64.b64decode((await self.fs("readFile", uri=uri))["content"])

    def open(self, uri: str, text: str = "") -> None:
        """Open a document."""
        self.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "markdown", 1, text))
        )

    def close(self, uri: str) -> None:
        """Close a document."""
        self.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )

    def folders(self, added: list[Path] | None = None, removed: list[Path] | None = None) -> None:
        """Open and close workspace folders."""
        event = types.WorkspaceFoldersChangeEvent(
            added=[types.WorkspaceFolder(file_uri(path), path.name) for path in added or []],
            removed=[types.WorkspaceFolder(file_uri(path), path.name) for path in removed or []],
        )
        self.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    def saw(self, *changes: tuple[Path, types.FileChangeType]) -> None:
        """Report what the editor's file watchers saw."""
        events = [types.FileEvent(file_uri(path), kind) for path, kind in changes]
        self.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    def last(self, root: Path) -> dict[str, Any]:
        """The newest snapshot of a root; empty before the first."""
        return next((s for s in reversed(self.snapshots) if s["root"] == str(root)), {})

    def active(self, root: Path) -> str | None:
        """The active session of a root by its newest snapshot."""
        active = self.last(root).get("active")
        return active["name"] if active else None

    def counted(self, root: Path, what: str) -> int | None:
        """A count of the active session by the newest snapshot; None while none is active."""
        active = self.last(root).get("active")
        return active[what] if active else None


def converter() -> Converter:
    """As pygls makes it, but what it does not know stays plain JSON."""
    made: Converter = default_converter()  # type: ignore[no-untyped-call] # as pygls has it
    for kind in (JsonRPCResponseMessage, JsonRPCNotification, JsonRPCRequestMessage):
        made.register_structure_hook(kind, lambda value, cls: cls(**value))
    return made


def editor() -> Editor:
    """A client that answers what the server may ask of an editor."""
    client = Editor(converter_factory=converter)
    told = {types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, types.WINDOW_LOG_MESSAGE}
    features = {name: do for name, do in DEFAULT_CLIENT_FEATURES.items() if name not in told}
    register_lsp_features(client, features)

    @client.feature("redraft/sessionChanged")  # type: ignore[untyped-decorator]  # as it is
    def session_changed(params: dict[str, Any]) -> None:
        client.snapshots.append(params)
        client.tell()

    @client.feature("redraft/fs/changed")  # type: ignore[untyped-decorator]  # as it is
    def files_changed(params: dict[str, Any]) -> None:
        client.changes += params["changes"]
        client.tell()

    _talks(client)

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]  # as it is
    def diagnostics(params: types.PublishDiagnosticsParams) -> None:
        client.diagnostics[params.uri] = params.diagnostics
        client.tell()

    @client.feature(types.WINDOW_LOG_MESSAGE)  # type: ignore[untyped-decorator]  # as it is
    def log(params: types.LogMessageParams) -> None:
        client.log_messages.append(params)
        client.tell()

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]  # as it is
    def register(params: types.RegistrationParams) -> None:
        client.registered |= {each.id: each for each in params.registrations}
        client.tell()

    @client.feature(types.CLIENT_UNREGISTER_CAPABILITY)  # type: ignore[untyped-decorator]  # as it is
    def unregister(params: types.UnregistrationParams) -> None:
        for each in params.unregisterations:
            del client.registered[each.id]
        client.tell()

    @client.feature(types.WORKSPACE_CODE_LENS_REFRESH)  # type: ignore[untyped-decorator]  # as it is
    def refresh_lenses(_: None) -> None:
        client.lens_refreshes += 1
        client.tell()

    @client.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT_REFRESH)  # type: ignore[untyped-decorator]  # as it is
    def refresh_content(params: types.TextDocumentContentRefreshParams) -> None:
        client.stale_sides.append(params.uri)
        client.tell()

    return client


def _talks(client: Editor) -> None:
    """Has dialogues be answered by whoever sits before the client."""
    for method in ("pick", "input", "ask", "do"):
        _answer(client, method)

    @client.feature("redraft/ui/working")  # type: ignore[untyped-decorator]  # as it is
    def working(params: dict[str, Any]) -> None:
        client.working.append(params)
        client.progress_reports.setdefault(params["token"], [])
        client.tell()

    @client.feature(types.WORKSPACE_APPLY_EDIT)  # type: ignore[untyped-decorator]  # as it is
    def edit(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        client.edits.append(list(params.edit.document_changes or []))
        return types.ApplyWorkspaceEditResult(applied=client.applies)

    @client.feature("redraft/ui/rows")  # type: ignore[untyped-decorator]  # as it is
    def other_rows(params: dict[str, Any]) -> None:
        client.rows.append(params)
        client.tell()


def _answer(client: Editor, method: str) -> None:
    @client.feature(f"redraft/ui/{method}")  # type: ignore[untyped-decorator]  # as it is
    async def asked(params: dict[str, Any]) -> Any:
        assert client.person is not None, f"nobody is there to answer {method}"
        answer = client.person(method, params)
        return await answer if inspect.isawaitable(answer) else answer


CONFIG = ClientServerConfig(server_command=COMMAND, server_env=ENVIRONMENT, client_factory=editor)


def capabilities(*, watchers: bool = False) -> types.ClientCapabilities:
    """What an editor like VS Code says it can do."""
    return types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(
            workspace_folders=True,
            code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=True),
            text_document_content=types.TextDocumentContentClientCapabilities(),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
                dynamic_registration=watchers, relative_pattern_support=watchers
            ),
        ),
        window=types.WindowClientCapabilities(work_done_progress=True),
    )


def initialize(*folders: Path, watchers: bool = False) -> types.InitializeParams:
    """What an editor says first."""
    return types.InitializeParams(
        capabilities=capabilities(watchers=watchers),
        workspace_folders=[types.WorkspaceFolder(file_uri(path), path.name) for path in folders],
    )


async def elsewhere(root: Path, *words: str) -> None:
    """Run a command in another process."""
    command = [sys.executable, "-m", "redraft", "--root", str(root), *words]
    process = await asyncio.create_subprocess_exec(
        *command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    assert (await process.communicate(), process.returncode)[1] == 0, words


def details(error: JsonRpcException) -> dict[str, Any]:
    """The data of a failed request."""
    data: dict[str, Any] | None = error.data
    assert data is not None
    return data


def file_uri(path: Path) -> str:
    """The URI of a plain file."""
    return "file://" + quote(str(path))


def uri(session: str, path: Path, scheme: str = "redraft") -> str:
    """The URI of a session's document, by the path of its global file."""
    return f"{scheme}://{session}{quote(str(path))}"
