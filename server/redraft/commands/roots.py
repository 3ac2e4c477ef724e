"""The open folders of one face, and which of them a command is about."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from redraft.errors import InvalidArguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redraft.domain.root import Root


class Roots:
    """The folders that are open, by their path with links resolved."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        """Open the folders of ``paths`` (paths or ``file:`` URIs).

        Raises:
            RedraftError: one of them is no folder, or is out of reach.
        """
        self._open: dict[str, Root] = {}
        for path in paths:
            self.add(path)

    def add(self, path: str) -> Root:
        """Open a folder (a path or ``file:`` URI), or give the one that is open already."""
        from redraft.domain.root import Root

        place = _real(path)
        if place not in self._open:
            root = Root.open(place)
            return self._open.setdefault(root.path, root)
        return self._open[place]

    def remove(self, path: str) -> None:
        """Close a folder; one that is not open is ignored."""
        root = self._open.pop(_real(path), None)
        if root is not None:
            root.close()

    def all(self) -> list[Root]:
        """Every open folder, in the order of opening."""
        return list(self._open.values())

    def pick(self, root: str | None = None, paths: Sequence[str] = ()) -> Root:
        """The folder that a command is about.

        Args:
            root: the folder as a path or ``file:`` URI, if the command names one.
            paths: the documents that the command names; they decide between several folders.

        Raises:
            InvalidArguments: the named folder is not open, or nothing decides between several.
        """
        if root is not None:
            return self._named(root)
        if len(self._open) == 1:
            return next(iter(self._open.values()))
        holders = {holder.path: holder for path in paths if (holder := self._holder(path))}
        if len(holders) == 1:
            return next(iter(holders.values()))
        raise InvalidArguments([self._undecided(len(holders))])

    def close(self) -> None:
        """Close every folder."""
        while self._open:
            self._open.popitem()[1].close()

    def _named(self, root: str) -> Root:
        try:
            found = self._open.get(_real(root))
        except ValueError as error:
            raise InvalidArguments([f"root {root[:80]!r} is no path: {error}"]) from None
        if found is None:
            raise InvalidArguments(
                [f"root {root!r} is not an open folder (open: {self._listed() or 'none'})"]
            )
        return found

    def _holder(self, path: str) -> Root | None:
        place = _local(path)
        if not os.path.isabs(place):
            return None
        inside = [root for root in self._open.values() if _holds(root.path, place)]
        return max(inside, key=lambda root: len(root.path), default=None)

    def _undecided(self, holders: int) -> str:
        if not self._open:
            return "no folder is open"
        if holders:
            return "the documents lie in different folders"
        return f"several folders are open; say which with root: {self._listed()}"

    def _listed(self) -> str:
        return ", ".join(self._open)


def _local(path: str) -> str:
    """The path behind a path, ``file:`` or ``redraft:`` URI."""
    if path.startswith(("file:", "redraft:")):
        return unquote(urlsplit(path).path)
    return path


def _real(path: str) -> str:
    return os.path.realpath(os.path.abspath(_local(path)))


def _holds(root: str, place: str) -> bool:
    if place == root or place.startswith(root.rstrip(os.sep) + os.sep):
        return True
    try:
        resolved = os.path.realpath(os.path.dirname(place))
    except ValueError:
        return False
    return resolved == root or resolved.startswith(root.rstrip(os.sep) + os.sep)
