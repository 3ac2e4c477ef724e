"""Many real processes on one folder, for minutes: is every acknowledged thing where it belongs?"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from tests.proof.page import Options, Page, table
from tests.recovery.racing.race import Outcome, by_face, race

_SECONDS, _QUICK = 300.0, 16.0
_PLAYERS = ["lsp", "mcp", "cli"] * 2 + ["lsp", "mcp"]
_FACES = ["LSP", "MCP", "CLI"]

_TEXT = """\
{players} clients work at one folder at the same time: {lsp} language servers, {mcp} MCP servers and
{cli} that start a command line for each thing they do. Each does what chance says (seed {seed}):
start, write, read, switch, pause, commit (all or some, with a preview or without, stopping at
conflicts, overwriting or skipping them), cancel, complete, undo, reject, keep and restore
checkpoints, rename, delete, discard. Beside them an editor saves global documents by putting a new
file in the place of the old one, another saves in place, and a program reads global all the time.
In the first half a process looks at the markers a thousand times a second; in the second half a
person touches and removes markers. Every process writes down what it was answered. Each half lasted
{seconds:g} seconds; afterwards everything that was acknowledged is looked for.

Documents tell who wrote them and whether one byte of them is missing. Two sessions are never ended,
so that what they show is known exactly; in the others everybody does everything.

## What was done

{totals}
An operation that is not done must be refused with a code that fits what others may have done in
that moment. These were the answers, by face:

{verbs}
## What was checked

{checks}"""


def prove(options: Options) -> Page:
    """Race twice, and judge."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"races: seed {seed}", flush=True)
    seconds = (options.seconds or (_QUICK if options.quick else _SECONDS)) / 2
    players = _PLAYERS[: 3 if options.quick else None]
    outcome = Outcome()
    for half, person in (("watched", False), ("touched", True)):
        outcome.add(race(options.folder / half, seconds, seed, players, person=person))
    numbers = {name: players.count(name) for name in ("lsp", "mcp", "cli")}
    answered = by_face(outcome)
    text = _TEXT.format(
        players=len(players),
        **numbers,
        seed=seed,
        seconds=seconds,
        totals=table(["face", "operations", "acknowledged", "refused"], _totals(answered)),
        verbs=table(["operation", *_FACES], _verbs(answered)),
        checks=table(["promise", "times checked", "broken"], _checks(outcome)),
    )
    return Page("Races", text, [f"seed {seed}: {line}" for line in outcome.failures])


def _totals(answered: dict[str, dict[str, Counter[str]]]) -> Iterator[list[object]]:
    for face in (*_FACES, "editor"):
        codes = sum(answered[face].values(), Counter[str]())
        done = codes["ok"]
        yield [face, f"{codes.total():,}", f"{done:,}", f"{codes.total() - done:,}"]


def _verbs(answered: dict[str, dict[str, Counter[str]]]) -> Iterator[list[object]]:
    for verb in sorted({verb for face in _FACES for verb in answered[face]}):
        yield [f"`{verb}`", *(_codes(answered[face][verb]) for face in _FACES)]


def _codes(codes: Counter[str]) -> str:
    refused = [f"`{code}` {count:,}" for code, count in sorted(codes.items()) if code != "ok"]
    return ", ".join([f"{codes['ok']:,} done", *refused]) if codes else "–"


def _checks(outcome: Outcome) -> Iterator[list[object]]:
    for promise, count in sorted(outcome.checks.items()):
        broken = sum(promise in line for line in outcome.failures)
        yield [promise, f"{count:,}", broken]
