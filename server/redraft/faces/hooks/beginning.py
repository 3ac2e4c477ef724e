"""When an agent begins: which session is active, what it holds, and what was rejected before."""

from __future__ import annotations

from redraft.domain import handover
from redraft.domain.root import Root
from redraft.domain.session import Session, progress_of, read_metadata
from redraft.errors import RedraftError
from redraft.faces.hooks import answer
from redraft.faces.hooks.leading import LOCK_WAIT_S
from redraft.faces.hooks.places import root_of, session_of
from redraft.faces.hooks.telling import FILE, tell_shells
from redraft.faces.text import by_role, by_whom

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redraft.faces.hooks.answer import Answer
    from redraft.faces.hooks.event import Event

_HOW = """\
- Read, write and edit documents under their usual paths: you are led to the session. Once one is
  changed in it, its path is {files}/<path>.
- What a shell command writes goes past the session; `redraft adopt` takes it in.
- `/session status|list|commit|cancel|switch` (or `redraft session …` in a shell) is about sessions.
- When the writer rejects a text, record it with `/retry <file> <reason>` before writing it anew."""
_NO_SESSION = """\
Redraft keeps drafts of this folder in sessions. None is active: reading is from the folder itself,
and the first write begins a temporary session. `/session start <name>` begins one with a name."""


def at_start(event: Event, environ: Mapping[str, str]) -> Answer:
    """Answer a ``SessionStart`` event.

    Raises:
        RedraftError, OSError: the session cannot be looked at.
    """
    with Root.open(root_of(event, environ), LOCK_WAIT_S) as root:
        root.settle()
        text = _told(root, environ)
        try:
            tell_shells(root, environ)
        except OSError as error:
            text += f"\nRedraft: {FILE} cannot be written ({error.strerror})."
    return answer.tell(event, text)


def _told(root: Root, environ: Mapping[str, str]) -> str:
    try:
        name = session_of(root, None, environ)
        if name is None:
            return _NO_SESSION
        with Session.open(root, name) as session:
            if session.name in root.crashed():
                session.check_sound()
            return "\n".join(_lines(session))
    except RedraftError as error:
        advice = ", ".join(error.suggestions)
        return f"Redraft: {error.message} Try: {advice}"


def _progress(session: Session) -> Iterator[str]:
    """Where the work stands: what one phase hands over is there for the next."""
    metadata = read_metadata(session.folder, session.name)
    progress = progress_of(metadata)
    done, tasks = progress["completed_phases"], progress["current_tasks"]
    assert isinstance(done, list)  # noqa: S101 - read_metadata made it so
    assert isinstance(tasks, list)  # noqa: S101 - the same
    after = f" (completed: {', '.join(done)})" if done else ""
    doing = f" Tasks: {', '.join(tasks)}." if tasks else ""
    yield f"Phase {metadata['current_phase']}{after}.{doing}"
    record, waiting = handover.latest(metadata), handover.waiting(metadata)
    if record is not None and record["artifacts"]:
        yield f"Handed over by {record['phase_completed']}: {by_role(record['artifacts'])}"
    if waiting:
        yield f"To hand over: {by_role(waiting)}"


def _lines(session: Session) -> Iterator[str]:
    from redraft.domain.changes import Survey
    from redraft.domain.retries import of_session
    from redraft.faces.hooks.after import holds

    survey = Survey(session.folder)
    yield f"Redraft: this folder is written in a session. {holds(session.name, survey)}"
    yield from _progress(session)
    yield _HOW.format(files=f"{session.root.path}/{session.path}/files")
    changes = survey.paths()
    for path, kind in changes[:40]:
        yield f"- {path} ({kind})"
    if len(changes) > 40:
        yield f"- and {len(changes) - 40} more: /session status"
    kept = of_session(session)
    if kept:
        yield "The writer has rejected these versions. Do not write them again:"
    for each in kept[-40:]:
        reason = " ".join(str(each.record["reason"]).split())[:400]
        by = by_whom(each.record["auto_detected"])
        yield f"- {each.file}, try {each.number}{by}: {reason}"
