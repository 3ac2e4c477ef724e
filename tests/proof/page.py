"""What a part of the proof gives back: a page for people, and whether what it claims held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple


class Options(NamedTuple):
    """How a part is to be proven.

    Attributes:
        folder: an empty folder to work in, removed afterwards.
        quick: a rehearsal: every step of the part, at few points, in about a minute.
        seconds: how long a part that runs for a time runs; ``None`` for as long as it should.
    """

    folder: Path
    quick: bool = False
    seconds: float | None = None


class Page(NamedTuple):
    """What was tried and what came out.

    Attributes:
        title: the heading of the page.
        text: Markdown below the heading: what was done, and the table of outcomes.
        failures: one line for each claim that did not hold; empty if all held.
        pictures: plots as SVG texts, by file name; ``text`` shows them as ``images/<name>``.
    """

    title: str
    text: str
    failures: Sequence[str] = ()
    pictures: Mapping[str, str] = MappingProxyType({})


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; what looks like a number stands to the right."""
    lines = [[str(cell) for cell in row] for row in rows]
    columns = list(zip(*lines, strict=True)) if lines else [()] * len(head)
    rules = ["--:" if column and all(map(_is_number, column)) else "---" for column in columns]
    return "\n".join(f"| {' | '.join(row)} |" for row in (list(head), rules, *lines)) + "\n"


def _is_number(cell: str) -> bool:
    return cell[:1].isdigit()
