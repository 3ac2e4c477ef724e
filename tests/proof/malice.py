"""A folder from a stranger, tried whole: places, records, races, crowds, and the parsers fuzzed."""

from __future__ import annotations

import gc
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.malice import parsers
from tests.malice.contents import Content, contents
from tests.malice.courses import AFTERWARDS, COURSES
from tests.malice.crowds import Crowded, crowd
from tests.malice.fuzz import Parser, Result, fuzz
from tests.malice.ground import in_memory
from tests.malice.matrix import Bench, Case
from tests.malice.swaps import races, run_race
from tests.malice.trial import CODES, Outcome
from tests.proof.page import Options, Page, table

_FUZZ_S, _RACES_S = 90.0, 60.0
_CROWD = 1_000_000
_QUICK_SHARE = 97

_TEXT = """\
A root in the middle of its life is spoiled in one way at a time, and every command is asked of it.
Beside it lies an outside that looks just like it, in every file of which stands a secret word.
After the commands nothing outside may have changed in any way that a file's status tells (the time
of the last reading is among it), no file inside and no answer may tell the secret, every answer is
a result or a documented refusal, and nothing hangs. What this means for a user is told in
[the threat model](../explanation/threat-model.md).

## Things where something else belongs

{cases:,} cases: {places} places of Redraft's and of the documents, each with everything that may
lie there. For each case {courses} copies are spoiled, and {asks} commands asked of them in all.

{kinds}
*refused* counts answers with an error code: {codes}.

The outcomes by place:

{by_place}
A hard link is the file itself under a second name. What it holds counts as being inside, so for
hard links only the content, the permission bits and the time of the file are looked at.

## Records edited by hand

{records:,} edited records: of the wrong form, with wrong types in every field, 100 MB large, nested
deeply, or with paths that lead out.

{by_record}
*crashed* counts `session_crashed`: a journal that is of no known form is not carried out, and a
person must help.

## Races

A second process swaps a place and a link to its twin outside as fast as it can (`renameat2`,
exchanging) while a course of commands runs, with folders opened by handles one after the other and
with `openat2`. {race_count:,} races, {swaps:,} swaps.

{by_race}
## Crowds

{crowd}
## Fuzzing

Each of the three parsers was fuzzed for {seconds:g} seconds, led by the coverage of its own lines
(seed {seed}).

{fuzzed}
*kept*: inputs that reached something new and were changed further. *lines*: those of the parser's
functions that were run, of all that these functions have. *broken*: inputs that raised something
that is no documented refusal.

Fuzzing and these cases found faults before, which are mended. Each has its test in `tests/malice`.

## Not covered

Windows and its junctions; programs run by `redraft exec`. Through a link that stands for one of
Redraft's folders the existence, size and time of a file outside can be told; its content cannot."""


class _Fuzzed(NamedTuple):
    """A parser's name and what came of it."""

    name: str
    result: Result


def prove(options: Options) -> Page:
    """Try everything; the fuzzing goes on beside it in a process of its own."""
    with in_memory(options.folder) as folder:  # nothing here is about the disk
        return _prove(options._replace(folder=folder))


def _prove(options: Options) -> Page:
    seed = random.SystemRandom().randrange(10**6)
    seconds = options.seconds or (4.0 if options.quick else _FUZZ_S)
    fuzzed = _Beside(lambda: _fuzz(options.folder, seed, seconds))
    bench = Bench(_made(options.folder / "bench"))
    cases = [(case, bench.try_case(case)) for case in bench.cases(1 + options.quick * 60)]
    edited = [(content, bench.try_case(content)) for content in _contents(options)]
    raced = _race(bench, options)
    crowded = crowd(options.folder / "crowd", 2000 if options.quick else _CROWD)
    found = fuzzed.wait()
    outcomes = [outcome for _, outcome in (*cases, *edited)] + list(raced.values())
    failures = [line for outcome in outcomes for line in outcome.failures]
    failures += [f"crowd: {line}" for line in crowded.failures]
    failures += [f"seed {seed}, {each.name}: {f}" for each in found for f in each.result.failures]
    total = sum((outcome.answers for outcome in outcomes), Counter[str]())
    text = _TEXT.format(
        cases=len(cases),
        places=len({case.place for case, _ in cases}),
        courses=len(COURSES),
        asks=sum(len(course) + len(AFTERWARDS) for course in COURSES.values()),
        kinds=table(["what lay there", *_HEAD], _by(cases, lambda case: case.kind.name)),
        codes=", ".join(f"`{c}`" for c in sorted(total) if c in CODES),
        by_place=table(["place", *_HEAD], _by(cases, lambda case: f"`{case.place.path}`")),
        records=len(edited),
        by_record=table(["record", *_HEAD, "crashed"], _by_record(edited)),
        race_count=raced["races"].answers["races"],
        swaps=total["swaps"],
        by_race=table(
            ["swapped", "races", "swaps", "done", "refused", "failures"], _by_race(raced)
        ),
        crowd=_told(crowded),
        seconds=seconds,
        seed=seed,
        fuzzed=table(
            ["parser", "inputs", "kept", "lines", "pairs of lines", "broken"], _of_fuzzing(found)
        ),
    )
    return Page("Malice", text, failures)


