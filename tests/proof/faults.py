"""A system that refuses: each call of each operation, one after another, and real bad days."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.proof.page import Options, Page, table
from tests.recovery.bad_days import DAYS, Day, live_all
from tests.recovery.clocks import CLOCKS, tell_all
from tests.recovery.questions import LOOKS, MORE, QUESTIONS
from tests.recovery.refusals import CHANGING, READING
from tests.recovery.refused import Point, Stage
from tests.recovery.stories import STORIES, Story

_TEXT = """\
Every call that reaches the disk is numbered, and the system refuses it: one call at a time, with
each of the codes by which systems refuse such a call. Nothing goes past the numbering: it stands
between the program and Python's own calls. A write is refused at its beginning, and after half of
it was taken.

An operation that answers with an error must have left everything as it was: every document,
checkpoint, retry, tombstone and permission bit, global's times too. One that answers that it is
done must have done the whole of it. The code of the error must be the system's own, with the
path. Then a session is started, written in and committed, and the doctor must find nothing that
it cannot mend.

## Refused changes

*points*: the calls of the operation, times the codes. *refused whole*: the answer was an error, and
everything was as before. *done*: the call did not matter, or came when the operation was done
already; what could not be cleared up was told and left to the next command. *stays broken*: from
this call on every change was refused until the disk worked again; then all had to be as before, or
(where a flushed journal could not be withdrawn either) the operation carried to its end.

{changes}
The codes: {change_codes}.

## Refused looks

The same for what only reads, listing and asking for a status included; each call with two of its
codes, in turn. *done, untold*: the operation was done, and what it should have answered could not
be read any more; the answer is an error then.

{looks}
The codes: {look_codes}.

## Questions

What only reads must answer as ever or not at all: what cannot be read is never taken for missing or
for empty. Each is asked as servers reach files (one call) and as the command line does (folder by
folder). *answered*: the call did not matter to the answer.

{questions}
## Real ones

Small file systems in memory, really full, really out of inodes, really read-only; a process that
really has no more descriptors, or may write no longer files. Each operation is tried with nothing
left, with a little left, and so on. Where nothing could be taken back either, the next command
may have carried a journal on; that counts as refused here. (Linux makes no file system read-only
while an operation holds its lock open for writing; that it happens in the middle all the same,
after an error of the disk, is what *stays broken* above tries.)

{days}
## The clock

{clocks}
What is not tried: Windows and macOS, network file systems, `close` that fails, and two faults that
have nothing to do with each other.
"""

_ALL = STORIES | MORE


class _Row(NamedTuple):
    refused: int = 0
    done: int = 0
    untold: int = 0
    broken: int = 0

    def cells(self) -> list[object]:
        """As a table has them, the sum first."""
        return [f"{sum(self):,}", f"{self.refused:,}", f"{self.done:,}", f"{self.untold:,}"]


def prove(options: Options) -> Page:
    """Refuse everything once, and judge."""
    prover = _Prover(options)
    names = list(_ALL)[:: 12 if options.quick else 1]
    changes = [_change_row(name, prover) for name in names]
    looks = [[name, *_looked(prover.looks(name))] for name in names]
    asked = list(QUESTIONS)[:: 6 if options.quick else 1]
    questions = [_question_row(name, prover) for name in asked]
    questions += [[name, *_row(prover.points(name, LOOKS[name], READING))] for name in LOOKS]
    told = [name for name in names if name in STORIES]
    days = live_all(options.folder / "disk", list(DAYS), told)
    prover.failures += [line for day in days for line in day.wrong]
    clocks = tell_all(options.folder / "clocks", told)
    prover.failures += [line for one in clocks for line in one.wrong]
    head = ["operation", "points", "refused whole", "done"]
    text = _TEXT.format(
        changes=table([*head, "stays broken", "broken"], changes),
        looks=table([*head, "done, untold", "broken"], looks),
        questions=table(["question", "points", "refused", "answered", "broken"], questions),
        days=table(["what", "operations", "tries", *head[2:], "broken"], _day_rows(days)),
        clocks=table(
            ["the clock", "operations", "broken"],
            [[CLOCKS[c.clock][0], c.told, len(c.wrong)] for c in clocks],
        ),
        change_codes=_codes(CHANGING),
        look_codes=_codes(READING),
    )
    return Page("Faults", text, prover.failures)


class _Prover:
    """Refuses, remembering what did not hold; every stage has a folder of its own."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.failures: list[str] = []
        self._count = 0

    def _home(self) -> Path:
        self._count += 1
        return self.options.folder / str(self._count)

    def points(
        self,
        name: str,
        story: Story,
        kinds: dict[str, tuple[int, ...]],
        *,
        servers: bool = False,
        asks: bool = False,
    ) -> Iterator[Point]:
        """Refuse every call of a story."""
        stage = Stage(story, self._home(), servers=servers, asks=asks)
        yield from self.judged(name, stage.points(kinds, 0 if self.options.quick else None))
        stage.clear()

    def looks(self, name: str) -> Iterator[Point]:
        """Refuse every look of an operation, with two codes each."""
        stage = Stage(_ALL[name], self._home())
        for turn in range(1 if self.options.quick else 2):
            yield from self.judged(name, stage.points(READING, turn))
        stage.clear()

    def broken_from(self, name: str) -> Iterator[Point]:
        """Refuse all changes from each call on."""
        stage = Stage(_ALL[name], self._home())
        yield from self.judged(name, stage.broken_from(errno.EROFS))
        stage.clear()

    def judged(self, name: str, points: Iterable[Point]) -> Iterator[Point]:
        """The same points; what is wrong with them is remembered."""
        for point in points:
            where = f"{name}: {point.call} ({errno.errorcode[point.errno]})"
            self.failures += [f"{where}: {line}"[:400] for line in point.wrong]
            yield point


def _counted(points: Iterable[Point]) -> _Row:
    row = _Row()
    for point in points:
        if point.wrong:
            row = row._replace(broken=row.broken + 1)
        elif point.answer.code is None:
            row = row._replace(done=row.done + 1)
        elif point.untold:
            row = row._replace(untold=row.untold + 1)
        else:
            row = row._replace(refused=row.refused + 1)
    return row


def _change_row(name: str, prover: _Prover) -> list[object]:
    once = _counted(prover.points(name, _ALL[name], CHANGING))
    ever = _counted(prover.broken_from(name))
    return [name, *once.cells()[:3], f"{sum(ever):,}", once.broken + ever.broken]


def _looked(points: Iterable[Point]) -> list[object]:
    row = _counted(points)
    return [*row.cells(), row.broken]


def _row(points: Iterable[Point]) -> list[object]:
    row = _counted(points)
    return [*row.cells()[:3], row.broken]


def _question_row(name: str, prover: _Prover) -> list[object]:
    rows = [
        _counted(prover.points(name, QUESTIONS[name], READING, servers=servers, asks=True))
        for servers in (False, True)
    ]
    both = _Row(*(one + two for one, two in zip(*rows, strict=True)))
    return [name, *both.cells()[:3], both.broken]


def _day_rows(days: list[Day]) -> Iterator[list[object]]:
    for matter in DAYS:
        own = [day for day in days if day.matter == matter]
        refused, done = sum(d.refused for d in own), sum(d.done for d in own)
        wrong = sum(len(d.wrong) for d in own)
        yield [matter, len(own), f"{refused + done:,}", f"{refused:,}", f"{done:,}", wrong]


def _codes(kinds: dict[str, tuple[int, ...]]) -> str:
    return "; ".join(
        f"{name} {', '.join(errno.errorcode[code] for code in codes)}"
        for name, codes in kinds.items()
    )
