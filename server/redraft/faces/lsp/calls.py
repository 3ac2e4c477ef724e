"""One request under way: answered exactly once, from whichever thread, cancelled or not."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from redraft.faces.lsp.errors import REQUEST_CANCELLED

if TYPE_CHECKING:
    from collections.abc import Callable

    from redraft.faces.lsp.framing import Output

    Encoded = tuple[bytes, ...]
    Fault = Callable[[BaseException, str], dict[str, object]]


class Call:
    """A request of the client.

    Attributes:
        method: the method, for logs.
        cancelled: whether the client asked to stop; whoever works on it may look.
    """

    __slots__ = ("_forget", "_id", "_kept", "_lock", "_open", "_output", "cancelled", "method")

    def __init__(
        self,
        identifier: object,
        method: str,
        output: Output,
        forget: Callable[[object], object],
    ) -> None:
        self.method = method
        self.cancelled = False
        self._id = identifier
        self._output = output
        self._forget = forget
        self._open = True
        self._kept = False
        self._lock = threading.Lock()

    def succeed(self, result: object) -> None:
        """Answer with a JSON-ready result."""
        if self._take():
            self._answer(b'"result":', json.dumps(result).encode())

    def succeed_raw(self, result: Encoded) -> None:
        """Answer with a result that is JSON already."""
        if self._take():
            self._answer(b'"result":', *result)

    def fail(self, error: dict[str, object]) -> None:
        """Answer with an error member (see :mod:`redraft.faces.lsp.errors`)."""
        if self._take():
            self._answer(b'"error":', json.dumps(error).encode())

    def run(self, work: Callable[[], object], fault: Fault) -> None:
        """Do ``work`` here and now and answer with its result, or with what ``fault`` makes.

        A tuple is a result that is JSON already, in parts.
        """
        try:
            result = work()
            if isinstance(result, tuple):
                self.succeed_raw(result)
            else:
                self.succeed(result)
        except Exception as error:  # noqa: BLE001 - every request gets an answer
            self.fail(fault(error, self.method))

    def keep(self) -> bool:
        """Let the work run to its end from now on, and answer; False if it was cancelled before."""
        with self._lock:
            self._kept = not self.cancelled
        return self._kept

    def cancel(self) -> None:
        """Ask the work to stop, and answer at once that it was cancelled; too late once kept."""
        with self._lock:
            if self._kept:
                return
            self.cancelled = True
        self.fail({"code": REQUEST_CANCELLED, "message": "The request was cancelled."})

    def _take(self) -> bool:
        with self._lock:
            was_open, self._open = self._open, False
        if was_open:
            self._forget(self._id)
        return was_open

    def _answer(self, *member: bytes) -> None:
        head = b'{"jsonrpc":"2.0","id":' + json.dumps(self._id).encode() + b","
        self._output.send(head, *member, b"}")


class Calls:
    """The requests under way, by their id."""

    def __init__(self) -> None:
        self._open: dict[object, Call] = {}

    def begin(self, identifier: object, method: str, output: Output) -> Call:
        """Take a request in."""
        call = Call(identifier, method, output, self._done)
        if isinstance(identifier, str | int):
            self._open[identifier] = call
        return call

    def cancel(self, identifier: object) -> bool:
        """Cancel a request; False if it is none of these."""
        call = self._open.get(identifier) if isinstance(identifier, str | int) else None
        if call is None:
            return False
        call.cancel()
        return True

    def _done(self, identifier: object) -> None:
        if isinstance(identifier, str | int):
            self._open.pop(identifier, None)