_HEAD = ("cases", "done", "refused", "failures")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _contents(options: Options) -> list[Content]:
    made = list(contents())
    return made[::_QUICK_SHARE] if options.quick else made


def _refused(answers: Counter[str]) -> int:
    return answers.total() - sum(answers[name] for name in ("done", "broken", "swaps", "races"))


def _by(cases: list[tuple[Case, Outcome]], key: Callable[[Case], str]) -> Iterator[list[object]]:
    counts: Counter[str] = Counter()
    sums: dict[str, Outcome] = {}
    for case, outcome in cases:
        counts[key(case)] += 1
        sums.setdefault(key(case), Outcome()).add(outcome)
    for name, outcome in sums.items():
        yield _row(name, counts[name], outcome)


def _row(name: str, count: int, outcome: Outcome) -> list[object]:
    done, refused = outcome.answers["done"], _refused(outcome.answers)
    return [name, count, f"{done:,}", f"{refused:,}", len(outcome.failures)]


def _by_record(edited: list[tuple[Content, Outcome]]) -> Iterator[list[object]]:
    counts: Counter[str] = Counter()
    sums: dict[str, Outcome] = {}
    for content, outcome in edited:
        counts[content.place.path] += 1
        sums.setdefault(content.place.path, Outcome()).add(outcome)
    for path, outcome in sums.items():
        crashed = outcome.answers["session_crashed"]
        yield [*_row(f"`{path}`", counts[path], outcome), f"{crashed:,}"]


def _race(bench: Bench, options: Options) -> dict[str, Outcome]:
    """All races, again and again until the time is over; by place, and their number."""
    made = list(races())[:: 23 if options.quick else 1]
    found: dict[str, Outcome] = {"races": Outcome()}
    end = time.monotonic() + (0 if options.quick else _RACES_S)
    while True:
        for race in made:
            outcome = run_race(bench, race)
            outcome.answers["races"] = 1
            found.setdefault(race.place.path, Outcome()).add(outcome)
            found["races"].answers["races"] += 1
        if time.monotonic() > end:
            return found


def _by_race(raced: dict[str, Outcome]) -> Iterator[list[object]]:
    for path, outcome in raced.items():
        if path != "races":
            answers = outcome.answers
            sums = [f"{n:,}" for n in (answers["races"], answers["swaps"], answers["done"])]
            yield [f"`{path}`", *sums, f"{_refused(answers):,}", len(outcome.failures)]


def _told(crowded: Crowded) -> str:
    return (
        f"{crowded.before:,} markers of nobody beside a real one (one in a hundred is a file, a "
        f"folder, a link or a pipe in turn): the real one is the active session, "
        f"{len(crowded.after)} marker that is a file is left, and the process grew by "
        f"{crowded.megabytes:,.0f} MB meanwhile.\n"
    )


# Fuzzing ----------------------------------------------------------------------------------------


def _fuzz(folder: Path, seed: int, seconds: float) -> list[_Fuzzed]:
    found = [_one(parsers.lines(), seed, seconds)]
    with parsers.messages() as parser:
        found.append(_one(parser, seed, seconds))
    with parsers.records(_made(folder / "fuzz")) as parser:
        found.append(_one(parser, seed, seconds))
    return found


def _one(parser: Parser, seed: int, seconds: float) -> _Fuzzed:
    return _Fuzzed(parser.name, fuzz(parser, random.Random(seed), seconds=seconds))


def _of_fuzzing(found: list[_Fuzzed]) -> Iterator[list[object]]:
    for name, result in found:
        lines = f"{result.lines} of {result.of_lines}"
        counts = [f"{result.inputs:,}", result.kept, lines, result.pairs]
        yield [name, *counts, len(result.failures)]


class _Beside:
    """Work done in a process of its own meanwhile."""

    def __init__(self, work: Callable[[], list[_Fuzzed]]) -> None:
        self._out, into = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            try:
                gc.disable()
                with os.fdopen(into, "w") as pipe:
                    json.dump(work(), pipe)
            finally:
                os._exit(0)
        os.close(into)

    def wait(self) -> list[_Fuzzed]:
        """What it found."""
        with os.fdopen(self._out) as pipe:
            told = json.load(pipe)
        os.waitpid(self._child, 0)
        return [_Fuzzed(name, Result(*result)) for name, result in told]
