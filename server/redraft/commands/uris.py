"""The URIs of documents: what an editor names, and which version of which file that is.

``redraft://<session>/<absolute path>`` is a session's own document; ``redraft-base:``,
``redraft-global:`` and ``redraft-retry:…?n=2`` are read-only sides of it for comparing. A plain
``file:`` URI below ``.workflow/<session>/files/`` is that session's document too. Octets that are
no UTF-8 survive the way there and back. Windows paths are written with a leading slash, as
editors do (``/c%3A/books``), and the authority, a session's name, is compared without case.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, unquote

from redraft.errors import InvalidArguments

_DRIVE = re.compile(r"/[A-Za-z]:(/|$)")
_NUMBER = re.compile(r"(?:^|&)n=([1-9][0-9]{0,8})(?:&|$)")
_SPLIT = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL
)


class Side(Enum):
    """Which version of a document is meant; the values are the URI schemes."""

    DOCUMENT = "redraft"
    BASE = "redraft-base"
    GLOBAL = "redraft-global"
    RETRY = "redraft-retry"


READ_ONLY = (Side.BASE.value, Side.GLOBAL.value, Side.RETRY.value)
_SIDES = {side.value: side for side in Side}


@dataclass(frozen=True, slots=True)
class Place:
    """A document as a URI names it.

    Attributes:
        path: the absolute path of the global file, in the separators of this system.
        session: the session's name as it was written, or None for the global file itself.
        side: which version; a ``file:`` URI is the document.
        number: the retry's number, on that side only.
    """

    path: str
    session: str | None
    side: Side = Side.DOCUMENT
    number: int | None = None


def parse(uri: str, windows: bool = os.name == "nt") -> Place:
    """Read a ``file:`` or ``redraft…:`` URI.

    Raises:
        InvalidArguments: another scheme, no absolute path, or a side without what it needs.
    """
    match = _SPLIT.fullmatch(uri)
    if match is None:
        raise InvalidArguments([f"{uri[:200]!r} is not a URI"])
    scheme = match[1].lower()
    authority = _decoded(match[2] or "")
    path = _local(_decoded(match[3]), windows)
    if "\0" in path:
        raise InvalidArguments([f"{uri[:200]!r} names no file: it holds a NUL character"])
    if scheme == "file":
        return Place(_of_file(uri, authority, path, windows), None)
    if scheme not in _SIDES:
        raise InvalidArguments([f"{uri[:200]!r} is neither a file: nor a redraft: URI"])
    return _of_session(uri, _SIDES[scheme], authority, path, match[4] or "")


def _of_session(uri: str, side: Side, session: str, path: str, query: str) -> Place:
    if not session:
        raise InvalidArguments([f"{uri[:200]!r} names no session"])
    _insist_on_absolute(uri, path)
    if side is not Side.RETRY:
        return Place(path, session, side)
    number = _NUMBER.search(_decoded(query))
    if number is None:
        raise InvalidArguments([f"{uri[:200]!r} does not say which retry it means: add ?n=1"])
    return Place(path, session, side, int(number[1]))


def file_uri(path: str, windows: bool = os.name == "nt") -> str:
    """The ``file:`` URI of an absolute path."""
    wire = path.replace("\\", "/") if windows else path
    if windows and wire.startswith("//"):
        return "file:" + _encoded(wire)
    return "file://" + _encoded(_rooted(wire, windows))


def session_uri(
    session: str,
    path: str,
    side: Side = Side.DOCUMENT,
    number: int | None = None,
    windows: bool = os.name == "nt",
) -> str:
    """The URI of a version of the global file ``path`` (absolute) in ``session``."""
    wire = path.replace("\\", "/") if windows else path
    query = f"?n={number}" if number is not None else ""
    return f"{side.value}://{session}{_encoded(_rooted(wire, windows))}{query}"


def normal(uri: str) -> str:
    """One spelling for URIs that name the same document: scheme and session in lower case.

    The rest is left as it is; ``file:`` URIs and those of other schemes come back unchanged.
    """
    scheme, found, rest = uri.partition("://")
    if not found or scheme.lower() not in _SIDES:
        return uri
    authority, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{authority.lower()}{slash}{path}"


def _decoded(text: str) -> str:
    return unquote(text, errors="surrogateescape")


def _encoded(path: str) -> str:
    return quote(path, safe="/", errors="surrogateescape")


def _local(path: str, windows: bool) -> str:
    if windows and _DRIVE.match(path):
        return (path[1].upper() + path[2:]).replace("/", "\\")
    return path.replace("/", "\\") if windows else path


def _insist_on_absolute(uri: str, path: str) -> None:
    if not os.path.isabs(path) and not _DRIVE.match("/" + path.replace("\\", "/")):
        raise InvalidArguments([f"{uri[:200]!r} holds no absolute path"])


def _of_file(uri: str, authority: str, path: str, windows: bool) -> str:
    if not authority or authority.lower() == "localhost":
        _insist_on_absolute(uri, path)
        return path
    if windows:
        return f"\\\\{authority}{path}"
    raise InvalidArguments([f"'file://{authority}{path}' lies on another machine"])


def _rooted(path: str, windows: bool) -> str:
    if windows and _DRIVE.match("/" + path):
        return "/" + path[0].lower() + path[1:]
    return path
