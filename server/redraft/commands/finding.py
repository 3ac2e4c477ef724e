"""Which document a command means: the one at the path, or the only one that has the bare name.

This is for documents that are there already. What is to be written is taken to the letter.
"""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING

from redraft.domain import past, retries
from redraft.domain.changes import Survey
from redraft.domain.editing import session_of
from redraft.errors import AmbiguousFile, FileNotFound, UnsupportedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from redraft.domain.view import View


def shown(view: View, given: str, *, follow_last: bool = True) -> str:
    """A document or folder that the view shows; whether one is at a whole path is not asked.

    Args:
        view: the view.
        given: its path, or a bare file name that only one document has.
        follow_last: whether a link stands for what it leads to.

    Returns:
        Its canonical path.

    Raises:
        FileNotFound: none has the name.
        AmbiguousFile: several have it; the error names them.
    """
    path = view.path_of(given, follow_last=follow_last)
    if not path or "/" in given or view.look(path)[1] is not None:
        return path
    found = _one(path, (p for p, kind in view.walk() if kind == "file"))
    if found is None:
        raise view.not_found(path)
    return found


def shown_or(view: View, given: str) -> str:
    """As :func:`shown`, but what the session deleted is found too, and any other path stays."""
    try:
        return shown(view, given)
    except FileNotFound:
        return changed(view, [given])[0] if view.session is not None else view.path_of(given)


def recorded(view: View, given: str) -> str:
    """As :func:`shown`, but a document that is gone is found too, if it has retries."""
    session = session_of(view)
    path = view.path_of(given)
    if retries.of_document(session, path):
        return path
    path = shown(view, given)
    status = view.look(path)[1]
    if status is not None and modes.S_ISDIR(status.st_mode):
        raise UnsupportedFile(path or ".", "is a folder; only documents have retries")
    return path


def changed(view: View, given: list[str], *, follow_last: bool = True) -> list[str]:
    """Documents and folders that the session changed, those that it deleted included.

    One that it did not change is given back as it is: whoever looks there says so.

    Raises:
        AmbiguousFile: the session changed several documents of a bare name.
    """
    return _among(view, given, lambda: dict(Survey(session_of(view).folder).paths()), follow_last)


def adoptable(view: View, given: list[str]) -> list[str]:
    """Documents whose edits may be adopted; as :func:`changed`, among those the session knows."""
    session = session_of(view)
    return _among(view, given, lambda: {*Survey(session.folder).bases, *past.marks(session)})


def _among(
    view: View, given: list[str], known: Callable[[], Collection[str]], follow_last: bool = True
) -> list[str]:
    paths = [view.path_of(each, follow_last=follow_last) for each in given]
    if all("/" in each for each in given):
        return paths  # and nothing need be looked at
    every = known()
    return [
        path if "/" in each or _is_there(path, every) else _one(path, every) or path
        for each, path in zip(given, paths, strict=True)
    ]


def _is_there(path: str, every: Collection[str]) -> bool:
    return not path or path in every or any(each.startswith(f"{path}/") for each in every)


def _one(name: str, every: Iterable[str]) -> str | None:
    """The only one of some documents that has a bare name."""
    hits = sorted(path for path in every if path.rpartition("/")[2] == name)
    if len(hits) > 1:
        raise AmbiguousFile(name, hits)
    return hits[0] if hits else None
