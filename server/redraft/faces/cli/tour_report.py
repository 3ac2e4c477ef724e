"""Telling the tour: each step with what was asked, what changed on disk and what was checked."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from redraft.faces.cli.tour_disk import OWN, Line
from redraft.faces.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STYLES = {"+": "green", "-": "red", "~": "yellow", "»": "cyan"}
_PLAIN_WIDTH = 110
_MOST_LINES = 14
_LABEL = 11


class Step:
    """One step as it happens.

    Attributes:
        requests: (method, what was asked) in order.
        said: sentences about it.
        texts: lines of text to show, each with its style.
        changes: what changed on disk.
        checks: (what was checked, whether it holds).
        ms: how long the server took for all of the requests, in milliseconds.
    """

    def __init__(self, number: int, title: str) -> None:
        self.number = number
        self.title = title
        self.requests: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.changes: list[Line] = []
        self.checks: list[tuple[str, bool]] = []
        self.ms = 0.0

    def say(self, sentence: str) -> None:
        """Add a sentence about what happened."""
        self.said.append(sentence)

    def show(self, label: str, text: str, style: str = "") -> None:
        """Add a labelled line of text."""
        self.texts.append((f"{label:<9} {text}" if label else text, style))

    def check(self, what: str, holds: bool) -> None:
        """Note something that must be so, and whether it is."""
        self.checks.append((what, bool(holds)))

    def as_dict(self) -> dict[str, Any]:
        """The step for programs."""
        return {
            "number": self.number,
            "title": self.title,
            "requests": [f"{method} {asked}".strip() for method, asked in self.requests],
            "said": self.said,
            "changes": {
                "global": [_plain(line) for line in self.changes if not is_own(line)],
                "workflow": [_plain(line) for line in self.changes if is_own(line)],
            },
            "checks": [{"what": what, "ok": holds} for what, holds in self.checks],
            "ms": round(self.ms, 1),
        }


def is_own(line: Line) -> bool:
    """Whether a change is one of Redraft's own files and not of the documents."""
    return line.path.partition("/")[0] in OWN


def _plain(line: Line) -> str:
    return f"{line.sign} {line.path}" + (f" (was {line.note})" if line.sign == "»" else "")


class Report:
    """Tells the steps one after the other, and remembers them.

    Args:
        console: where to draw; None draws nothing.
        look: says what changed on disk since it was last asked.
    """

    def __init__(self, console: Console | None, look: Callable[[], list[Line]]) -> None:
        self._console = console
        self._look = look
        self.steps: list[Step] = []

    @property
    def failures(self) -> list[str]:
        """What was checked and did not hold."""
        return [
            f"{step.number}. {step.title}: {what}"
            for step in self.steps
            for what, holds in step.checks
            if not holds
        ]

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A step; it is drawn when it ends, also by an exception."""
        step = Step(len(self.steps) + 1, title)
        self.steps.append(step)
        try:
            yield step
        finally:
            step.changes = self._look()
            if self._console is not None:
                _draw(self._console, step)


@contextmanager
def timed(step: Step) -> Iterator[None]:
    """Add how long something takes to a step."""
    began = time.perf_counter()
    try:
        yield
    finally:
        step.ms += (time.perf_counter() - began) * 1000


def console(file: Any) -> Console:
    """A console for a file: in colour on a terminal, plain text of a fixed width elsewhere."""
    plain = Console(file=file, highlight=False, markup=False, emoji=False)
    if plain.is_terminal:
        return plain
    return Console(file=file, highlight=False, markup=False, emoji=False, width=_PLAIN_WIDTH)


# Drawing ------------------------------------------------------------------------------------------


def _draw(screen: Console, step: Step) -> None:
    screen.print()
    time_text = f" {step.ms:.0f} ms" if step.requests else ""
    title = Text.assemble((f" {step.number:>2} ", "bold reverse"), (f" {step.title}", "bold"))
    room = screen.width - title.cell_len - len(time_text) - 1
    screen.print(Text.assemble(title, (f" {'─' * max(room - 1, 0)}", "dim"), (time_text, "dim")))
    for method, asked in step.requests:
        _line(screen, Text.assemble(("→ ", "dim"), (method, "blue"), f" {clean(asked)}"))
    for sentence in step.said:
        screen.print(Text(f"    {clean(sentence)}"), soft_wrap=False)
    for text, style in step.texts:
        _line(screen, Text(f"  {clean(text)}", style))
    _changes(screen, "global", [line for line in step.changes if not is_own(line)])
    _changes(screen, ".workflow", [line for line in step.changes if is_own(line)])
    for what, holds in step.checks:
        sign, style = ("✓", "green") if holds else ("✗", "bold red")
        screen.print(Text.assemble(f"    {'':<{_LABEL}}", (f"{sign} {clean(what)}", style)))


def _line(screen: Console, text: Text) -> None:
    """One line, cut at the edge."""
    screen.print(Text("    ") + text, no_wrap=True, overflow="ellipsis", crop=True)


def _changes(screen: Console, label: str, lines: list[Line]) -> None:
    if not lines:
        screen.print(Text(f"    {label:<{_LABEL}}unchanged", "dim"))
        return
    for at, line in enumerate(lines[:_MOST_LINES]):
        _change(screen, label if at == 0 else "", line)
    if len(lines) > _MOST_LINES:
        more = f"… and {len(lines) - _MOST_LINES} more"
        screen.print(Text(f"    {'':<{_LABEL}}{more}", "dim"))


def _change(screen: Console, label: str, line: Line) -> None:
    style = _STYLES[line.sign]
    head = Text.assemble((f"    {label:<{_LABEL}}", "dim"), (f"{line.sign} ", style))
    if line.sign == "»":
        new = shortened(clean(line.path), clean(line.note))
        body = Text.assemble((clean(line.note), ""), (" → ", "dim"), (new, style))
    else:
        tail = shortened(clean(line.note), clean(line.path))
        body = Text.assemble((clean(line.path), style), (f"  {tail}" if tail else "", "dim"))
    screen.print(head + body, soft_wrap=True)


def shortened(text: str, path: str) -> str:
    """A place that ends with a path, with ``…`` for the path: it stands on the same line."""
    return f"{text.removesuffix(path)}…" if text.endswith(f"/{path}") else text
