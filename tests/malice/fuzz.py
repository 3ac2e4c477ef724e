"""A small fuzzer led by coverage: what reaches a new pair of lines is kept and changed further.

It traces the parser's own modules and nothing else. A library would try more in the same time, but
none has wheels for every Python that this project runs on.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any, NamedTuple

import redraft

Target = Callable[[bytes], None]
"""Takes an input; raises only what is no documented answer to it."""

_LONGEST = 20_000
_PACKAGE = str(Path(redraft.__file__).parent)


class Parser(NamedTuple):
    """Something to be fuzzed.

    Attributes:
        name: for people.
        modules: whose lines count, as paths below the package.
        seeds: what it begins with.
        words: what is put in here and there.
        target: takes an input.
    """

    name: str
    modules: Iterable[str]
    seeds: Iterable[bytes]
    words: Iterable[bytes]
    target: Target


class Result(NamedTuple):
    """What came of it: how many inputs, those kept, what was reached, and the failures."""

    inputs: int
    kept: int
    lines: int
    of_lines: int
    pairs: int
    failures: list[str]


class Tracer:
    """Which pairs of lines, one after the other, were run in some modules."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._files = {f"{_PACKAGE}/{module}" for module in modules}
        self._codes: dict[CodeType, bool] = {}
        self._pairs: set[tuple[CodeType, int, int]] = set()
        self._last: dict[FrameType, int] = {}

    def run(self, target: Target, data: bytes) -> set[tuple[CodeType, int, int]]:
        """Run a target on an input."""
        self._pairs, self._last = set(), {}
        before = sys.gettrace()
        sys.settrace(self._call)
        try:
            target(data)
        finally:
            sys.settrace(before)
        return self._pairs

    def _call(self, frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        code = frame.f_code
        wanted = self._codes.get(code)
        if wanted is None:
            wanted = self._codes[code] = code.co_filename in self._files
        return self._line if wanted else None

    def _line(self, frame: FrameType, event: str, _: object) -> Callable[..., Any]:
        if event == "line":
            last = self._last.get(frame, 0)
            self._pairs.add((frame.f_code, last, frame.f_lineno))
            self._last[frame] = frame.f_lineno
        return self._line

    def lines_there_are(self) -> int:
        """How many lines the functions have that were ever entered."""
        codes = [code for code, wanted in self._codes.items() if wanted]
        return len({(c.co_filename, n) for c in codes for *_, n in c.co_lines() if n})


def fuzz(parser: Parser, chance: Random, *, seconds: float | None, inputs: int = 0) -> Result:
    """Fuzz for a time, or for a number of inputs."""
    tracer, failures = Tracer(parser.modules), dict[str, str]()
    seen: set[tuple[CodeType, int, int]] = set()
    corpus: list[bytes] = []
    waiting = list(parser.seeds)
    end, count = time.monotonic() + (seconds or 0), 0
    while waiting or (time.monotonic() < end if seconds is not None else count < inputs):
        data = waiting.pop() if waiting else _changed(chance, corpus, list(parser.words))
        count += 1
        try:
            reached = tracer.run(parser.target, data)
        except Exception:  # noqa: BLE001 - what this is about
            told = traceback.format_exc(limit=-3)
            failures.setdefault(told.strip().rpartition("\n")[2][:80], f"{data[:300]!r}\n{told}")
            continue
        if not reached <= seen or not corpus:
            seen |= reached
            corpus.append(data)
    lines = len({(code.co_filename, line) for code, _, line in seen})
    there = tracer.lines_there_are()
    return Result(count, len(corpus), lines, there, len(seen), list(failures.values()))


def _changed(chance: Random, corpus: list[bytes], words: list[bytes]) -> bytes:
    # What was kept last reached something new: look around there first.
    back = min(int(chance.expovariate(0.2)), len(corpus) - 1)
    data = corpus[-1 - back] if chance.random() < 0.5 else chance.choice(corpus)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        data = chance.choice(_CHANGES)(data, chance, corpus, words)
    return data[:_LONGEST]


def _cut(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + int(chance.expovariate(0.15)) + 1)


def _bit(data: bytes, chance: Random, *_: object) -> bytes:
    if not data:
        return bytes([chance.randrange(256)])
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _byte(data: bytes, chance: Random, *_: object) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _drop(data: bytes, chance: Random, *_: object) -> bytes:
    start, end = _cut(data, chance)
    return data[:start] + data[end:]


def _double(data: bytes, chance: Random, *_: object) -> bytes:
    start, end = _cut(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 1, 2, 50)) + data[end:]


def _word(data: bytes, chance: Random, _: object, words: list[bytes]) -> bytes:
    start, end = _cut(data, chance)
    return data[:start] + chance.choice(words) + data[chance.choice((start, end)) :]


def _cross(data: bytes, chance: Random, corpus: list[bytes], _: object) -> bytes:
    other = chance.choice(corpus)
    start, end = _cut(other, chance)
    at = chance.randrange(len(data) + 1)
    return data[:at] + other[start : chance.choice((end, len(other)))] + data[at:]


_CHANGES: tuple[Callable[..., bytes], ...] = (_bit, _byte, _drop, _double, _word, _word, _cross)
