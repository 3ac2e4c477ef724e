"""Measuring: ours beside its floor, turn about, and what the numbers come to."""

from __future__ import annotations

import gc
import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import repeat
from time import monotonic, perf_counter_ns
from typing import Any

from rich.console import Console
from tests.bench.ground import Ground

SIZES = (100, 1_000, 10_000)
FLAT = 0.1
_BURSTS = 5
LINEAR = 1.1

Sample = Callable[[], float]
"""Does the thing once (or many times) and returns the seconds (or bytes) of one time."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One operation at one size: both do the same job in the same place."""

    floor: Sample
    ours: Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the table of figures.

    Attributes:
        name: its key, for ``--only``.
        title: what is measured.
        floor: what the floor does, in words.
        about: what ``n`` counts.
        sizes: the values of ``n``.
        prepare: makes the pair for one ``n``; what it needs is built on entering.
        bar: the ratio that is allowed at most, or None.
        limit: ours may be this at most, in the row's unit, or None.
        limit_at: the ``n`` that the limit is about (every one if None).
        growth: the growth exponent that is allowed at most, or None.
        unit: ``s`` for seconds, ``B`` for bytes.
        slow: starts processes, so a quick run measures it at its smallest size only.
        least: how many samples of each side are taken however long they last.
        most: how many are taken at the most.
    """

    name: str
    title: str
    floor: str
    about: str
    sizes: tuple[int, ...]
    prepare: Callable[[Ground, int], AbstractContextManager[Pair]]
    bar: float | None = None
    limit: float | None = None
    limit_at: int | None = None
    growth: float | None = None
    unit: str = "s"
    slow: bool = False
    least: int = 5
    most: int = 60


@dataclass(slots=True)
class Point:
    """What was measured at one size: the samples of both sides, in the order they were taken."""

    n: int
    floor: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)

    def ratios(self) -> tuple[float, float, float]:
        """Lower quartile, median and upper quartile of ours over floor, sample by sample."""
        pairs = zip(self.ours, self.floor, strict=True)
        return quartiles([ours / floor for ours, floor in pairs])


Taken = tuple[Row, list[Point]]


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper quartile."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def exponent(points: Sequence[tuple[int, float]]) -> float | None:
    """The slope of the straight line through (log n, log value); None for a single size."""
    if len(points) < 2:
        return None
    xs = [math.log(n) for n, _ in points]
    ys = [math.log(value) for _, value in points]
    return statistics.linear_regression(xs, ys).slope


def timed(call: Callable[[], object], count: int = 1) -> float:
    """Seconds that one call takes, over ``count`` calls in a row."""
    begin = perf_counter_ns()
    for _ in repeat(None, count):
        call()
    return (perf_counter_ns() - begin) / count / 1e9


def repeated(call: Callable[[], object], count: int) -> Sample:
    """A sample of short bursts, ``count`` calls in all: the quickest burst is the one undisturbed.

    A burst is over before the system hands the processor to somebody else, as a rule.
    """
    bursts = min(_BURSTS, count)
    return lambda: min(timed(call, count // bursts) for _ in range(bursts))


def each(things: Iterator[Any], act: Callable[[Any], object]) -> Sample:
    """A sample that does ``act`` to the next of ``things``."""

    def sample() -> float:
        thing = next(things)
        return timed(lambda: act(thing))

    return sample


def measure(row: Row, ground: Ground, n: int, budget_s: float) -> Point:
    """Sample floor and ours turn about, the first of each pair alternating, until time is up."""
    point = Point(n)
    with row.prepare(ground, n) as pair:
        pair.floor(), pair.ours()  # whatever is done once only is not what is measured
        gc.collect()
        gc.disable()
        try:
            end = monotonic() + budget_s
            for turn in range(row.most):
                if turn >= row.least and monotonic() >= end:
                    break
                sides = [(pair.floor, point.floor), (pair.ours, point.ours)]
                for sample, values in sides if turn % 2 else reversed(sides):
                    values.append(sample())
        finally:
            gc.enable()
    return point


def take(
    row: Row, ground: Ground, sizes: Sequence[int], budget_s: float, console: Console
) -> Taken:
    """Measure a row at these sizes; a size that goes wrong is reported and left out."""
    points = []
    for n in sizes:
        try:
            with console.status(f"{row.title}, {n:,} {row.about}"):
                points.append(measure(row, ground, n, budget_s))
        except Exception:  # noqa: BLE001 - one row that fails must not cost the others
            console.print_exception()
            console.print(f"[red]Not measured: {row.title}, {n:,} {row.about}[/]")
            ground.forget()
    return row, points
