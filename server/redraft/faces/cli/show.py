"""Results as people read them: one drawing per result dataclass, one fallback for all others."""

from __future__ import annotations

import shutil
import sys
from dataclasses import fields, is_dataclass
from functools import singledispatchmethod
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from redraft.commands import results as r
from redraft.faces.cli.text import age, clean, plural, size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STATUS = {
    "ACTIVE": ("●", "green"),
    "INACTIVE": ("○", "yellow"),
    "CRASHED": ("✖", "bold red"),
    "COMPLETED": ("✓", "blue"),
}
KIND = {"modified": ("M", "yellow"), "created": ("A", "green"), "deleted": ("D", "red")}
STATE = {"clean": "green", "merges": "cyan", "conflict": "bold red", "identical": "dim"}
_MANY = 100_000  # columns: a terminal wraps by itself, and nothing is ever cut


class Screen:
    """Draws results on standard output; in colour on a terminal unless NO_COLOR is set."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(
            file=sys.stdout, width=_MANY, highlight=False, markup=False, emoji=False
        )
        terminal = self._console.is_terminal
        self._width = shutil.get_terminal_size().columns if terminal else _MANY

    @singledispatchmethod
    def show(self, result: Any) -> None:
        """Draw a result. One of a type that has no drawing is listed field by field."""
        if not is_dataclass(result):
            self._line(clean(str(result)))
            return
        for field in fields(result):
            value = getattr(result, field.name)
            if value not in (None, [], {}):
                self._pair(field.name.replace("_", " ").capitalize(), _plain(value))

    # Sessions --------------------------------------------------------------------------------

    @show.register
    def _(self, result: r.SessionList) -> None:
        if not result.sessions:
            self._line("There are no sessions.")
            self._next("session start NAME")
            return
        rows = [_summary_row(each) for each in result.sessions]
        heads = ("", "NAME", "STATUS", "CHANGES", "RETRIES", "UPDATED", "DESCRIPTION")
        self._table(heads, rows, right=(3, 4), shrink=6)
        if result.active is None:
            self._line("\nNo session is active.")
            self._next("session switch NAME")

    @show.register
    def _(self, result: r.Session) -> None:
        self._session(result)
        hint = "session recover" if result.status == "CRASHED" else "session commit"
        if result.change_count:
            self._next(hint if result.status == "ACTIVE" else f"{hint} {result.name}")

    @show.register
    def _(self, result: r.ResumedSession) -> None:
        self._session(result)
        point = result.resume
        self._line(f"\nResumed in {clean(point.phase)}.")
        self._list("Tasks", point.current_tasks)

    @show.register
    def _(self, result: r.Switched) -> None:
        came = f" from {result.previous}" if result.previous else ""
        self._line(f"Switched{came} to {result.session.name}.\n")
        self._session(result.session)

    @show.register
    def _(self, result: r.Completed) -> None:
        kept = f"; it lies in {clean(result.archived_to)}" if result.archived_to else ""
        self._line(f"Completed session {result.session}{kept}.")
        self._changes("Not applied", result.unapplied)

    # Commit, cancel, undo ----------------------------------------------------------------------

    @show.register
    def _(self, result: r.Preview) -> None:
        self._line(f"A commit of {result.session} would change {_files(len(result.files))}:")
        rows = [
            (
                _mark(each.kind),
                Text(clean(each.path)),
                Text(size(each.bytes)),
                Text(each.state, STATE[each.state]),
            )
            for each in result.files
        ]
        self._table(("", "PATH", "SIZE", "STATE"), rows, right=(2,))
        self._line(
            f"{plural(result.retry_count, 'retry')} would be archived."
            if result.retry_count
            else ""
        )
        if any(each.state == "conflict" for each in result.files):
            self._next(f"session diff --session {result.session}")
            self._next(f"session commit {result.session} --force --on-conflict overwrite|skip")
        else:
            self._next(f"session commit {result.session} --force --preview {result.preview}")

    @show.register
    def _(self, result: r.Commit) -> None:
        total = len(result.modified) + len(result.created) + len(result.deleted)
        self._line(f"Committed {_files(total)} of session {result.session}.", "green")
        self._paths(result)
        self._list("Merged", result.merged)
        self._list("Skipped", result.skipped)
        if result.retries_archive:
            self._pair("Retries", clean(result.retries_archive))
        if not result.session_closed:
            self._line("The session stays open with the rest.")
        self._line(f"Undo: redraft session undo {result.session}", "cyan")

    @show.register
    def _(self, result: r.Cancelled) -> None:
        self._line(f"Cancelled session {result.session}; it lies in {clean(result.trash)}.")
        self._changes("Discarded", result.discarded)
        if result.retries_archive:
            self._pair("Retries", clean(result.retries_archive))
        self._line(f"Undo: redraft session undo {result.session}", "cyan")

    @show.register
    def _(self, result: r.Undone) -> None:
        self.undo(result, "undid", "restored")
        self._next(f"session switch {result.session}")

    def undo(self, result: r.Undone, deed: str, brought: str) -> None:
        """Draw an undo, done or (as a preview) not yet done, in the words for it."""
        self._line(f"{deed.capitalize()} the {result.undone} of session {result.session}.", "green")
        self._list(brought.capitalize(), result.restored)
        for kept in result.kept:
            self._line(f"  kept {clean(kept.path)}: {clean(kept.reason)}", "yellow")

    @show.register
    def _(self, result: r.Discarded) -> None:
        self._line(
            f"Discarded the changes of {_files(len(result.discarded))}; "
            "the copies lie in the trash."
        )
        self._list("", result.discarded)

    @show.register
    def _(self, result: r.SessionDiff) -> None:
        if not result.files:
            self._line("No differences." if self._console.is_terminal else "")
        for each in result.files:
            if each.binary:
                self._line(f"Binary file {clean(each.path)} {each.kind}")
            else:
                self._diff(each.diff)

    # Checkpoints, repairs, trash ---------------------------------------------------------------

    @show.register
    def _(self, result: r.Checkpoint) -> None:
        label = f" {clean(result.label)}" if result.label else ""
        self._line(f"Kept checkpoint {result.id}{label}: {plural(result.change_count, 'change')}.")
        self._next(f"session restore {result.id}")

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
        self._table_or(
            "There are no checkpoints.",
            ("ID", "TAKEN", "PHASE", "BY", "CHANGES", "LABEL"),
            rows,
            right=(4,),
        )

    @show.register
    def _(self, result: r.Restored) -> None:
        self._line(
            f"Restored checkpoint {result.checkpoint.id}; "
            f"what it replaced is checkpoint {result.replaced_by.id}."
        )
        self._list("Changed", result.changed)

    @show.register
    def _(self, result: r.Recovery) -> None:
        if isinstance(result, r.Checkup):
            for what in result.checked:
                self._line(f"  checked   {clean(what)}", "dim")
        for sentence in result.found:
            self._line(f"  found     {clean(sentence)}", "yellow")
        for sentence in result.repaired:
            self._line(f"  repaired  {clean(sentence)}", "green")
        for sentence in result.left:
            self._line(f"  left      {clean(sentence)}", "bold red")
        sound = not (result.found or result.repaired or result.left)
        self._line(
            "All is well."
            if sound
            else "Somebody must look at what is left."
            if result.left
            else "All is well again."
        )

    @show.register
    def _(self, result: r.Trash) -> None:
        rows = [
            (
                Text(clean(each.name)),
                Text(each.kind),
                Text(age(each.when)),
                Text(size(each.size_bytes)),
            )
            for each in result.entries
        ]
        self._table_or(
            "Trash and archive are empty.", ("NAME", "KIND", "WHEN", "SIZE"), rows, right=(3,)
        )
        if result.removed:
            self._list("Removed", result.removed)
        elif rows:
            self._next("session trash --empty")

    # Retries and documents ---------------------------------------------------------------------

    @show.register
    def _(self, result: r.Retry) -> None:
        self._line(
            f"Recorded retry {result.number} of {clean(result.file)}: {clean(result.reason)}",
            "green",
        )
        self._pair("Kept in", clean(result.saved_to))

    @show.register
    def _(self, result: r.RetryList) -> None:
        rows = [
            (
                Text(clean(each.file)),
                Text(str(each.number)),
                Text(age(each.recorded_at)),
                Text("auto" if each.auto_detected else ""),
                Text(clean(each.reason)),
            )
            for each in result.retries
        ]
        self._table_or(
            "There are no retries.", ("FILE", "N", "WHEN", "", "REASON"), rows, right=(1,)
        )

    @show.register
    def _(self, result: r.RestoredRetry) -> None:
        self._line(f"Retry {result.number} is the session's {clean(result.path)} again.", "green")

    @show.register
    def _(self, result: r.Resolution) -> None:
        self._console.out(result.resolved_path, highlight=False)
        if not result.exists:
            where = f"deleted in {result.session}" if result.source == "deleted" else "not there"
            print(f"note: {where}", file=sys.stderr)

    @show.register
    def _(self, result: r.Change) -> None:
        said = {"unchanged": "is as in the folder"}.get(result.kind, result.kind)
        self._line(
            f"{clean(result.path)} {said} in session {result.session} "
            f"({plural(result.change_count, 'change')})."
        )

    @show.register
    def _(self, result: r.Listing) -> None:
        for each in result.entries:
            mark = _mark(each.kind) if each.kind else Text(" ")
            end = "/" if each.type == "directory" else "@" if each.type == "symlink" else ""
            self._console.print(mark, Text(f"{clean(each.path)}{end}"))

    @show.register
    def _(self, result: r.Migration) -> None:
        if not result.sessions and not result.skipped:
            self._line("There is nothing to migrate.")
        self._list("Taken over", result.sessions)
        for each in result.skipped:
            self._line(f"Skipped line {each.line}: {clean(each.reason)}", "yellow")
        if result.kept_as:
            self._pair("Kept as", clean(result.kept_as))

    @show.register
    def _(self, result: r.Adopted) -> None:
        self._line(f"Adopted {_files(len(result.adopted))} into {result.session}.", "green")
        self._list("", result.adopted)
        self._list("Put back in the folder", result.restored)

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
        self._console.print(head)
        if session.description:
            self._line(f"  {clean(session.description)}")
        self._pair("Changes", str(session.change_count))
        self._paths(session.changes)
        self._pair("Retries", str(session.retry_count))
        self._pair("Size", size(session.size_bytes))
        self._pair("Started", f"{age(session.created_at)} ({session.created_at})")
        self._pair("Updated", f"{age(session.updated_at)} ({session.updated_at})")
        if session.last_checkpoint:
            self._pair("Checkpoint", clean(session.last_checkpoint))
        self._list("Tasks", session.current_tasks)
        self._pair("Folder", clean(session.path))
        for path in session.drifted:
            self._line(f"  drifted: {clean(path)} changed in the folder too", "magenta")

    def _changes(self, title: str, changes: r.Changes) -> None:
        count = len(changes.modified) + len(changes.created) + len(changes.deleted)
        self._pair(title, plural(count, "change"))
        self._paths(changes)

    def _paths(self, changes: r.Changes | r.Commit) -> None:
        for kind in ("modified", "created", "deleted"):
            for path in getattr(changes, kind):
                self._console.print(Text("   "), _mark(kind), Text(clean(path)))

    def _list(self, title: str, items: Sequence[str]) -> None:
        if items and title:
            self._line(f"  {title}")
        for item in items:
            self._line(f"    {clean(item)}")

    def _pair(self, title: str, value: str) -> None:
        self._console.print(Text.assemble((f"  {title:<11}", "dim"), value))

    def _line(self, text: str, style: str = "") -> None:
        if text:
            self._console.print(Text(text, style))

    def _next(self, command: str) -> None:
        self._line(f"Next: redraft {command}", "cyan")

    def _table_or(
        self,
        nothing: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[Text]],
        *,
        right: Iterable[int] = (),
    ) -> None:
        if rows:
            self._table(heads, rows, right=right)
        else:
            self._line(nothing)

    def _table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[Text]],
        *,
        right: Iterable[int] = (),
        shrink: int | None = None,
    ) -> None:
        """A plain table. Only the column ``shrink`` may be cut to fit the terminal."""
        if shrink is not None:
            _fit(heads, rows, shrink, self._width)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for at, head in enumerate(heads):
            table.add_column(head, justify="right" if at in right else "left", no_wrap=True)
        for row in rows:
            table.add_row(*row)
        for line in self._console.render_lines(table, pad=False):
            text = Text.assemble(*((piece.text, piece.style or "") for piece in line))
            text.rstrip()
            self._console.print(text)

    def _diff(self, text: str) -> None:
        if not self._console.is_terminal:
            self._console.file.write(text)
            return
        styles = {"+": "green", "-": "red", "@": "cyan"}
        for line in text.removesuffix("\n").split("\n"):
            bold = line.startswith(("+++ ", "--- "))
            self._line(clean(line, "\t") or " ", "bold" if bold else styles.get(line[:1], ""))


def _summary_row(each: r.Summary) -> list[Text]:
    sign, style = STATUS[each.status]
    about = "temporary" if each.temporary and not each.description else each.description
    return [
        Text(sign, style),
        Text(each.name, "bold" if each.status == "ACTIVE" else ""),
        Text(each.status, style),
        Text(str(each.change_count)),
        Text(str(each.retry_count)),
        Text(age(each.updated_at)),
        Text(clean(about), "dim"),
    ]


def _fit(heads: Sequence[str], rows: Sequence[Sequence[Text]], at: int, width: int) -> None:
    """Cut the texts of one column so that the table fits, keeping at least ten letters of it."""
    used = sum(
        max(len(head), *(row[column].cell_len for row in rows)) + 2
        for column, head in enumerate(heads)
        if column != at
    )
    for row in rows:
        row[at].truncate(max(10, width - used), overflow="ellipsis")


def _mark(kind: str) -> Text:
    sign, style = KIND.get(kind, ("?", ""))
    return Text(sign, style)


def _files(count: int) -> str:
    return plural(count, "document")


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return clean(str(value))
