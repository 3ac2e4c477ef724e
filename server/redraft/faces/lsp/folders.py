"""The client's workspace folders: which root a document lies in, and how the client spells it."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redraft.commands.roots import Roots
from redraft.domain import layout
from redraft.errors import InvalidArguments, PathOutsideRoot, RedraftError
from redraft.faces.lsp.uris import Place, Side, file_uri, parse, session_uri

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redraft.domain.root import Root

logger = logging.getLogger("redraft.lsp")

_COPY = re.compile(rf"{re.escape(layout.WORKFLOW)}/([^/]+)/{layout.FILES}(?:/(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spot:
    """A version of a document in an open root.

    Attributes:
        root: the root it lies in.
        path: the document, relative to the root, with ``/``.
        session: the session, as the URI spells it; None for the global file.
        side: which version of it.
        number: the retry's number, on that side only.
    """

    root: Root
    path: str
    session: str | None
    side: Side = Side.DOCUMENT
    number: int | None = None


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
        place = parse(uri)
        if not self._folders:
            raise InvalidArguments(["no folder is open"])
        path = os.path.normpath(place.path)
        for root, inner in self._holders(path, place.session):
            return self._spot(root, inner, place)
        raise PathOutsideRoot(path, ", ".join(each.spelled for each in self._folders.values()))

    def inside(self, uri: str) -> list[tuple[Root, str]]:
        """Every root that holds a file, the innermost first, with the file's path inside it."""
        try:
            place = parse(uri)
        except RedraftError:
            return []
        if place.session is not None:
            return []
        return list(self._holders(os.path.normpath(place.path), None))

    def uri(self, root: Root, session: str | None, path: str, side: Side = Side.DOCUMENT) -> str:
        """The URI of a document as the client spells its folder; ``""`` is the folder."""
        base = next(
            (each.spelled for each in self._folders.values() if each.root is root), root.path
        )
        whole = os.path.join(base, *path.split("/")) if path else base
        return file_uri(whole) if session is None else session_uri(session, whole, side)

    def spelled(self, root: Root) -> list[str]:
        """The URIs of the workspace folders that show a root."""
        return [each.uri for each in self._folders.values() if each.root is root]

    @staticmethod
    def _spot(root: Root, inner: str, place: Place) -> Spot:
        copy = _COPY.fullmatch(inner) if place.session is None else None
        if copy is not None and layout.is_name(copy[1]):
            return Spot(root, copy[2] or "", copy[1])
        return Spot(root, inner, place.session, place.side, place.number)

    def _holders(self, path: str, session: str | None) -> Iterator[tuple[Root, str]]:
        """The roots that hold a path, the best first, with the path inside each."""
        found = list(self._spelled_holders(path)) or list(
            self._spelled_holders(os.path.realpath(path))
        )
        found.sort(key=lambda holder: len(holder[1]))
        if session is not None and len(found) > 1:
            # A folder inside another may be a root too: the session says which is meant.
            found.sort(key=lambda holder: not _has(holder[0], session))
        yield from found

    def _spelled_holders(self, path: str) -> Iterator[tuple[Root, str]]:
        for folder in self._folders.values():
            for base in {folder.spelled, folder.root.path}:
                inner = _inside(base, path)
                if inner is not None:
                    yield folder.root, inner
                    break


def _inside(base: str, path: str) -> str | None:
    if path == base:
        return ""
    prefix = base.rstrip(os.sep) + os.sep
    if not path.startswith(prefix):
        return None
    inner = path[len(prefix) :]
    return inner.replace(os.sep, "/") if os.sep != "/" else inner


def _has(root: Root, session: str) -> bool:
    try:
        return root.folder.stat(layout.session_folder(session)) is not None
    except OSError:
        return False
