"""Which root the command line is about, and how the paths given to it are meant.

Imports nothing heavy: the fast verbs use it.
"""

from __future__ import annotations

import os

from redraft.commands.schemes import is_uri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

WORKFLOW = ".workflow"


def find_root(given: str | None, cwd: str, environ: Mapping[str, str]) -> str:
    """The root: the one given, else ``REDRAFT_ROOT``, else the nearest folder with ``.workflow``.

    Without any of these it is the working folder itself. A URI comes back as it is.
    """
    given = outside(given, environ) if given else given
    chosen = given or environ.get("REDRAFT_ROOT")
    if chosen:
        return chosen if is_uri(chosen) else os.path.join(cwd, chosen)
    folder = cwd
    while not os.path.isdir(os.path.join(folder, WORKFLOW)):
        parent = os.path.dirname(folder)
        if parent == folder:
            return cwd
        folder = parent
    return folder


def pinned(environ: Mapping[str, str]) -> str | None:
    """The session that the environment chooses, whichever is active.

    With ``REDRAFT_FOLLOW`` it only tells which session was active when it was made.
    """
    return None if environ.get("REDRAFT_FOLLOW") else environ.get("REDRAFT_SESSION") or None


def anchored(path: str, cwd: str, root: str) -> str:
    """A path as commands take it: relative ones are meant from the working folder, URIs stay.

    Outside the root the working folder says nothing, and the path is meant from the root.
    """
    if not path or os.path.isabs(path) or is_uri(path):
        return outside(path, os.environ)
    if cwd == root or not f"{cwd}{os.sep}".startswith(root.rstrip(os.sep) + os.sep):
        return path
    return os.path.normpath(os.path.join(cwd, path))


def moved(path: str, old: str, new: str) -> str:
    """A path at or beneath one folder, as it lies beneath another; any other path stays."""
    if old == new or not f"{path}/".startswith(old.rstrip("/") + "/"):
        return path
    return f"{new}{path[len(old.rstrip('/')) :]}"


def working_folder(environ: Mapping[str, str]) -> str:
    """The working folder; a program that was lent a copy of the root works in the root for us."""
    return outside(os.getcwd(), environ)


def outside(path: str, environ: Mapping[str, str]) -> str:
    """A path in a lent copy of the root, as it lies in the root; any other path stays."""
    view, root = environ.get("REDRAFT_VIEW"), environ.get("REDRAFT_ROOT")
    return moved(path, view, root) if view and root and environ.get("REDRAFT_LOAN") else path
