"""Before a tool runs: its path is led to the session's version, or the call is denied."""

from __future__ import annotations

from redraft.domain.root import Root
from redraft.domain.view import View
from redraft.errors import (
    InvalidArguments,
    InvalidSessionName,
    PathOutsideRoot,
    ProtectedPath,
    SessionCrashed,
    SessionNotFound,
    UnsupportedFile,
)
from redraft.faces.hooks import answer
from redraft.faces.hooks.event import EDIT, READ, SEARCH, WRITE
from redraft.faces.hooks.places import is_artefact, place_of, root_of, session_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from redraft.errors import RedraftError
    from redraft.faces.hooks.answer import Answer
    from redraft.faces.hooks.event import Event
    from redraft.faces.hooks.places import Place

LOCK_WAIT_S = 1.0


def before_tool(event: Event, environ: Mapping[str, str]) -> Answer:
    """Answer a ``PreToolUse`` event.

    Raises:
        RedraftError, OSError: something is in the way that is no reason to stop the agent.
    """
    if event.is_ours:
        return answer.nothing()
    with Root.open(root_of(event, environ), LOCK_WAIT_S) as root:
        if event.kind == SEARCH:
            return _search(event, root, environ)
        if event.kind in (READ, WRITE, EDIT):
            place = place_of(root, event.path) if event.path else None
            return _led(event, root, place, environ) if place is not None else answer.nothing()
        from redraft.faces.hooks.shell import before_shell

        return before_shell(event, root, environ)


def _led(event: Event, root: Root, place: Place, environ: Mapping[str, str]) -> Answer:
    try:
        if event.kind == READ:
            return _read(event, root, place, environ)
        return _write(event, root, place, environ)
    except (SessionNotFound, InvalidSessionName, SessionCrashed) as error:
        # A session that cannot be had never means that global is written instead.
        return answer.deny(_refusal(error))
    except (ProtectedPath, PathOutsideRoot) as error:
        return answer.nothing() if event.kind == READ else answer.deny(_refusal(error))
    except (UnsupportedFile, InvalidArguments):
        return answer.nothing()  # a folder, a device: the tool says so itself


def _refusal(error: RedraftError) -> str:
    advice = f" Try: {', '.join(error.suggestions)}." if error.suggestions else ""
    return f"Redraft: {error.message}{advice}"


def _read(event: Event, root: Root, place: Place, environ: Mapping[str, str]) -> Answer:
    name = session_of(root, place, environ)
    if name is None:
        return answer.nothing()
    with View.of(root, name) as view:
        found = view.resolve(place.path)
    if found.source == "deleted":
        return answer.deny(_deleted(found.path, name))
    if (found.source == "session") is (place.session is not None):
        return answer.nothing()
    if found.source == "session":
        text = (
            f"Redraft: this is {found.path} as session {name!r} has it. To change it, use the "
            f"path {found.resolved_path} from now on."
        )
    else:
        text = f"Redraft: session {name!r} has not changed {found.path}; this is the folder's own."
    return answer.lead(event, found.resolved_path, text)


def _deleted(path: str, name: str) -> str:
    return (
        f"Redraft: {path} is deleted in session {name!r}. The folder's own file is left until the "
        f"session is committed. To bring it back: /session discard {path}"
    )


def _search(event: Event, root: Root, environ: Mapping[str, str]) -> Answer:
    """A folder cannot be searched as the session has it: name what is different there."""
    place = place_of(root, event.path or event.cwd)
    name = session_of(root, None, environ) if place is not None else None
    if place is None or name is None:
        return answer.nothing()
    from redraft.domain.changes import Survey

    with View.of(root, name) as view:
        session = view.session
        changes = Survey(session.folder).paths() if session is not None else []
    own = [kind for path, kind in changes if path == place.path]
    home = f"{root.path}/.workflow/{name}/files"
    if own and own[0] != "deleted":
        return answer.lead(event, f"{home}/{place.path}", f"Redraft: searched in session {name!r}.")
    prefix = f"{place.path}/" if place.path else ""
    inside = [(path, kind) for path, kind in changes if path.startswith(prefix)]
    if not inside:
        return answer.nothing()
    lines = [f"- {path} ({kind})" for path, kind in inside[:100]]
    lines += [f"- and {len(inside) - 100} more"] if len(inside) > 100 else []
    head = (
        f"Redraft: session {name!r} changed {len(inside)} documents below this folder. What the "
        f"tool finds there is the folder's own text; the session's versions lie below {home}:"
    )
    return answer.tell(event, "\n".join([head, *lines]))


def _write(event: Event, root: Root, place: Place, environ: Mapping[str, str]) -> Answer:
    if place.session is None and is_artefact(root, place.path):
        return answer.nothing()
    name = session_of(root, place, environ)
    if name is not None:
        return _handed(event, root, place, name, made=False)
    from redraft.domain.temporary import Destination

    View(root, None).path_of(place.path)  # no session is begun for what is refused anyway
    with Destination(root, None) as to:
        return _handed(event, root, place, to.name, made=to.made)


def _handed(event: Event, root: Root, place: Place, name: str, *, made: bool) -> Answer:
    from redraft.domain.handing import hand_over

    with View.of(root, name) as view:
        source, current = view.look(view.path_of(place.path))
        if event.kind == EDIT and source == "deleted":
            return answer.deny(_deleted(place.path, name))
        whole = None
        if event.tool == "Edit" and source == "global" and current is not None:
            whole = _first_edit(event, view, place)
        target = hand_over(view, place.path, copy=event.kind == EDIT and whole is None)
    if place.session is not None and whole is None:
        return answer.nothing()
    text = _where(place.path, name, target, made=made)
    if whole is None:
        return answer.lead(event, target, text)
    return answer.lead(event, target, text, old_string="", new_string=whole, replace_all=False)


def _first_edit(event: Event, view: View, place: Place) -> str | None:
    from redraft.faces.hooks.edits import LARGEST, edited

    if view.stat(place.path).size > LARGEST:
        return None
    given = event.input
    return edited(
        view.read(place.path),
        given.get("old_string"),
        given.get("new_string"),
        everywhere=given.get("replace_all") is True,
    )


def _where(path: str, name: str, target: str, *, made: bool) -> str:
    begun = "No session was active, so a temporary one was begun. " if made else ""
    return (
        f"Redraft: {begun}{path} is written in session {name!r}; the folder's own file stays as it "
        f"is until a commit. From now on read and change it under {target}"
    )
