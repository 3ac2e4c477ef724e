"""The pieces that drawings are made of: lines, pairs, tables, differences."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from redraft.faces.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KIND = {"modified": ("M", "yellow"), "created": ("A", "green"), "deleted": ("D", "red")}
MANY = 100_000  # columns: a terminal wraps by itself, and nothing is ever cut


class Canvas:
    """Standard output, or another console; in colour on a terminal unless NO_COLOR is set.

    Attributes:
        console: what is drawn on.
        width: how many columns the reader sees.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(
            file=sys.stdout, width=MANY, highlight=False, markup=False, emoji=False
        )
        terminal = self.console.is_terminal
        self.width = shutil.get_terminal_size().columns if terminal else MANY

    def items(self, title: str, items: Sequence[str]) -> None:
        """A title and a line for each item; nothing at all if there is none."""
        if items and title:
            self.line(f"  {title}")
        for item in items:
            self.line(f"    {clean(item)}")

    def pair(self, title: str, value: str) -> None:
        """A title and its value on one line."""
        self.console.print(Text.assemble((f"  {title:<11} ", "dim"), value))

    def line(self, text: str, style: str = "") -> None:
        """One line, if there is any text."""
        if text:
            self.console.print(Text(text, style))

    def next(self, command: str) -> None:
        """What one would type now."""
        self.line(f"Next: redraft {command}", "cyan")

    def table_or(
        self,
        nothing: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[Text]],
        *,
        right: Iterable[int] = (),
    ) -> None:
        """A table, or a sentence where it has no rows."""
        if rows:
            self.table(heads, rows, right=right)
        else:
            self.line(nothing)

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[Text]],
        *,
        right: Iterable[int] = (),
        shrink: int | None = None,
    ) -> None:
        """A plain table. Only the column ``shrink`` may be cut to fit the terminal."""
        if shrink is not None:
            _fit(heads, rows, shrink, self.width)
        drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for at, head in enumerate(heads):
            drawn.add_column(head, justify="right" if at in right else "left", no_wrap=True)
        for row in rows:
            drawn.add_row(*row)
        for line in self.console.render_lines(drawn, pad=False):
            text = Text.assemble(*((piece.text, piece.style or "") for piece in line))
            text.rstrip()
            self.console.print(text)

    def diff(self, text: str) -> None:
        """A unified difference: byte for byte into a file or pipe, in colour on a terminal."""
        if not self.console.is_terminal:
            self.console.file.write(text)
            return
        styles = {"+": "green", "-": "red", "@": "cyan"}
        for line in text.removesuffix("\n").split("\n"):
            bold = line.startswith(("+++ ", "--- "))
            self.line(clean(line, "\t") or " ", "bold" if bold else styles.get(line[:1], ""))


def _fit(heads: Sequence[str], rows: Sequence[Sequence[Text]], at: int, width: int) -> None:
    """Cut the texts of one column so that the table fits, keeping at least ten letters of it."""
    used = sum(
        max(len(head), *(row[column].cell_len for row in rows)) + 2
        for column, head in enumerate(heads)
        if column != at
    )
    for row in rows:
        row[at].truncate(max(10, width - used), overflow="ellipsis")


def mark(kind: str) -> Text:
    """The letter for a kind of change, in its colour."""
    sign, style = KIND.get(kind, ("?", ""))
    return Text(sign, style)
