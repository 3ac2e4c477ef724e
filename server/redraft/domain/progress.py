"""How a long operation tells how far it is and learns that it should stop."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Progress(Protocol):
        """Receives reports; may raise :class:`Cancelled` while stopping is still safe."""

        def report(self, done: int, total: int, message: str) -> None:
            """Say that ``done`` of ``total`` steps are behind us."""

        def check(self) -> None:
            """Raise :class:`Cancelled` if the caller asked to stop.

            Operations call it only before their journal is written.
            """

        def settle(self) -> None:
            """Check for the last time: what comes now runs to its end, whoever asks to stop."""


class Cancelled(Exception):
    """The caller asked to stop before anything was changed."""


class Silent:
    """A progress that nobody watches."""

    def report(self, done: int, total: int, message: str) -> None:
        """Ignore the report."""

    def check(self) -> None:
        """Never ask to stop."""

    def settle(self) -> None:
        """Never ask to stop."""


SILENT = Silent()
