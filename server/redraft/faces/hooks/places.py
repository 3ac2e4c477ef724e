"""Which document of which session a tool's path means."""

from __future__ import annotations

import os
import re

from redraft.disk.paths import relative
from redraft.domain import layout
from redraft.domain.marker import active
from redraft.errors import InvalidArguments, PathOutsideRoot
from redraft.faces.where import find_root, pinned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from redraft.domain.root import Root
    from redraft.faces.hooks.event import Event

_COPY = re.compile(rf"{re.escape(layout.WORKFLOW)}/([^/]+)/{layout.FILES}/(.+)", re.DOTALL)
_IN_SESSION = re.compile(rf"{re.escape(layout.WORKFLOW)}/([^/]+)/(.+)", re.DOTALL)
_OURS = frozenset(
    {
        layout.METADATA,
        layout.FILES,
        layout.BASE,
        layout.DELETED,
        layout.RETRIES,
        layout.CHECKPOINTS,
        layout.PAST,
        layout.WATCH,
        layout.TMP,
        layout.JOURNAL,
        layout.DONE,
        layout.REPLACED,
        layout.UNMERGED,
        layout.SET_ASIDE,
    }
)


class Place:
    """A path inside a root.

    Attributes:
        path: the document, relative to the root, by its text.
        session: the session that the path itself names, being the path of a copy; else None.
    """

    __slots__ = ("path", "session")

    def __init__(self, path: str, session: str | None) -> None:
        self.path = path
        self.session = session


def root_of(event: Event, environ: Mapping[str, str]) -> str:
    """The root that an agent works in: its project's, else the one around its working folder."""
    project = environ.get("CLAUDE_PROJECT_DIR", "")
    start = project if os.path.isdir(project) else event.cwd
    return find_root(None, start, environ)


def place_of(root: Root, given: str) -> Place | None:
    """The place that an absolute path means; None if it lies outside the root."""
    try:
        path = relative(root.path, os.path.normpath(given))
    except (PathOutsideRoot, InvalidArguments):
        return None
    copy = _COPY.fullmatch(path)
    if copy is not None and layout.is_name(copy[1]):
        return Place(copy[2], copy[1])
    return Place(path, None)


def is_artefact(root: Root, path: str) -> bool:
    """Whether a path lies in a session's folder, but is none of Redraft's: a plan, a task list."""
    match = _IN_SESSION.fullmatch(path)
    if match is None or not layout.is_name(match[1]):
        return False
    if root.folder.stat(layout.session_folder(match[1])) is None:
        return False
    return match[2].partition("/")[0] not in _OURS


def session_of(root: Root, place: Place | None, environ: Mapping[str, str]) -> str | None:
    """The session that a path names, else that of the environment, else the active one."""
    named = place.session if place is not None else None
    return named or pinned(environ) or active(root)
