"""Progress of a long tool, for a client that gave a token with its call."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from redraft.domain.progress import Cancelled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Send = Callable[[float, float | None, str | None], Awaitable[None]]

_PAUSE_S = 0.1


class ClientProgress:
    """Reports from a worker's thread, at most ten times a second, and learns that it should stop.

    Args:
        send: sends one notification, on the loop; None if the client wants none.
    """

    def __init__(self, send: Send | None) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._last = 0.0
        self._before = 0
        self._done = 0
        self._total = 0

    def stop(self) -> None:
        """The client no longer wants the result: stop where that is still safe."""
        self._stopped = True

    def check(self) -> None:
        """Raise :class:`Cancelled` if the client no longer wants the result."""
        if self._stopped:
            raise Cancelled

    def settle(self) -> None:
        """The same: a call that was taken back gets no answer."""
        self.check()

    def report(self, done: int, total: int, message: str) -> None:
        """Say that ``done`` of ``total`` steps are behind us.

        What is sent only ever grows, as the protocol wants it: a phase that counts anew counts on.
        """
        if done < self._done or total != self._total:
            self._before += self._done
        self._done, self._total = done, total
        now = time.monotonic()
        if self._send is None or (now - self._last < _PAUSE_S and done < total):
            return
        self._last = now
        said = (float(self._before + done), float(self._before + total), message)
        self._loop.call_soon_threadsafe(self._tell, self._send, said)

    def _tell(self, send: Send, said: tuple[float, float, str]) -> None:
        async def tell() -> None:
            await send(*said)

        task = asyncio.get_running_loop().create_task(tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
