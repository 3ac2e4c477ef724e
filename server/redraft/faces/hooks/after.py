"""After a tool ran: what it left is put in order, and the agent hears what the session holds."""

from __future__ import annotations

from redraft.domain.root import Root
from redraft.domain.view import View
from redraft.errors import ProtectedPath
from redraft.faces.hooks import answer
from redraft.faces.hooks.event import EDIT, WRITE
from redraft.faces.hooks.leading import LOCK_WAIT_S
from redraft.faces.hooks.places import place_of, root_of, session_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from redraft.domain.changes import Survey
    from redraft.faces.hooks.answer import Answer
    from redraft.faces.hooks.event import Event
    from redraft.faces.hooks.places import Place


def after_tool(event: Event, environ: Mapping[str, str]) -> Answer:
    """Answer a ``PostToolUse`` (or ``PostToolUseFailure``) event.

    Raises:
        RedraftError, OSError: something is in the way that is no reason to stop the agent.
    """
    if event.is_ours:
        return answer.nothing()
    with Root.open(root_of(event, environ), LOCK_WAIT_S) as root:
        if event.kind not in (WRITE, EDIT):
            from redraft.faces.hooks.shell import after_shell

            return after_shell(event, root, environ)
        place = place_of(root, event.path) if event.path else None
        if place is None:
            return answer.nothing()
        if place.session is None:
            return _past(event, root, place, environ)
        return _taken(event, root, place, place.session)


def _taken(event: Event, root: Root, place: Place, name: str) -> Answer:
    from redraft.domain.changes import Survey
    from redraft.domain.handing import take_back

    fresh = event.response.get("type") == "create" or event.input.get("old_string") == ""
    with View.of(root, name) as view:
        kind = take_back(view, place.path, fresh=fresh)
        if kind == "unchanged" or view.session is None:
            return answer.nothing()
        survey = Survey(view.session.folder)
    return answer.tell(event, f"Redraft: {place.path} is {kind}. {holds(name, survey)}")


def _past(event: Event, root: Root, place: Place, environ: Mapping[str, str]) -> Answer:
    """A write to the folder itself: the hook before it was not asked, or had failed."""
    name = session_of(root, place, environ)
    if name is None or event.name != "PostToolUse":
        return answer.nothing()
    try:
        with View.of(root, name) as view:
            path = view.path_of(place.path)
    except ProtectedPath:
        return answer.nothing()
    return answer.tell(
        event,
        f"Redraft: this wrote the folder's own {path}, past session {name!r}. If the session knew "
        f"the document, `redraft adopt {path}` takes the change in and puts the file back.",
    )


def holds(name: str, survey: Survey) -> str:
    """What a session holds, in a sentence."""
    counts = (
        (len(survey.modified), "modified"),
        (len(survey.created), "created"),
        (len(survey.deleted), "deleted"),
    )
    said = ", ".join(f"{count} {kind}" for count, kind in counts if count) or "no changes"
    return f"Session {name!r} now holds: {said}."
