"""Around an operation's point of no return: what is taken back before it, and left after it.

A refusal of the disk before that point fails the operation as a whole. After it the operation is
done, and answers so; what could not be cleared up is said as a repair and left to the next command.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from redraft.disk.lock import Lock
    from redraft.domain.root import Root


class Afterwards:
    """What follows an operation that is done (a context manager): no refusal undoes it any more.

    Args:
        root: the root, which hears what was refused.
        lock: the operation's lock; whoever takes it next clears up.
    """

    __slots__ = ("_lock", "_root")

    def __init__(self, root: Root, lock: Lock) -> None:
        self._root = root
        self._lock = lock

    def __enter__(self) -> Afterwards:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, OSError):
            return False
        self._lock.leave_unswept()
        why = f"{error.strerror or error} ({error.filename})"
        self._root.note_repair(f"It is done, but could not be cleared up after at once: {why}.")
        return True


class Backout:
    """What to take back, newest first, if the operation fails (a context manager)."""

    __slots__ = ("_undoes",)

    def __init__(self) -> None:
        self._undoes: list[Callable[[], object]] = []

    def add(self, undo: Callable[[], object]) -> None:
        """Take this back too."""
        self._undoes.append(undo)

    def forget(self) -> None:
        """The operation is done: nothing is taken back any more."""
        self._undoes.clear()

    def __enter__(self) -> Backout:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while error is not None and self._undoes:
            self._undoes.pop()()
