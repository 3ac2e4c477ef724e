"""The open folders of one face, and which of them a command is about."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from redraft.commands.schemes import is_uri
from redraft.commands.uris import parse
from redraft.errors import InvalidArguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redraft.domain.root import Root


class Roots:
    """The folders that are open, by their path with links resolved."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        """Open the folders of ``paths`` (paths or ``file:`` URIs).

        Raises:
            RedraftError: one of them is no folder, or is out of reach.
        """
        self._open: dict[str, Root] = {}
        self._spelled: dict[str, Root] = {}
        for path in paths:
            self.add(path)

    def add(self, path: str) -> Root:
        """Open a folder (a path or ``file:`` URI), or give the one that is open already."""
        from redraft.domain.root import Root

        place = _real(path)
        root = self._open.get(place)
        if root is None:
            root = Root.open(place)
            root = self._open.setdefault(root.path, root)
        self._spelled[root.path] = self._spelled[os.path.abspath(_local(path))] = root
        return root

    def remove(self, path: str) -> None:
        """Close a folder; one that is not open is ignored."""
        root = self._open.pop(_real(path), None)
        if root is not None:
            self._forget(root)
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
        inside = [found[0][0] for path in paths if (found := self._of_document(path))]
        holders = {root.path: root for root in inside}
        if len(holders) == 1:
            return next(iter(holders.values()))
        raise InvalidArguments([self._undecided(len(holders))])

    def holders(self, path: str) -> list[tuple[Root, str]]:
        """The open folders that hold an absolute path, the innermost first.

        Returns:
            Each folder with the path inside it, with ``/``; ``""`` is the folder itself.
        """
        for place in _ways(path):
            found: dict[str, tuple[Root, str]] = {}
            for base, root in sorted(dict(self._spelled).items(), key=lambda item: -len(item[0])):
                inner = _inside(base, place)
                if inner is not None:
                    found.setdefault(root.path, (root, inner))
            if found:
                return sorted(found.values(), key=lambda holder: len(holder[1]))
        return []

    def close(self) -> None:
        """Close every folder."""
        self._spelled.clear()
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

    def _forget(self, root: Root) -> None:
        self._spelled = {base: each for base, each in self._spelled.items() if each is not root}

    def _of_document(self, path: str) -> list[tuple[Root, str]]:
        place = parse(path).path if is_uri(path) else path
        return self.holders(os.path.normpath(place)) if os.path.isabs(place) else []

    def _undecided(self, holders: int) -> str:
        if not self._open:
            return "no folder is open"
        if holders:
            return "the documents lie in different folders"
        return f"several folders are open; say which with root: {self._listed()}"

    def _listed(self) -> str:
        return ", ".join(self._open)


def _local(path: str) -> str:
    """The path of a folder that may be given as a ``file:`` URI."""
    if not is_uri(path):
        return path
    place = parse(path)
    if place.session is not None:
        raise InvalidArguments([f"{path[:200]!r} is a session's view, not a folder"])
    return place.path


def _real(path: str) -> str:
    return os.path.realpath(os.path.abspath(_local(path)))


def _ways(path: str) -> Iterator[str]:
    """The spellings of an absolute path: as it is, through the links above it, through all."""
    yield path
    try:
        head, last = os.path.split(path)
        yield os.path.join(os.path.realpath(head), last)
        yield os.path.realpath(path)
    except ValueError:  # no path that the system could have
        return


def _inside(base: str, path: str) -> str | None:
    if path == base:
        return ""
    prefix = base.rstrip(os.sep) + os.sep
    if not path.startswith(prefix):
        return None
    inner = path[len(prefix) :]
    return inner.replace(os.sep, "/") if os.sep != "/" else inner
