"""Standard input and output as the wire of a server.

Where the loop cannot watch the handle that is read (Windows, a plain file, a terminal that is
shared with the output) one thread reads and hands the octets over.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import stat
import sys
import threading

_CHUNK = 256 * 1024
_SURE = select.PIPE_BUF if hasattr(select, "PIPE_BUF") else 0


def take_pipes() -> tuple[int, int]:
    """Keep the protocol's pipes for ourselves: a stray print or child must not disturb them.

    Returns:
        The handles to read and to write.
    """
    sys.stdout.flush()
    given, taken = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return given, taken


class Output:
    """Whole messages to a file descriptor, from any thread, never interleaved."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._broken = False

    def write(self, data: bytes) -> None:
        """Write octets that are framed already."""
        with self._lock:
            if self._broken:
                return
            try:
                rest = data
                while rest:
                    rest = rest[self._some(rest) :]
            except OSError:
                self._broken = True

    def takes(self, count: int) -> bool:
        """Whether so many octets can be written at once, without waiting for the reader."""
        if count > _SURE:
            return False
        with contextlib.suppress(OSError, ValueError):
            return bool(select.select([], [self._descriptor], [], 0)[1])
        return False

    def _some(self, data: bytes) -> int:
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:  # whoever started us made the pipe non-blocking
            select.select([], [self._descriptor], [])
            return 0

    def close(self) -> None:
        """Write nothing more."""
        with self._lock:
            if not self._broken:
                self._broken = True
                with contextlib.suppress(OSError):
                    os.close(self._descriptor)


async def feed(frames: asyncio.Protocol, descriptor: int, output: int) -> None:
    """Connect ``descriptor`` to ``frames``; returns at once.

    Args:
        frames: takes what is read.
        descriptor: the handle to read; it is put in non-blocking mode where the loop watches it.
        output: the handle that is written, to notice one file behind both.
    """
    loop = asyncio.get_running_loop()
    if _can_watch(descriptor, output):
        pipe = os.fdopen(descriptor, "rb", buffering=0)
        await loop.connect_read_pipe(lambda: frames, pipe)
        return
    threading.Thread(
        target=_pump, args=(loop, frames, descriptor), name="redraft-stdin", daemon=True
    ).start()


def _can_watch(descriptor: int, output: int) -> bool:
    # Non-blocking mode belongs to the open file: sharing it would make writes fail half-way.
    if os.name == "nt":
        return False
    read, written = os.fstat(descriptor), os.fstat(output)
    if (read.st_dev, read.st_ino) == (written.st_dev, written.st_ino):
        return False
    return stat.S_ISFIFO(read.st_mode) or stat.S_ISSOCK(read.st_mode)


def _pump(loop: asyncio.AbstractEventLoop, frames: asyncio.Protocol, descriptor: int) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
        while True:
            try:
                data = os.read(descriptor, _CHUNK)
            except OSError:
                data = b""
            if not data:
                loop.call_soon_threadsafe(frames.eof_received)
                return
            loop.call_soon_threadsafe(frames.data_received, data)
