"""One change at a time in a root, in the order in which they were asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Protocol

    from redraft.domain.root import Root

    class Locks(Protocol):
        """Whoever knows the open roots."""

        def lock(self, root: Root) -> asyncio.Lock:
            """What whoever changes the root holds meanwhile."""


class Turns:
    """The changes under way and waiting.

    Args:
        locks: has one lock for each root.
    """

    def __init__(self, locks: Locks) -> None:
        self._locks = locks
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, root: Root, change: Callable[[], Coroutine[None, None, None]]) -> None:
        """Make a change as soon as those before it in the root are done."""
        task = asyncio.get_running_loop().create_task(self._in_turn(root, change))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def hold(self, root: Root) -> asyncio.Lock:
        """What whoever changes the root in a task of their own holds meanwhile."""
        return self._locks.lock(root)

    async def all_done(self) -> None:
        """Wait until no change is under way or waiting."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _in_turn(self, root: Root, change: Callable[[], Coroutine[None, None, None]]) -> None:
        async with self._locks.lock(root):
            await change()
