"""What the paths of a command mean: the document, the session and the root that each names.

A path may be relative to the root, absolute inside it, or a ``file:`` or ``redraft:`` URI. What
lies below ``.workflow/<session>/files/`` is that session's document, however it is written.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from redraft.commands.parameters import PATHS, parameters
from redraft.commands.schemes import is_uri
from redraft.commands.uris import Place, Side, parse
from redraft.domain import layout
from redraft.errors import InvalidArguments, PathOutsideRoot

if TYPE_CHECKING:
    from redraft.commands.requests import Request
    from redraft.commands.roots import Roots
    from redraft.domain.root import Root

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


def locate(uri: str, roots: Roots, within: Root | None = None) -> Spot:
    """Find the document that a URI names.

    Args:
        uri: a ``file:`` or ``redraft…:`` URI.
        roots: the open folders.
        within: the folder it must lie in, where that is settled.

    Raises:
        InvalidArguments: no such URI, or no folder is open.
        PathOutsideRoot: it lies in none of the folders.
    """
    place = parse(uri)
    opened = [within] if within is not None else roots.all()
    if not opened:
        raise InvalidArguments(["no folder is open"])
    path = _normal(place.path)
    found = [holder for holder in roots.holders(path) if holder[0] in opened]
    if not found:
        raise PathOutsideRoot(path, ", ".join(root.path for root in opened))
    session = place.session
    if session is not None and len(found) > 1:
        # A folder inside another may be a root too: the session says which is meant.
        found.sort(key=lambda holder: not _has(holder[0], session))
    return _spot(*found[0], place)


def named(request: Request, roots: Roots) -> Request:
    """The request with its paths relative to the root, and with the session that they name.

    Raises:
        InvalidArguments: different sessions or roots are named, or a side that is read-only.
        PathOutsideRoot: a URI lies in none of the open folders.
    """
    reader = _Reader(request, roots)
    changed: dict[str, Any] = {}
    for name in _arguments(request):
        value = getattr(request, name)
        if isinstance(value, str):
            changed[name] = reader.path_of(value)
        elif value is not None:
            changed[name] = [reader.path_of(each) for each in value]
    if not reader.found_any:
        return request
    return replace(request, **changed, session=reader.session(), root=reader.root())


def documents(request: Request) -> list[str]:
    """The documents that a request names, as they are written."""
    found: list[str] = []
    for name in _arguments(request):
        value = getattr(request, name)
        found += [value] if isinstance(value, str) else value or []
    return found


def _arguments(request: Request) -> list[str]:
    kind: Any = type(request)
    return [name for name in parameters(kind) if name in PATHS]


class _Reader:
    """Reads the paths of one request and keeps what they say of session and root."""

    def __init__(self, request: Request, roots: Roots) -> None:
        self.found_any = False
        self._request = request
        self._roots = roots
        self._sessions: dict[str, str] = {}
        self._found_in: list[Root] = []

    def path_of(self, given: str) -> str:
        if is_uri(given):
            spot = locate(given, self._roots, self._within())
            if spot.side is not Side.DOCUMENT:
                raise InvalidArguments([f"{given[:200]!r} is for comparing only, no document"])
            self._found_in.append(spot.root)
            return self._keep(spot.path, spot.session)
        if layout.WORKFLOW not in given or "\0" in given:
            return given
        for root, inner in self._inside(given):
            copy = _copy(inner)
            if copy is None:
                break
            if root is not None:
                self._found_in.append(root)
            return self._keep(*copy)
        return given

    def session(self) -> str | None:
        """The one session that is named, if any is.

        Raises:
            InvalidArguments: several are.
        """
        own = self._request.session
        several = self._sessions if own is None else {**self._sessions, own.casefold(): own}
        if len(several) > 1:
            raise InvalidArguments([f"different sessions are named: {', '.join(several.values())}"])
        return next(iter(several.values()), None)

    def root(self) -> str | None:
        """The root that is named, or that the documents lie in.

        Raises:
            InvalidArguments: they lie in several.
        """
        if self._request.root is not None or not self._found_in:
            return self._request.root
        if any(root is not self._found_in[0] for root in self._found_in):
            raise InvalidArguments(["the documents lie in different folders"])
        return self._found_in[0].path

    def _inside(self, given: str) -> list[tuple[Root | None, str]]:
        """A plain path as seen from the root; from whichever it will be, if it is relative."""
        path = _normal(given)
        if not os.path.isabs(path):
            return [(None, path.replace(os.sep, "/"))]
        within = self._within()
        holders = self._roots.holders(path)
        return [held for held in holders if within is None or held[0] is within]

    def _within(self) -> Root | None:
        root = self._request.root
        return self._roots.pick(root) if root is not None else None

    def _keep(self, path: str, session: str | None) -> str:
        self.found_any = True
        if session is not None:
            self._sessions.setdefault(session.casefold(), session)
        # A name alone would be looked for in all folders, and one like a URI read as one.
        return f"./{path}" if path and ("/" not in path or is_uri(path)) else path


def _spot(root: Root, inner: str, place: Place) -> Spot:
    copy = _copy(inner) if place.session is None else None
    if copy is not None:
        return Spot(root, *copy)
    return Spot(root, inner, place.session, place.side, place.number)


def _copy(inner: str) -> tuple[str, str] | None:
    """Document and session, if a path inside a root is that of a session's own copy."""
    match = _COPY.fullmatch(inner)
    return (match[2] or "", match[1]) if match and layout.is_name(match[1]) else None


def _normal(path: str) -> str:
    plain = os.path.normpath(path)
    return plain[1:] if os.sep == "/" and plain.startswith("//") else plain


def _has(root: Root, session: str) -> bool:
    try:
        return root.folder.stat(layout.session_folder(session)) is not None
    except OSError:
        return False
