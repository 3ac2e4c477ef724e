"""The wire: one JSON message a line, over two handles.

The SDK's own transport hops through a thread for each line and drops what it cannot read, so that
the client waits for ever. Here a line that cannot be read is answered, and the loop itself reads.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from typing import TYPE_CHECKING, Any, Self

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, jsonrpc_message_adapter

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

    Item = SessionMessage | Exception

    from redraft.faces.pipes import Output
    from redraft.faces.workers import Workers

logger = logging.getLogger("redraft.mcp")


class Lines(asyncio.Protocol):
    """Cuts what comes in into lines, and lines into messages.

    Args:
        refuse: is told of a line that is no message: the request's id if it has one, and the error.

    Attributes:
        messages: the messages, in order; it ends with the input.
    """

    def __init__(self, refuse: Callable[[object, int, str], None]) -> None:
        self._refuse = refuse
        self._rest = bytearray()
        self._sender, self.messages = _stream()

    def data_received(self, data: bytes) -> None:
        """Take in more octets; every line that is complete by now is handed on."""
        seen = len(self._rest)
        self._rest += data
        end = self._rest.rfind(b"\n", seen)
        if end < 0:
            return
        lines = bytes(memoryview(self._rest)[:end])
        del self._rest[: end + 1]
        for line in lines.split(b"\n"):
            if line.strip():
                self._line(line)

    def eof_received(self) -> bool:
        """The client closed its side."""
        self._sender.close()
        return False

    def connection_lost(self, _: Exception | None) -> None:
        """The pipe is gone."""
        self._sender.close()

    def _line(self, line: bytes) -> None:
        try:
            message = jsonrpc_message_adapter.validate_json(line, by_name=False)
        except ValueError:
            self._refuse(*_complaint(line))
            return
        try:
            self._sender.send_nowait(SessionMessage(message))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return  # the server has ended


def _stream() -> tuple[MemoryObjectSendStream[Item], MemoryObjectReceiveStream[Item]]:
    return anyio.create_memory_object_stream[SessionMessage | Exception](math.inf)


def _complaint(line: bytes) -> tuple[object, int, str]:
    """Id, code and message of the answer to a line that is no message."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None, PARSE_ERROR, "This line is no JSON."
    asked = found.get("id") if isinstance(found, dict) else None
    known = asked if isinstance(asked, str | int) and not isinstance(asked, bool) else None
    if "\\u" in line.decode("utf-8", "replace"):
        return known, INVALID_REQUEST, "This is no message, or its text is not valid Unicode."
    return known, INVALID_REQUEST, "This is no message of the protocol."


class Messages:
    """Writes messages, each on a line; it has the shape of a stream as the SDK wants it.

    A reader that is slow holds up a thread, never the loop.

    Args:
        output: where they go.
        workers: where what does not fit at once is written.
    """

    def __init__(self, output: Output, workers: Workers) -> None:
        self._output = output
        self._workers = workers
        self._turn = asyncio.Lock()

    async def send(self, item: SessionMessage, /) -> None:
        """Write one message."""
        message = item.message
        try:
            data = message.model_dump_json(by_alias=True, exclude_unset=True).encode()
        except ValueError as error:
            logger.error("An answer could not be written as JSON: %s", error)
            data = _error(getattr(message, "id", None), INTERNAL_ERROR, "No JSON can hold this.")
        await self._write(data + b"\n")

    def refuse(self, asked: object, code: int, message: str) -> None:
        """Answer a line that was no message."""
        logger.warning("A line from the client was refused: %s", message)
        data = _error(asked, code, message) + b"\n"
        self._workers.submit(lambda: self._output.write(data))

    async def _write(self, data: bytes) -> None:
        if not self._turn.locked() and self._output.takes(len(data)):
            self._output.write(data)
            return
        async with self._turn:
            await self._workers.call(lambda: self._output.write(data))

    async def aclose(self) -> None:
        """Nothing to do: the handle is closed at the end."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _error(asked: object, code: int, message: str) -> bytes:
    body: dict[str, Any] = {"code": code, "message": message}
    return json.dumps({"jsonrpc": "2.0", "id": asked, "error": body}).encode()
