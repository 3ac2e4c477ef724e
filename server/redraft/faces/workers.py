"""Threads for file work: a hop there is one queue, a hop back one callback.

``concurrent.futures`` costs about three times as much for each call, which is more than the work
of the short requests. Threads are started as they are needed and reused.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Workers:
    """A small pool of daemon threads.

    Args:
        most: how many threads at the most; work beyond that waits in order.
    """

    def __init__(self, most: int = 8) -> None:
        self._queue: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._most = most
        self._threads = 0
        self._unfinished = 0
        self._waiting: list[Callable[[], object]] = []
        self._changed = threading.Condition()

    def submit(self, work: Callable[[], object]) -> None:
        """Run ``work`` in a thread; it must not raise."""
        with self._changed:
            self._unfinished += 1
            if self._unfinished > self._threads and self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._run, name="redraft-worker", daemon=True).start()
        self._queue.put(work)

    async def call(self, work: Callable[[], T]) -> T:
        """Run ``work`` in a thread and give its result, or raise what it raised.

        A caller that is cancelled goes on at once; the work is finished all the same.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller
                self.back(loop, _fail, future, error)
            else:
                self.back(loop, _succeed, future, result)

        self.submit(job)
        return await future

    def drain(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds until no work is left; whether that came to be."""
        with self._changed:
            return self._changed.wait_for(lambda: self._unfinished == 0, timeout)

    def when_idle(self, act: Callable[[], object]) -> None:
        """Run ``act`` at a moment when no work is under way; no work begins meanwhile.

        It must not raise.
        """
        with self._changed:
            self._waiting.append(act)
            self._act_if_idle()

    def _act_if_idle(self) -> None:
        while not self._unfinished and self._waiting:
            self._waiting.pop(0)()

    def close(self) -> None:
        """Let the threads end once the work given so far is done."""
        with self._changed:
            threads, self._most = self._threads, 0
        for _ in range(threads):
            self._queue.put(None)

    @staticmethod
    def back(
        loop: asyncio.AbstractEventLoop, settle: Callable[..., None], *arguments: object
    ) -> None:
        """Call ``settle`` on the loop; nothing happens if the loop has ended."""
        try:
            loop.call_soon_threadsafe(settle, *arguments)
        except RuntimeError:  # the loop ended meanwhile: nobody waits for the answer
            return

    def _run(self) -> None:
        take = self._queue.get
        while (work := take()) is not None:
            try:
                work()
            finally:
                work = None
                with self._changed:
                    self._unfinished -= 1
                    if not self._unfinished:
                        self._act_if_idle()
                        self._changed.notify_all()


def _succeed(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[T], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
