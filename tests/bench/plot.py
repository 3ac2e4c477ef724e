"""Small plots as SVG, drawn without a library: lines with markers on logarithmic or plain axes.

They bring their own background and follow the reader's light or dark theme. The name of each line
stands beside its end, so that no colour has to be looked up in a legend.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 560, 330
_LEFT, _TOP, _RIGHT, _BOTTOM = 62, 46, 400, 286
_NAMES = 421
_LINE = 15.0  # between the names beside the lines
_MARKED = 30  # points at the most; more of them run into each other
_COLOURS = (  # each for light and for dark paper
    ("#0a6fd6", "#58a6ff"),
    ("#c2410c", "#ff9e64"),
    ("#15803d", "#56d364"),
    ("#7e22ce", "#c99cff"),
    ("#b8860b", "#e3c14b"),
    ("#0e7490", "#4dd0e1"),
    ("#be185d", "#ff8ac2"),
    ("#4d5561", "#b0b8c4"),
    ("#6b8e23", "#b5d46a"),
    ("#8b4513", "#d9a27a"),
    ("#000000", "#ffffff"),
    ("#d4348e", "#f4b8e4"),
)
_MARKS = (  # circle, square, triangle, diamond, triangle upside down
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
    "M-3.5-3.5h7v7h-7z",
    "M0-5L4.5 3.5h-9z",
    "M0-5L5 0 0 5-5 0z",
    "M0 5L4.5-3.5h-9z",
)


def number(value: float) -> str:
    """A number for an axis, its thousands set apart."""
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


def seconds(value: float) -> str:
    """A time for an axis, in the unit that suits it."""
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= scale * 0.999:
            return f"{value / scale:,.4g} {unit}"
    return f"{value / 1e-9:.4g} ns"


class Axis(NamedTuple):
    """What an axis shows: its label, how its numbers are written, and whether it has decades."""

    label: str
    show: Callable[[float], str] = number
    log: bool = True


class Line(NamedTuple):
    """One line of a plot.

    Attributes:
        name: what stands beside its end.
        points: pairs of x and y, with rising x; positive on logarithmic axes.
        spread: for each point the low and the high end of its whisker; or nothing.
        strong: drawn thicker, because the plot is about it.
        look: which colour and mark it has, to be the same in several plots; else the next.
    """

    name: str
    points: Sequence[tuple[float, float]]
    spread: Sequence[tuple[float, float]] = ()
    strong: bool = False
    look: int | None = None


class _Scale:
    """From values to pixels along one axis."""

    def __init__(self, axis: Axis, values: Sequence[float], start: float, end: float) -> None:
        self.axis, self.start, self.end = axis, start, end
        self._of: Callable[[float], float] = math.log10 if axis.log else float
        low, high = self._of(min(values)), self._of(max(values))
        if axis.log:  # a decade at least: what is flat looks flat
            room = max((high - low) * 0.06, (1 - high + low) / 2)
            self.low, self.high = low - room, high + room
        else:
            self.low = min(low, 0.0)
            self.high = high + ((high - self.low) * 0.06 or 1.0)

    def at(self, value: float) -> float:
        share = (self._of(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        if not self.axis.log:
            step = _round_step((self.high - self.low) / 5)
            first, last = math.ceil(self.low / step), math.floor(self.high / step)
            return [number * step for number in range(first, last + 1)]
        wide = self.high - self.low > 1.5
        decades = range(math.floor(self.low), math.ceil(self.high) + 1)
        parts = (1,) if wide else (1, 2, 5)
        found = [part * 10.0**decade for decade in decades for part in parts]
        return [value for value in found if self.low <= math.log10(value) <= self.high]


def _round_step(least: float) -> float:
    decade: float = 10.0 ** math.floor(math.log10(least))
    return next(part * decade for part in (1, 2, 5, 10) if part * decade >= least)


def plot(title: str, x: Axis, y: Axis, lines: Sequence[Line]) -> str:
    """An SVG text of these lines, of which each has a point at least."""
    xs = [point[0] for line in lines for point in line.points]
    ys = [point[1] for line in lines for point in line.points]
    ys += [value for line in lines for ends in line.spread for value in ends]
    across, up = _Scale(x, xs, _LEFT, _RIGHT), _Scale(y, ys, _BOTTOM, _TOP)
    parts = [*_frame(title, across, up)]
    places = _apart([up.at(line.points[-1][1]) for line in lines])
    for index, (line, place) in enumerate(zip(lines, places, strict=True)):
        look = index if line.look is None else line.look
        parts += _drawn(look, line, across, up, place)
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="12" role="img">'
    return "\n".join((head, f"<title>{escape(title)}</title>", _style(), *parts, "</svg>\n"))


def _style() -> str:
    def theme(which: int, paper: str, ink: str, rule: str) -> str:
        own = "".join(f".c{index}{{color:{pair[which]}}}" for index, pair in enumerate(_COLOURS))
        return f".paper{{fill:{paper}}}text{{fill:{ink}}}.rule{{stroke:{rule}}}{own}"

    always = "text{font-family:system-ui,sans-serif}.line{fill:none}.mark{fill:currentColor}"
    light = theme(0, "#ffffff", "#1f2328", "#d8dee4")
    dark = theme(1, "#0d1117", "#e6edf3", "#30363d")
    return f"<style>{always}{light}@media (prefers-color-scheme:dark){{{dark}}}</style>"


def _frame(title: str, across: _Scale, up: _Scale) -> Iterator[str]:
    yield f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
    yield _text(_LEFT, 20, title, "start", ' font-weight="600"')
    yield _text((_LEFT + _RIGHT) / 2, HEIGHT - 10, across.axis.label, "middle")
    yield _text(_LEFT, 36, up.axis.label, "start", ' font-size="11"')
    for value in across.ticks():
        yield f'<path class="rule" d="M{across.at(value)} {_TOP}V{_BOTTOM}"/>'
        yield _text(across.at(value), _BOTTOM + 17, across.axis.show(value), "middle")
    for value in up.ticks():
        yield f'<path class="rule" d="M{_LEFT} {up.at(value)}H{_RIGHT}"/>'
        yield _text(_LEFT - 7, up.at(value) + 4, up.axis.show(value), "end")


def _drawn(look: int, line: Line, across: _Scale, up: _Scale, place: float) -> Iterator[str]:
    points = [(across.at(x), up.at(y)) for x, y in line.points]
    yield f'<g class="c{look % len(_COLOURS)}" stroke="currentColor">'
    way = "L".join(f"{x} {y}" for x, y in points)
    yield f'<path class="line" stroke-width="{3 if line.strong else 1.4}" d="M{way}"/>'
    for (x, _), (low, high) in zip(points, line.spread, strict=bool(line.spread)):
        yield f'<path class="line" d="M{x} {up.at(low)}V{up.at(high)}"/>'
    mark = _MARKS[look % len(_MARKS)]
    for x, y in points if len(points) <= _MARKED else ():
        yield f'<path class="mark" d="{mark}" transform="translate({x} {y})"/>'
    x, y = points[-1]
    yield f'<path class="line" stroke-width=".6" d="M{x} {y}L{_NAMES - 3} {place}"/>'
    yield "</g>"
    weight = ' font-weight="700"' if line.strong else ""
    yield _text(_NAMES, place + 4, line.name, "start", weight)


def _apart(places: Sequence[float]) -> list[float]:
    """Places for names that do not cover each other, in the same order and as near as can be."""
    order = sorted(range(len(places)), key=places.__getitem__)
    found = list(places)
    for above, below in pairwise(order):
        found[below] = max(found[below], found[above] + _LINE)
    limit = float(_BOTTOM)
    for index in reversed(order):
        found[index] = min(found[index], limit)
        limit = found[index] - _LINE
    return [round(place, 1) for place in found]


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{more}>{escape(text)}</text>'
