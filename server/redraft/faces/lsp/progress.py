"""Progress of a long command, on the token that the client gave with it."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from redraft.domain.progress import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    Tell = Callable[[str, object], None]

    class Stoppable(Protocol):
        """What a client may ask to stop."""

        cancelled: bool

        def keep(self) -> bool:
            """From now on it cannot be stopped; False if it was before."""


_PAUSE_S = 0.1
_UNSEEN_S = 0.5


class ClientProgress:
    """Reports to the client, at most ten times a second, and stops when it asks to.

    Without a token it reports nothing and can be cancelled all the same. It is used by one
    thread at a time.
    """

    def __init__(self, call: Stoppable, tell: Tell, token: str | int | None, title: str) -> None:
        self._call = call
        self._tell = tell
        self._token = token
        self._title = title
        self._last = 0.0

    def begin(self) -> None:
        """Say that the work begins."""
        self._send({"kind": "begin", "title": self._title, "cancellable": True, "percentage": 0})

    def end(self) -> None:
        """Say that the work is over, however it ended."""
        self._send({"kind": "end"})

    def report(self, done: int, total: int, message: str) -> None:
        """Say that ``done`` of ``total`` steps are behind us."""
        now = time.monotonic()
        if self._token is None or (now - self._last < _PAUSE_S and done < total):
            return
        self._last = now
        percentage = min(100, done * 100 // total) if total > 0 else 0
        self._send({"kind": "report", "message": message, "percentage": percentage})

    def check(self) -> None:
        """Raise :class:`Cancelled` if the client asked to stop."""
        if self._call.cancelled:
            raise Cancelled

    def settle(self) -> None:
        """The same for the last time: from now on the client's request is answered by the work."""
        if not self._call.keep():
            raise Cancelled

    def _send(self, value: dict[str, object]) -> None:
        if self._token is not None:
            self._tell("$/progress", {"token": self._token, "value": value})


class LateProgress(ClientProgress):
    """A progress that the server shows itself, unless the work is done before anybody can read it.

    Args:
        tell: sends a notification.
        title: what is worked on; nothing is shown without.
        show: has the client listen to a token, under a title.
    """

    def __init__(
        self, tell: Tell, title: str, show: Callable[[str, str], None] | None = None
    ) -> None:
        super().__init__(self, tell, None, title)
        self.cancelled = False
        self._show = show

    def keep(self) -> bool:
        """Whether nobody stopped it: the answer always comes from the work."""
        return not self.cancelled

    @contextmanager
    def shown(self, tokens: Tokens) -> Iterator[None]:
        """Show it while the work inside takes its time; to be used on the loop."""
        token = f"redraft:{id(self)}"
        tokens.enter(token, self)
        begin = asyncio.get_running_loop().call_later(_UNSEEN_S, self._begin_late, token)
        try:
            yield
        finally:
            begin.cancel()
            tokens.leave(token)
            self.end()

    def _begin_late(self, token: str) -> None:
        if self._show is not None and self._title:
            self._token = token
            self._show(token, self._title)
            self.begin()


class Tokens:
    """The progress tokens in use, so that a cancel finds its request."""

    def __init__(self) -> None:
        self._calls: dict[str | int, Stoppable] = {}

    def enter(self, token: str | int | None, call: Stoppable) -> None:
        """Remember whose token it is."""
        if token is not None:
            self._calls[token] = call

    def leave(self, token: str | int | None) -> None:
        """Forget a token."""
        if token is not None:
            self._calls.pop(token, None)

    def cancel(self, token: str | int) -> None:
        """Ask the work behind a token to stop; its request is answered when it has."""
        call = self._calls.get(token)
        if call is not None:
            call.cancelled = True
