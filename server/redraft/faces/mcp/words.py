"""Results in plain words, for assistants and for clients that show text only."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from redraft.commands import results as r
from redraft.faces.text import age, by_role, by_whom, clean, plural, retries, size, status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redraft.commands.requests import Request
    from redraft.errors import RedraftError
    from redraft.faces.mcp.echo import Echo

SIGNS = {"modified": "M", "created": "A", "deleted": "D", "restored": "R", "dropped": "-"}
MOST_TEXT = 200_000
"""Characters of a document that are given as text; the structured content has all of it."""


def say(request: Request, result: Any, notes: Sequence[str], echo: Echo | None) -> list[str]:
    """The blocks of text for a result: a document's own text apart from what is said about it."""
    # That nothing was undone yet stands in what was asked for alone.
    is_preview = isinstance(result, r.Undone) and getattr(request, "preview", False)
    about = _would_undo(result) if is_preview else _lines(result)
    lines = [*about, *(f"Note: {clean(note)}" for note in notes)]
    if echo is not None:
        lines += ["", *_echo(echo)]
    session = result.session.name if isinstance(result, r.Switched) else result.session
    lines.append(f"Session: {session or 'none'}. Root: {clean(result.root)}")
    said = "\n".join(lines)
    return [*_documents(result), said]


