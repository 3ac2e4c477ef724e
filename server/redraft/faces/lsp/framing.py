"""Messages over a pipe: headers and bodies in, whole frames out.

Reading is a callback of the event loop, without a coroutine or a thread per line; that is what
keeps a small request fast.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from redraft.faces import pipes

if TYPE_CHECKING:
    from collections.abc import Callable

_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEADER_LIMIT = 64 * 1024


class BrokenFrame(Exception):
    """What came in is not framed as the protocol says, so nothing after it can be trusted."""


class Frames(asyncio.Protocol):
    """Cuts the stream into bodies.

    Args:
        received: called with every body, in order.
        ended: called once, when the stream ends or is broken; the error if it was broken.
    """

    def __init__(
        self, received: Callable[[bytes], None], ended: Callable[[Exception | None], None]
    ) -> None:
        self._received = received
        self._ended = ended
        self._buffer = bytearray()
        self._wanted = -1
        self._over = False
        self._transport: asyncio.BaseTransport | None = None

    def data_received(self, data: bytes) -> None:
        """Take in more octets; every body that is complete by now is handed on."""
        if self._over:
            return
        self._buffer += data
        try:
            while (body := self._next()) is not None:
                self._received(body)
        except BrokenFrame as error:
            self._end(error)

    def eof_received(self) -> bool:
        """The client closed its side."""
        self._end(None)
        return False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The loop watches the pipe now."""
        self._transport = transport

    def close(self) -> None:
        """Read no more."""
        self._over = True
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The pipe is gone."""
        self._end(exc)

    def _next(self) -> bytes | None:
        buffer = self._buffer
        if self._wanted < 0:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(buffer) > _HEADER_LIMIT:
                    raise BrokenFrame("a header without an end")
                return None
            length = _LENGTH.search(buffer, 0, end + 1)
            if length is None:
                raise BrokenFrame("a header without Content-Length")
            self._wanted = int(length[1])
            del buffer[: end + 4]
        if len(buffer) < self._wanted:
            return None
        body = bytes(memoryview(buffer)[: self._wanted])
        del buffer[: self._wanted]
        self._wanted = -1
        return body

    def _end(self, error: Exception | None) -> None:
        if not self._over:
            self._over = True
            self._ended(error)


class Output(pipes.Output):
    """Whole frames to a file descriptor; it has the shape of a writer as pygls wants it."""

    def send(self, *parts: bytes) -> None:
        """Write one body, given in parts, with its header.

        Nothing happens once the client is gone.
        """
        length = sum(map(len, parts))
        self.write(b"".join((b"Content-Length: %d\r\n\r\n" % length, *parts)))
