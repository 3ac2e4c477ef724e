"""Every operation, killed before each of its calls, with every command that may come next."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from random import SystemRandom

from tests.proof.page import Options, Page, table
from tests.recovery.killing import NEXT, Matrix, Outcome
from tests.recovery.power import KEPT, NOT_ACTIVE_YET, PowerCuts
from tests.recovery.stories import CONTINUED, STORIES

_ALL = STORIES | CONTINUED
_FEW = 7
_HEAD = ["points", "tries", "old", "new", "broken"]
_TEXT = """\
Each operation below is done by a process that is killed (SIGKILL) before one of its calls that
change the disk: creating, writing, copying, renaming, linking, removing a file or folder, changing
its times or mode. Writing and copying are interrupted in their middle too. This is repeated for
every call that the operation makes; each is a *point*. A call that only looks changes nothing, so
that a kill before it is a kill before the next one that does; the same holds for flushes, for a
killed process loses nothing that it wrote. That no call goes past those that are numbered is
checked with `strace`, by `tests/recovery/test_ring.py`.

After each kill comes the next command, which is one of {nexts}: a *try*.

It must find the **old** state or the **new** one: what every session shows, its changes and
retries, the marker, the folder itself, the trash and the archives are compared. No version of a
document is lost, none is there that nobody wrote, nothing is left lying, the marker is one and
right, and a second recovery changes nothing. What moves things from an older system is gone on
with, and must end as if it had not been disturbed. (How many checkpoints there are and which phase
it is are not compared here: the next command may make one.)

*Broken* counts the tries in which any of this did not hold.

{with_rename}
## Without an exchange of files in one call

Systems and file systems that lack it put files in each other's place by links and renames. The same
operations there, with one next command after each kill. (A deletion that dies between the two names
of a document may leave it in the trash although it is still where it was.)

{without}
## Power cuts

Here the system dies with the process. The calls of an operation are recorded, and after each of
them the folder is made what the disk may have kept by then: what was flushed stays; of all the rest
the disk has kept *nothing*, *all* of it, what was done *up to a moment*, or, *by chance*, of each
file and of each folder as much as comes (seed {seed}). What was done before the operation is on the
disk. After it comes one next command, and then `doctor`. The old state or the new one must be
found, as above, and after `doctor` nothing may be left lying.

Three things are not promised. Names are not waited for by a single write or deletion, a restored
retry and a pause: one that was answered a moment before the power went may be undone by it. All
others are on the disk when they are answered. A session that was being started or resumed when the
power went may be there and not be active; that is not tried by chance. And
`workspace/session.lock`, which is for people to read, may tell of the state before.

The first three are what file systems do that write their changes in order, with contents before the
names that lead to them; the last is more than is known of any. The model is described in
`tests/recovery/volatile.py`.

{power}"""


def prove(options: Options) -> Page:
    """Kill everything everywhere."""
    stories = dict(list(_ALL.items())[::_FEW]) if options.quick else _ALL
    tables, failures = [], []
    for without in (False, True):
        rows = []
        for name, story in stories.items():
            folder = options.folder / str(without) / name.replace(" ", "-")
            folder.mkdir(parents=True)
            matrix = Matrix(story, folder, without_renameat2=without)
            outcome = matrix.strike(every_next=not without and not options.quick)
            rows.append(_row(name, outcome))
            failures += [f"{name}: {line}" for line in outcome.failures]
            print(f"kills: {name}: {outcome.tries:,} tries", file=sys.stderr, flush=True)
        rows.append(_sum(rows))
        tables.append(table(["operation", *_HEAD], rows))
    seed = SystemRandom().randrange(10**6)
    power = []
    for kept in KEPT:
        rows = []
        for name, story in stories.items():
            if kept == "by chance" and name in NOT_ACTIVE_YET:
                continue
            folder = options.folder / "power" / f"{kept} {name}".replace(" ", "-")
            folder.mkdir(parents=True)
            outcome = PowerCuts(story, folder, kept, seed).strike(every_next=False)
            rows.append(_row(name, outcome))
            failures += [f"{name}, {kept} kept: {line}" for line in outcome.failures]
        power.append([f"{kept} of the rest", *_columns(rows)])
        print(f"kills: power cuts, {kept} kept", file=sys.stderr, flush=True)
    power.append(_sum(power))
    nexts = ", ".join(f"`{name}`" if " " in name else name for name in NEXT)
    text = _TEXT.format(
        nexts=nexts,
        with_rename=tables[0],
        without=tables[1],
        seed=seed,
        power=table(["kept", *_HEAD], power),
    )
    return Page("Killed anywhere", text, failures)


def _row(name: str, outcome: Outcome) -> list[object]:
    broken = len({line.partition(":")[0] for line in outcome.failures})
    return [name, outcome.points, outcome.tries, outcome.undone, outcome.done, broken]


def _sum(rows: list[list[object]]) -> list[object]:
    return ["**all**", *_columns(rows)]


def _columns(rows: list[list[object]]) -> Iterator[object]:
    for column in list(zip(*rows, strict=True))[1:]:
        yield sum(int(str(value)) for value in column)
