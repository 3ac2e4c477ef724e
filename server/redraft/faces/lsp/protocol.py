"""The protocol: pygls' own, with a short way for the requests that are ours.

``workspace/executeCommand`` and ``redraft/fs/*`` are taken as plain JSON before any conversion and
answered as such. Everything else goes the way pygls goes.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

from redraft.commands.uris import READ_ONLY
from redraft.faces.lsp import errors
from redraft.faces.lsp.calls import Calls
from redraft.faces.lsp.command_ids import command_ids
from redraft.faces.lsp.workspace import substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from redraft.faces.lsp.calls import Call
    from redraft.faces.lsp.framing import Output
    from redraft.faces.lsp.workspace import Reader

    Direct = Callable[[object, Call], None]

_OURS = ("redraft/fs/", "redraft/ui/")
MCP = "redraft.faces.mcp"  # looked for, not imported: a client waits


class Unanswered(Exception):
    """The client could not do what it was asked; what it said is the message."""


class RedraftProtocol(LanguageServerProtocol):
    """What is said on the wire.

    Attributes:
        handlers: gives who answers the requests on the short way, by method.
        read_closed: reads a document that no client has open.
        ended: called with the process's exit code when the client says ``exit``.
    """

    handlers: Callable[[], dict[str, Direct]]
    read_closed: Reader
    ended: Callable[[int], None]
    output: Output

    def __init__(self, server: Any, converter: Any) -> None:
        super().__init__(server, converter)
        self._calls = Calls()
        self._numbers = itertools.count(1)
        self._asked: dict[object, asyncio.Future[Any]] = {}
        self._initialized = False
        self._stopping = False
        self._options: dict[str, object] = {}

    def connect(self, output: Output, ended: Callable[[int], None]) -> None:
        """Say where answers go and what happens on ``exit``."""
        self.output = output
        self.ended = ended
        self.set_writer(output)

    def receive(self, body: bytes) -> None:
        """Take one message in; it may come from a client that does not keep the rules."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            self.refuse(None, errors.PARSE_ERROR, "The message is not JSON.")
            return
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            self.refuse(None, errors.INVALID_REQUEST, "The message is no JSON-RPC 2.0 object.")
            return
        method = message.get("method")
        if isinstance(method, str) and not self._admit(message, method):
            return
        if method is None and self._take_answer(message):
            return
        if isinstance(method, str) and "id" in message and _is_direct(method):
            self._take_direct(method, message)
        elif method != types.CANCEL_REQUEST or not self._cancelled_direct(message):
            self._delegate(message)

    def wants(self, name: str) -> bool:
        """Whether the client's ``initializationOptions`` ask for something."""
        return self.option(name) is True

    def option(self, name: str) -> object:
        """One of the client's ``initializationOptions`` as it was sent; None if it was not."""
        return self._options.get(name)

    def tell(self, method: str, params: object) -> None:
        """Send a notification of JSON-ready parameters; from any thread."""
        self.output.send(
            json.dumps({"jsonrpc": self.VERSION, "method": method, "params": params}).encode()
        )

    def ask(self, method: str, params: object) -> asyncio.Future[Any]:
        """Send a request of JSON-ready parameters; on the loop. Gives the client's plain answer.

        Raises:
            Unanswered: (by the future) the client could not.
        """
        identifier = f"redraft:{next(self._numbers)}"
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[identifier] = answer
        message = {"jsonrpc": self.VERSION, "id": identifier, "method": method, "params": params}
        self.output.send(json.dumps(message).encode())
        return answer

    def _take_answer(self, message: dict[str, Any]) -> bool:
        """Whether a message answers a request of :meth:`ask`."""
        identifier = message.get("id")
        answer = self._asked.pop(identifier, None) if isinstance(identifier, str) else None
        if answer is None:
            return False
        error = message.get("error")
        if not answer.done():
            if error is None:
                answer.set_result(message.get("result"))
            else:
                answer.set_exception(Unanswered(str(error)))
        return True

    def refuse(self, identifier: object, code: int, message: str) -> None:
        """Answer a request with an error that concerns the protocol itself."""
        error = {"code": code, "message": message}
        self.output.send(
            json.dumps({"jsonrpc": self.VERSION, "id": identifier, "error": error}).encode()
        )

    def _admit(self, message: dict[str, Any], method: str) -> bool:
        """Whether the life of the session allows this message now; answers it if it does not."""
        if method == types.EXIT:
            self.ended(0 if self._stopping else 1)
            return False
        problem = None
        if self._stopping:
            problem = (errors.INVALID_REQUEST, "The server is shutting down.")
        elif method == types.INITIALIZE:
            if self._initialized:
                problem = (errors.INVALID_REQUEST, "The server is initialized already.")
            else:
                self._options = _options(message)
        elif not self._initialized:
            problem = (errors.NOT_INITIALIZED, "The server is not initialized yet.")
        self._stopping = self._stopping or (problem is None and method == types.SHUTDOWN)
        if problem is not None and "id" in message:
            self.refuse(message["id"], *problem)
        return problem is None

    def _take_direct(self, method: str, message: dict[str, Any]) -> None:
        handler = self.handlers().get(method)
        if handler is None:
            self.refuse(message["id"], errors.METHOD_NOT_FOUND, f"There is no {method[:80]!r}.")
            return
        call = self._calls.begin(message["id"], method, self.output)
        try:
            handler(message.get("params"), call)
        except Exception as error:  # noqa: BLE001 - without an answer the client waits for ever
            call.fail(errors.response_error(error, call.method))

    def _cancelled_direct(self, message: dict[str, Any]) -> bool:
        params = message.get("params")
        return isinstance(params, dict) and self._calls.cancel(params.get("id"))

    def _delegate(self, message: dict[str, Any]) -> None:
        # pygls would let a request that it cannot convert go unanswered.
        try:
            structured: Any = self.structure_message(message)
        except JsonRpcException:
            if "id" in message and "method" in message:
                self.refuse(
                    message["id"],
                    errors.INVALID_PARAMS,
                    f"The parameters do not fit {message['method']!r}.",
                )
            return
        self.handle_message(structured)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Answer ``initialize`` with what pygls does not fill in itself."""
        result: types.InitializeResult = yield from super().lsp_initialize(params)
        self._initialized = True
        substitute(self, self.read_closed, params)
        capabilities = result.capabilities
        capabilities.execute_command_provider = types.ExecuteCommandOptions(
            commands=command_ids(plain=self.wants("plainLenses"))
        )
        if capabilities.workspace is not None and not self.wants("sidesAsFiles"):
            capabilities.workspace.text_document_content = types.TextDocumentContentOptions(
                schemes=list(READ_ONLY)
            )
        capabilities.experimental = {"redraft": _beside()}
        return result


def _beside() -> dict[str, object]:
    """What can be done beside the protocol: the command that starts the MCP server."""
    *words, verb = sys.orig_argv
    offers = verb == "lsp" and find_spec(MCP) is not None
    return {"mcp": [sys.executable, *words[1:], "mcp"]} if offers else {}


def _options(message: dict[str, Any]) -> dict[str, object]:
    """The options of an ``initialize``: texts are keys in them, which no converter leaves alone."""
    params = message.get("params")
    options = params.get("initializationOptions") if isinstance(params, dict) else None
    return options if isinstance(options, dict) else {}


def _is_direct(method: str) -> bool:
    return method == types.WORKSPACE_EXECUTE_COMMAND or method.startswith(_OURS)
