"""The client's workspace folders: which root a document lies in, and how the client spells it."""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redraft.commands.naming import Spot, locate
from redraft.commands.roots import Roots
from redraft.commands.uris import Side, file_uri, parse, session_uri
from redraft.errors import InvalidArguments, RedraftError

if TYPE_CHECKING:
    from redraft.domain.root import Root

logger = logging.getLogger("redraft.lsp")


@dataclass(frozen=True, slots=True)
class _Folder:
    uri: str
    spelled: str
    root: Root
    lock: asyncio.Lock


class OpenRoots(Roots):
    """The roots that commands choose from; one can be taken out without closing it."""

    def detach(self, root: Root) -> None:
        """Choose it no more. Whoever still works in it goes on; closing it is the caller's."""
        self._open.pop(root.path, None)
        self._forget(root)


class Folders:
    """The open folders of one client.

    Args:
        roots: the roots behind them, which the commands choose from.
    """

    def __init__(self, roots: OpenRoots) -> None:
        self.roots = roots
        self._folders: dict[str, _Folder] = {}

    def add(self, uri: str) -> Root | None:
        """Open a workspace folder; None (and a line in the log) if it is not on this machine."""
        try:
            place = parse(uri)
            if place.session is not None:
                raise InvalidArguments([f"{uri!r} is a session's view, not a folder"])
            return self._open(uri, place.path)
        except (RedraftError, OSError) as error:
            logger.warning("Folder %s is left out: %s", uri, error)
            return None

    def _open(self, uri: str, path: str) -> Root:
        root = self.roots.add(path)
        others = [each.lock for each in self._folders.values() if each.root is root]
        lock = others[0] if others else asyncio.Lock()
        self._folders[uri] = _Folder(uri, os.path.normpath(path), root, lock)
        return root

    def remove(self, uri: str) -> Root | None:
        """Forget a workspace folder; its root, if no other folder shows it.

        The root stays open, because what is under way may need it: the caller closes it later.
        """
        gone = self._folders.pop(uri, None)
        if gone is None or any(each.root is gone.root for each in self._folders.values()):
            return None
        self.roots.detach(gone.root)
        return gone.root

    def all(self) -> list[Root]:
        """The roots, each once."""
        return list({each.root.path: each.root for each in self._folders.values()}.values())

    def lock(self, root: Root) -> asyncio.Lock:
        """What whoever changes the root holds meanwhile."""
        for folder in self._folders.values():
            if folder.root is root:
                return folder.lock
        return asyncio.Lock()

    def locate(self, uri: str) -> Spot:
        """Find the document that a URI names.

        Raises:
            InvalidArguments: no such URI, or no folder is open.
            PathOutsideRoot: it lies in none of the open folders.
        """
        return locate(uri, self.roots)

    def inside(self, uri: str) -> list[tuple[Root, str]]:
        """Every root that holds a file, the innermost first, with the file's path inside it."""
        try:
            place = parse(uri)
        except RedraftError:
            return []
        if place.session is not None:
            return []
        return self.roots.holders(os.path.normpath(place.path))

    def uri(
        self,
        root: Root,
        session: str | None,
        path: str,
        side: Side = Side.DOCUMENT,
        number: int | None = None,
    ) -> str:
        """The URI of a document as the client spells its folder; ``""`` is the folder."""
        base = next(
            (each.spelled for each in self._folders.values() if each.root is root), root.path
        )
        whole = os.path.join(base, *path.split("/")) if path else base
        return file_uri(whole) if session is None else session_uri(session, whole, side, number)

    def spelled(self, root: Root) -> list[str]:
        """The URIs of the workspace folders that show a root."""
        return [each.uri for each in self._folders.values() if each.root is root]