def say_error(error: RedraftError) -> str:
    """What went wrong and what to do next."""
    lines = [f"Error ({error.code}): {clean(error.message)}"]
    lines += [f"Next: {clean(each)}" for each in error.suggestions]
    return "\n".join(lines)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows under their heads, in columns."""
    every = [list(heads), *([clean(cell) for cell in row] for row in rows)]
    widths = [max(len(row[at]) for row in every) for at in range(len(heads))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in every
    ]


def _echo(echo: Echo) -> list[str]:
    step, holds = echo.step, echo.holds
    lines = ["This step changed no document."]
    if step.changed:
        lines = [f"This step changed {_documents_count(step.changed_count)}:"]
        lines += [
            f"  {SIGNS[each.kind]} {clean(each.path)} ({each.kind} in the {each.where})"
            for each in step.changed
        ]
        lines += _rest(step.changed_count - len(step.changed))
    if holds is None:
        lines.append("The session has ended.")
    else:
        counts = f"{plural(holds.change_count, 'change')}, {plural(holds.retry_count, 'retry')}"
        lines.append(f"Session {holds.session} ({holds.status}) now holds {counts}.")
        listed = [(kind, path) for kind in ("modified", "created", "deleted")
                  for path in getattr(holds, kind)]  # fmt: skip
        lines += [f"  {SIGNS[kind]} {clean(path)}" for kind, path in listed]
        lines += _rest(holds.change_count - len(listed))
    if holds is None or holds.session != echo.active:
        lines.append(f"Active session: {echo.active or 'none'}.")
    return lines


def _rest(count: int) -> list[str]:
    return [f"  … and {count} more"] if count > 0 else []


def _documents_count(count: int) -> str:
    return plural(count, "document")


def _documents(result: Any) -> list[str]:
    """The text of a document that was read, in a block of its own."""
    if not isinstance(result, r.Document):
        return []
    if len(result.content) <= MOST_TEXT:
        return [result.content]
    return [result.content[:MOST_TEXT]] if result.encoding == "utf-8" else []


@singledispatch
def _lines(result: Any) -> list[str]:
    raise TypeError(f"no words for a {type(result).__name__}")


# Sessions ---------------------------------------------------------------------------------------


@_lines.register
def _(result: r.SessionList) -> list[str]:
    if not result.sessions:
        return ["There are no sessions."]
    heads = ("NAME", "STATUS", "CHANGES", "RETRIES", "CREATED", "UPDATED", "LIES IN", "DESCRIPTION")
    rows = [
        (
            each.name,
            status(each.status, each.lies_in),
            str(each.change_count),
            str(each.retry_count),
            each.created_at[:10],
            age(each.updated_at),
            each.lies_in or f".workflow/{each.name}",
            "(temporary)" if each.temporary and not each.description else each.description,
        )
        for each in result.sessions
    ]
    return [*table(heads, rows), f"Active session: {result.active or 'none'}."]


@_lines.register
def _(result: r.Session) -> list[str]:
    head = f"{result.name}: {result.status}, {result.type}, phase {result.phase}"
    lines = [head + (", temporary" if result.temporary else "")]
    if result.description:
        lines.append(clean(result.description))
    lines.append(f"Changes: {result.change_count}")
    lines += _paths(result.changes)
    lines.append(f"Retries: {retries(result.retry_count, result.auto_detected_count)}")
    lines.append(f"Size: {size(result.size_bytes)}")
    lines.append(f"Created: {result.created_at}; updated: {result.updated_at}")
    if result.completed_phases:
        lines.append(f"Completed phases: {', '.join(map(clean, result.completed_phases))}")
    lines += _listed("Current tasks", result.current_tasks)
    if result.handover is not None and result.handover.artifacts:
        by = clean(result.handover.phase_completed)
        lines.append(f"Handed over by {by}: {by_role(result.handover.artifacts)}")
    if result.artifacts:
        lines.append(f"To hand over: {by_role(result.artifacts)}")
    if result.last_checkpoint:
        lines.append(f"Last checkpoint: {clean(result.last_checkpoint)}")
    lines.append(f"Folder: {clean(result.path)}")
    lines += _listed("Changed in the folder too since the session took it", result.drifted)
    return lines


@_lines.register
def _(result: r.ResumedSession) -> list[str]:
    point = result.resume
    lines = [f"Resumed in phase {clean(point.phase)}."]
    lines += _listed("Tasks that were going on", point.current_tasks)
    return [*lines, *_lines.dispatch(r.Session)(result)]


@_lines.register
def _(result: r.Switched) -> list[str]:
    came = f" from {result.previous}" if result.previous else ""
    return [f"Switched{came} to {result.session.name}.", *_lines(result.session)]


@_lines.register
def _(result: r.Completed) -> list[str]:
    kept = f"; it lies in {clean(result.archived_to)}" if result.archived_to else ""
    lines = [f"Completed session {result.session}{kept}."]
    lines += ["Not applied:", *(_paths(result.unapplied) or ["  nothing"])]
    return [*lines, "resume_session takes it up again."]


# Commit, cancel, undo ---------------------------------------------------------------------------


@_lines.register
def _(result: r.Preview) -> list[str]:
    count = _documents_count(len(result.files))
    lines = [f"Preview: a commit of {result.session} would change {count}. Nothing is changed yet."]
    rows = [(SIGNS[each.kind], each.path, size(each.bytes), each.state) for each in result.files]
    lines += table(("", "PATH", "SIZE", "STATE"), rows)
    if result.retry_count:
        lines.append(f"{plural(result.retry_count, 'retry')} would be archived.")
    if any(each.state == "conflict" for each in result.files):
        lines.append(
            "Some changed in the folder too and do not merge: look at diff_session, then commit "
            "with on_conflict overwrite or skip."
        )
    agreed = f'force=true and preview="{result.preview}"'
    return [*lines, f"If the person agrees, call commit_session with {agreed}."]


@_lines.register
def _(result: r.Commit) -> list[str]:
    total = len(result.modified) + len(result.created) + len(result.deleted)
    lines = [f"Committed {_documents_count(total)} of session {result.session} to the folder."]
    lines += [*_paths(result), *_listed("Merged", result.merged)]
    lines += _listed("Skipped", result.skipped)
    lines.append(f"What it replaced is kept in {clean(result.archive)}.")
    if result.retries_archive:
        lines.append(f"Retries are kept in {clean(result.retries_archive)}.")
    if not result.session_closed:
        lines.append("The session stays open with the rest.")
    return [*lines, "undo_session takes it back."]


@_lines.register
def _(result: r.Cancelled) -> list[str]:
    lines = [f"Cancelled session {result.session}; it lies in {clean(result.trash)}."]
    lines += ["Discarded:", *(_paths(result.discarded) or ["  nothing"])]
    if result.retries_archive:
        lines.append(f"Retries are kept in {clean(result.retries_archive)}.")
    return [*lines, "undo_session brings it back."]


@_lines.register
def _(result: r.Undone) -> list[str]:
    lines = [f"Undid the {result.undone} of session {result.session}."]
    lines += _listed("Restored", result.restored)
    return [*lines, *(f"Left {clean(k.path)} as it is: {clean(k.reason)}" for k in result.kept)]


def _would_undo(result: r.Undone) -> list[str]:
    what = f"the {result.undone} of session {result.session}"
    lines = [f"Preview: {what} would be undone. Nothing is undone yet."]
    lines += _listed("Would restore", result.restored)
    lines += [f"Would leave {clean(k.path)} as it is: {clean(k.reason)}" for k in result.kept]
    return lines


@_lines.register
def _(result: r.Discarded) -> list[str]:
    head = f"Discarded the changes of {_documents_count(len(result.discarded))}"
    return [f"{head}; the copies lie in the trash.", *_items(result.discarded)]


@_lines.register
def _(result: r.SessionDiff) -> list[str]:
    lines = [] if result.files else ["No differences."]
    for each in result.files:
        if each.binary:
            lines.append(f"Binary file {clean(each.path)} {each.kind}")
        else:
            lines.append(each.diff.rstrip("\n"))
    return lines


# Checkpoints, repairs, trash --------------------------------------------------------------------


@_lines.register
def _(result: r.Checkpoint) -> list[str]:
    label = f" ({clean(result.label)})" if result.label else ""
    return [f"Kept checkpoint {result.id}{label}: {plural(result.change_count, 'change')}."]


@_lines.register
def _(result: r.CheckpointList) -> list[str]:
    if not result.checkpoints:
        return ["There are no checkpoints."]
    heads = ("ID", "TAKEN", "PHASE", "BY", "CHANGES", "LABEL")
    return table(
        heads,
        [
            (e.id, age(e.at), e.phase, e.trigger, str(e.change_count), e.label)
            for e in result.checkpoints
        ],
    )


@_lines.register
def _(result: r.Restored) -> list[str]:
    head = f"Restored checkpoint {result.checkpoint.id}; what it replaced is checkpoint"
    return [f"{head} {result.replaced_by.id}.", *_listed("Changed", result.changed)]


@_lines.register
def _(result: r.Recovery) -> list[str]:
    lines = [f"Found: {clean(each)}" for each in result.found]
    lines += [f"Repaired: {clean(each)}" for each in result.repaired]
    lines += [f"Left for a person: {clean(each)}" for each in result.left]
    return lines or ["All is well."]


@_lines.register
def _(result: r.Trash) -> list[str]:
    if result.removed:
        return [
            f"Removed {plural(len(result.removed), 'entry')} for good.",
            *_items(result.removed),
        ]
    if not result.entries:
        return ["Trash and archive are empty."]
    rows = [(e.name, e.kind, age(e.when), size(e.size_bytes)) for e in result.entries]
    return table(("NAME", "KIND", "WHEN", "SIZE"), rows)


# Retries and documents --------------------------------------------------------------------------


@_lines.register
def _(result: r.Retry) -> list[str]:
    by = by_whom(result.auto_detected)
    head = f"Recorded retry {result.number} of {clean(result.file)}{by}: {clean(result.reason)}"
    return [head, f"The rejected version is kept in {clean(result.saved_to)}."]


@_lines.register
def _(result: r.RetryList) -> list[str]:
    if not result.retries:
        return ["There are no retries."]
    rows = [
        (e.file, str(e.number), age(e.recorded_at), "noticed" if e.auto_detected else "", e.reason)
        for e in result.retries
    ]
    return table(("FILE", "N", "WHEN", "", "REASON"), rows)


@_lines.register
def _(result: r.RestoredRetry) -> list[str]:
    return [f"Retry {result.number} is the session's {clean(result.path)} again."]


@_lines.register
def _(result: r.Resolution) -> list[str]:
    if result.exists:
        place = {"session": "the session's copy", "global": "the real file"}[result.source]
        return [f"{clean(result.path)} is {place}: {clean(result.resolved_path)}"]
    where = "was deleted in the session" if result.source == "deleted" else "is not there"
    return [f"{clean(result.path)} {where}; it would be {clean(result.resolved_path)}"]


@_lines.register
def _(result: r.Document) -> list[str]:
    source = "the session's copy" if result.source == "session" else "the real file"
    lines = [f"{clean(result.path)}, from {source}."]
    if len(result.content) > MOST_TEXT:
        given = f"the first {MOST_TEXT:,}" if result.encoding == "utf-8" else "none"
        lines.append(
            f"It is long: {len(result.content):,} characters, of which {given} are given here. "
            "resolve_path says which file to read in parts."
        )
    return lines + [
        f"Rejected before, retry {each.number}{by_whom(each.auto_detected)}: {clean(each.reason)}"
        for each in result.retries
    ]


@_lines.register
def _(result: r.Change) -> list[str]:
    said = "is as in the folder" if result.kind == "unchanged" else result.kind
    return [f"{clean(result.path)} {said}, in session {result.session}."]


@_lines.register
def _(result: r.Listing) -> list[str]:
    ends = {"directory": "/", "symlink": "@", "file": ""}
    lines = [
        f"{SIGNS[each.kind] if each.kind else ' '} {clean(each.path)}{ends[each.type]}"
        for each in result.entries
    ]
    return lines or ["The folder is empty."]


@_lines.register
def _(result: r.Adopted) -> list[str]:
    if not result.adopted:
        return ["There is nothing to adopt: what the session changed is in the folder as it was."]
    head = f"Adopted {_documents_count(len(result.adopted))} into {result.session}."
    back = _listed("Put back in the folder", result.restored)
    return [head, *_items(result.adopted), *back]


# Pieces -----------------------------------------------------------------------------------------


def _paths(changes: r.Changes | r.Commit) -> list[str]:
    return [
        f"  {SIGNS[kind]} {clean(path)}"
        for kind in ("modified", "created", "deleted")
        for path in getattr(changes, kind)
    ]


def _listed(title: str, items: Iterable[str]) -> list[str]:
    lines = _items(items)
    return [f"{title}:", *lines] if lines else []


def _items(items: Iterable[str]) -> list[str]:
    return [f"  {clean(each)}" for each in items]
