"""Results as people read them: one drawing per result dataclass, one fallback for all others."""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass
from functools import singledispatchmethod
from typing import Any

from rich.text import Text

from redraft.commands import results as r
from redraft.faces.cli.canvas import Canvas, mark
from redraft.faces.text import age, by_role, by_whom, clean, plural, retries, size, status

STATUS = {
    "ACTIVE": ("●", "green"),
    "INACTIVE": ("○", "yellow"),
    "CRASHED": ("✖", "bold red"),
    "COMPLETED": ("✓", "blue"),
    "CANCELLED": ("×", "dim"),
}
HEADS = ("", "NAME", "STATUS", "CREATED", "CHANGES", "RETRIES", "UPDATED", "DESCRIPTION")
STATE = {"clean": "green", "merges": "cyan", "conflict": "bold red", "identical": "dim"}


class Screen(Canvas):
    """Draws results."""

    @singledispatchmethod
    def show(self, result: Any) -> None:
        """Draw a result. One of a type that has no drawing is listed field by field."""
        if not is_dataclass(result):
            self.line(clean(str(result)))
            return
        for field in fields(result):
            value = getattr(result, field.name)
            if value not in (None, [], {}):
                self.pair(field.name.replace("_", " ").capitalize(), _plain(value))

    # Sessions --------------------------------------------------------------------------------

    @show.register
    def _(self, result: r.SessionList) -> None:
        live = [each for each in result.sessions if each.lies_in is None]
        if live:
            self.table(HEADS, [_summary_row(each) for each in live], right=(4, 5), shrink=7)
        else:
            self.line(f"There are no {'open ' * bool(result.sessions)}sessions.")
        self._ended("Committed or completed", result.sessions, "COMPLETED")
        self._ended("Cancelled, in the trash", result.sessions, "INACTIVE")
        if live and result.active is None:
            self.line("\nNo session is active.")
        if any(each.status == "INACTIVE" for each in live) and result.active is None:
            self.next("session switch NAME")
        elif not live:
            self.next("session start NAME")

    def _ended(self, title: str, sessions: list[r.Summary], state: r.Status) -> None:
        found = [each for each in sessions if each.lies_in and each.status == state]
        if found:
            self.line(f"\n{title}:")
            heads = (*HEADS[:-1], "LIES IN", HEADS[-1])
            self.table(heads, [_summary_row(each) for each in found], right=(4, 5), shrink=8)

    @show.register
    def _(self, result: r.Session) -> None:
        self._session(result)
        hint = "session recover" if result.status == "CRASHED" else "session commit"
        if result.change_count:
            self.next(hint if result.status == "ACTIVE" else f"{hint} {result.name}")

    @show.register
    def _(self, result: r.ResumedSession) -> None:
        self._session(result)
        point = result.resume
        self.line(f"\nResumed in {clean(point.phase)}.")
        self.items("Tasks", point.current_tasks)

    @show.register
    def _(self, result: r.Switched) -> None:
        came = f" from {result.previous}" if result.previous else ""
        self.line(f"Switched{came} to {result.session.name}.\n")
        self._session(result.session)

    @show.register
    def _(self, result: r.Completed) -> None:
        kept = f"; it lies in {clean(result.archived_to)}" if result.archived_to else ""
        self.line(f"Completed session {result.session}{kept}.")
        self._changes("Not applied", result.unapplied)
        self.line(f"Take it up again: redraft session resume {result.session}", "cyan")

    # Commit, cancel, undo ----------------------------------------------------------------------

    @show.register
    def _(self, result: r.Preview) -> None:
        self.line(f"A commit of {result.session} would change {_files(len(result.files))}:")
        rows = [
            (
                mark(each.kind),
                Text(clean(each.path)),
                Text(size(each.bytes)),
                Text(each.state, STATE[each.state]),
            )
            for each in result.files
        ]
        self.table(("", "PATH", "SIZE", "STATE"), rows, right=(2,))
        self.line(
            f"{plural(result.retry_count, 'retry')} would be archived."
            if result.retry_count
            else ""
        )
        if any(each.state == "conflict" for each in result.files):
            self.next(f"session diff --session {result.session}")
            for way in ("overwrite", "skip"):
                self.next(f"session commit {result.session} --force --on-conflict {way}")
        else:
            self.next(f"session commit {result.session} --force --preview {result.preview}")

    @show.register
    def _(self, result: r.Commit) -> None:
        total = len(result.modified) + len(result.created) + len(result.deleted)
        self.line(f"Committed {_files(total)} of session {result.session}.", "green")
        self._paths(result)
        self.items("Merged", result.merged)
        self.items("Skipped", result.skipped)
        if result.retries_archive:
            self.pair("Retries", clean(result.retries_archive))
        if not result.session_closed:
            self.line("The session stays open with the rest.")
        self.line(f"Undo: redraft session undo {result.session}", "cyan")

    @show.register
    def _(self, result: r.Cancelled) -> None:
        self.line(f"Cancelled session {result.session}; it lies in {clean(result.trash)}.")
        self._changes("Discarded", result.discarded)
        if result.retries_archive:
            self.pair("Retries", clean(result.retries_archive))
        self.line(f"Undo: redraft session undo {result.session}", "cyan")

    @show.register
    def _(self, result: r.Undone) -> None:
        self.undo(result, "undid", "restored")

    def undo(self, result: r.Undone, deed: str, brought: str) -> None:
        """Draw an undo, done or (as a preview) not yet done, in the words for it."""
        self.line(f"{deed.capitalize()} the {result.undone} of session {result.session}.", "green")
        self.items(brought.capitalize(), result.restored)
        for kept in result.kept:
            self.line(f"  kept {clean(kept.path)}: {clean(kept.reason)}", "yellow")

    @show.register
    def _(self, result: r.Discarded) -> None:
        self.line(
            f"Discarded the changes of {_files(len(result.discarded))}; "
            "the copies lie in the trash."
        )
        self.items("", result.discarded)

    @show.register
    def _(self, result: r.SessionDiff) -> None:
        if not result.files:
            self.line("No differences." if self.console.is_terminal else "")
        for each in result.files:
            if each.binary:
                self.line(f"Binary file {clean(each.path)} {each.kind}")
            else:
                self.diff(each.diff)

    # Checkpoints, repairs, trash ---------------------------------------------------------------

    @show.register
    def _(self, result: r.Checkpoint) -> None:
        label = f" {clean(result.label)}" if result.label else ""
        self.line(f"Kept checkpoint {result.id}{label}: {plural(result.change_count, 'change')}.")
        self.next(f"session restore {result.id}")

    @show.register
    def _(self, result: r.CheckpointList) -> None:
        rows = [
            (
                Text(each.id),
                Text(age(each.at)),
                Text(each.phase),
                Text(each.trigger),
                Text(str(each.change_count)),
                Text(clean(each.label)),
            )
            for each in result.checkpoints
        ]
        self.table_or(
            "There are no checkpoints.",
            ("ID", "TAKEN", "PHASE", "BY", "CHANGES", "LABEL"),
            rows,
            right=(4,),
        )

    @show.register
    def _(self, result: r.Restored) -> None:
        self.line(
            f"Restored checkpoint {result.checkpoint.id}; "
            f"what it replaced is checkpoint {result.replaced_by.id}."
        )
        self.items("Changed", result.changed)

    @show.register
    def _(self, result: r.Recovery) -> None:
        if isinstance(result, r.Checkup):
            for what in result.checked:
                self.line(f"  checked   {clean(what)}", "dim")
        for sentence in result.found:
            self.line(f"  found     {clean(sentence)}", "yellow")
        for sentence in result.repaired:
            self.line(f"  repaired  {clean(sentence)}", "green")
        for sentence in result.left:
            self.line(f"  left      {clean(sentence)}", "bold red")
        sound = not (result.found or result.repaired or result.left)
        self.line(
            "All is well."
            if sound
            else "Somebody must look at what is left."
            if result.left
            else "All is well again."
        )

    @show.register
    def _(self, result: r.Trash) -> None:
        if result.removed:
            self.line(f"Removed {plural(len(result.removed), 'entry')} for good.")
            self.items("", result.removed)
            return
        rows = [
            (
                Text(clean(each.name)),
                Text(each.kind),
                Text(age(each.when)),
                Text(size(each.size_bytes)),
            )
            for each in result.entries
        ]
        self.table_or(
            "Trash and archive are empty.", ("NAME", "KIND", "WHEN", "SIZE"), rows, right=(3,)
        )
        if rows:
            self.next("session trash --empty")

    # Retries and documents ---------------------------------------------------------------------

    @show.register
    def _(self, result: r.Retry) -> None:
        self.line(
            f"Recorded retry {result.number} of {clean(result.file)}"
            f"{by_whom(result.auto_detected)}: "
            f"{clean(result.reason)}",
            "green",
        )
        self.pair("Kept in", clean(result.saved_to))

    @show.register
    def _(self, result: r.RetryList) -> None:
        rows = [
            (
                Text(clean(each.file)),
                Text(str(each.number)),
                Text(age(each.recorded_at)),
                Text("noticed" if each.auto_detected else ""),
                Text(clean(each.reason)),
            )
            for each in result.retries
        ]
        self.table_or(
            "There are no retries.", ("FILE", "N", "WHEN", "", "REASON"), rows, right=(1,)
        )

    @show.register
    def _(self, result: r.RestoredRetry) -> None:
        self.line(f"Retry {result.number} is the session's {clean(result.path)} again.", "green")

    @show.register
    def _(self, result: r.Resolution) -> None:
        self.console.out(result.resolved_path, highlight=False)
        if not result.exists:
            where = f"deleted in {result.session}" if result.source == "deleted" else "not there"
            print(f"note: {where}", file=sys.stderr)

    @show.register
    def _(self, result: r.Change) -> None:
        said = {"unchanged": "is as in the folder"}.get(result.kind, result.kind)
        self.line(
            f"{clean(result.path)} {said} in session {result.session} "
            f"({plural(result.change_count, 'change')})."
        )

    @show.register
    def _(self, result: r.Listing) -> None:
        for each in result.entries:
            sign = mark(each.kind) if each.kind else Text(" ")
            end = "/" if each.type == "directory" else "@" if each.type == "symlink" else ""
            self.console.print(sign, Text(f"{clean(each.path)}{end}"))

    @show.register
    def _(self, result: r.Migration) -> None:
        if not result.sessions and not result.skipped:
            self.line("There is nothing to migrate.")
        self.items("Taken over", result.sessions)
        for each in result.skipped:
            what = f"line {each.line}: " if each.line else ""
            self.line(f"Skipped {what}{clean(each.reason)}", "yellow")
        if result.sessions:
            self.pair("Active", result.active or "none")
        if result.kept_as:
            self.pair("Kept as", clean(result.kept_as))

    @show.register
    def _(self, result: r.Adopted) -> None:
        if not result.adopted:
            self.line(
                f"There is nothing to adopt: what {result.session} changed is in the folder "
                "as it was."
            )
            return
        self.line(f"Adopted {_files(len(result.adopted))} into {result.session}.", "green")
        self.items("", result.adopted)
        self.items("Put back in the folder", result.restored)

    @show.register
    def _(self, result: r.Ran) -> None:
        self.show(result.result)

    # Pieces ------------------------------------------------------------------------------------

    def _session(self, session: r.Session) -> None:
        sign, style = STATUS[session.status]
        temporary = "  temporary" if session.temporary else ""
        head = Text.assemble(
            (f"{sign} {session.name}", f"bold {style}"),
            "  ",
            (session.status, style),
            (f"  {session.type}, {session.phase}{temporary}", "dim"),
        )
        self.console.print(head)
        if session.description:
            self.line(f"  {clean(session.description)}")
        self.pair("Changes", str(session.change_count))
        self._paths(session.changes)
        self.pair("Retries", retries(session.retry_count, session.auto_detected_count))
        self.pair("Size", size(session.size_bytes))
        self.pair("Started", f"{age(session.created_at)} ({session.created_at})")
        self.pair("Updated", f"{age(session.updated_at)} ({session.updated_at})")
        if session.last_checkpoint:
            self.pair("Checkpoint", clean(session.last_checkpoint))
        if session.completed_phases:
            self.pair("Completed", ", ".join(map(clean, session.completed_phases)))
        self.items("Tasks", session.current_tasks)
        if session.handover is not None and session.handover.artifacts:
            by = clean(session.handover.phase_completed)
            self.pair(f"Handed over by {by}:", by_role(session.handover.artifacts))
        if session.artifacts:
            self.pair("Hands over", by_role(session.artifacts))
        self.pair("Folder", clean(session.path))
        for path in session.drifted:
            self.line(f"  drifted: {clean(path)} changed in the folder too", "magenta")

    def _changes(self, title: str, changes: r.Changes) -> None:
        count = len(changes.modified) + len(changes.created) + len(changes.deleted)
        self.pair(title, plural(count, "change"))
        self._paths(changes)

    def _paths(self, changes: r.Changes | r.Commit) -> None:
        for kind in ("modified", "created", "deleted"):
            for path in getattr(changes, kind):
                self.console.print(Text("   "), mark(kind), Text(clean(path)))


def _summary_row(each: r.Summary) -> list[Text]:
    word = status(each.status, each.lies_in)
    sign, style = STATUS[word]
    about = "temporary" if each.temporary and not each.description else each.description
    return [
        Text(sign, style),
        Text(each.name, "bold" if each.status == "ACTIVE" else ""),
        Text(word, style),
        Text(each.created_at[:10]),
        Text(str(each.change_count)),
        Text(str(each.retry_count)),
        Text(age(each.updated_at)),
        *([Text(clean(each.lies_in))] if each.lies_in is not None else []),
        Text(clean(about), "dim"),
    ]


def _files(count: int) -> str:
    return plural(count, "document")


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return clean(str(value))
