"""From what a person wrote to a path relative to the root, or a refusal.

The canonical path of a document has no ``.`` and ``..``, no links in its parents, and ``/`` between
its parts. Two spellings of one document come out as one path.
"""

from __future__ import annotations

import os
import re
import stat as modes

from redraft.disk import beneath
from redraft.errors import InvalidArguments, PathOutsideRoot, ProtectedPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

OWN: Final = {".workflow": "Redraft's own folder", "workspace": "Redraft's workspace folder"}
GIT: Final = ".git"

# A relative path in its plainest form, parts of at most 63 characters (so below 255 bytes).
_ORDINARY = re.compile(r"(?:(?!\.{1,2}(?:/|\Z))[^/\\\0\ud800-\udfff]{1,63}(?:/(?!\Z)|\Z))+\Z")


def relative(root: str, given: str) -> str:
    """The root-relative form of a given path, by its text alone (``""`` is the root itself).

    Raises:
        InvalidArguments: NUL or lone surrogates in the path, or a component that is too long.
        PathOutsideRoot: it leads out of the root.
    """
    if is_ordinary(given):
        return given
    _check_text(given)
    path = given.replace("\\", "/") if os.sep == "\\" else given
    if os.path.isabs(path):
        path = _below(root, os.path.normpath(path), given)
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                raise PathOutsideRoot(given, root)
            parts.pop()
            continue
        if len(os.fsencode(part)) > 255:
            raise InvalidArguments([f"a part of the path {given[:60]!r}… is longer than 255 bytes"])
        parts.append(part)
    return "/".join(parts)


def is_ordinary(given: str) -> bool:
    """Whether a path is relative and in its plainest form, so that :func:`relative` keeps it."""
    return _ORDINARY.match(given) is not None


def _below(root: str, path: str, given: str) -> str:
    for candidate in (path, os.path.realpath(path)):
        if candidate == root:
            return ""
        if candidate.startswith(root.rstrip("/") + "/"):
            return candidate[len(root.rstrip("/")) + 1 :]
    raise PathOutsideRoot(given, root)


def _check_text(given: str) -> None:
    if "\0" in given:
        raise InvalidArguments(["a path cannot hold the NUL character"])
    try:
        given.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise InvalidArguments(["a path cannot hold lone surrogates"]) from None


def canonical(root: str, given: str, *, follow_last: bool = True) -> str:
    """The one path of a document under which the session keeps it.

    Args:
        root: the root's absolute path, its own links resolved.
        given: relative to the root, or absolute inside it.
        follow_last: whether a link at the end stands for its target (reading and writing) or for
            itself (deleting and renaming).

    Raises:
        InvalidArguments, PathOutsideRoot: as :func:`relative`; also when a link leads out.
        ProtectedPath: it lies in Redraft's own folders or in git's.
    """
    path = relative(root, given)
    linked = _first_link(root, path, follow_last=follow_last)
    if linked:
        head, last = (path, "") if follow_last else _split(path)
        real = os.path.realpath(f"{root}/{head}")
        if real != root and not real.startswith(root.rstrip("/") + "/"):
            raise PathOutsideRoot(given, root)
        inner = real[len(root.rstrip("/")) + 1 :]
        path = f"{inner}/{last}".strip("/") if last else inner
    refuse_protected(path)
    return path


def _split(path: str) -> tuple[str, str]:
    head, _, last = path.rpartition("/")
    return head, last


def _first_link(root: str, path: str, *, follow_last: bool) -> bool:
    """Whether any component that counts is a link; stops at the first that is not there."""
    whole = path if follow_last else path.rpartition("/")[0]
    if beneath.is_plain(f"{root}/{whole}"):
        return False
    cut = -1
    while whole and cut < len(whole):
        cut = whole.find("/", cut + 1)
        cut = len(whole) if cut < 0 else cut
        try:
            mode = os.lstat(f"{root}/{whole[:cut]}").st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False
        if modes.S_ISLNK(mode):
            return True
    return False


def refuse_protected(path: str) -> None:
    """Raise ProtectedPath for paths in Redraft's folders or in any ``.git``."""
    first = path.partition("/")[0]
    owner = OWN.get(first) or OWN.get(first.casefold())
    if owner:
        raise ProtectedPath(path, owner)
    folded = path.casefold()
    if GIT in folded and GIT in folded.split("/"):
        raise ProtectedPath(path, "git's own folder")
