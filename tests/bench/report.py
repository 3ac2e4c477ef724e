"""What was measured as plain data, and the lines of the table that it comes to."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from tests.bench.measure import Point, Row, Taken, exponent

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))

Data = dict[str, Any]
"""What can be written as JSON."""


class Line(NamedTuple):
    """One operation at one size, as people read it.

    What is said of an operation once stands on its first line (``title`` and ``floor_words``) and
    on its last (``growth``, and whether that is more than allowed).
    """

    title: str
    floor_words: str
    last: bool
    n: str
    floor: str
    ours: str
    ratio: str
    quartiles: str
    bar: str
    met: bool | None
    growth: str
    overgrown: bool


def rows(results: Sequence[Taken]) -> list[Data]:
    """The rows that were measured."""
    return [_row(row, points) for row, points in results if points]


def _row(row: Row, points: list[Point]) -> Data:
    return {
        "name": row.name,
        "title": row.title,
        "floor": row.floor,
        "about": row.about,
        "unit": row.unit,
        "bar": row.bar,
        "limit": row.limit,
        "growth_allowed": row.growth,
        "growth": rounded(exponent([(point.n, median(point.ours)) for point in points])),
        "growth_of_floor": rounded(exponent([(point.n, median(point.floor)) for point in points])),
        "points": [_point(row, point) for point in points],
    }


def _point(row: Row, point: Point) -> Data:
    low, middle, high = point.ratios()
    return {
        "n": point.n,
        "floor": rounded(median(point.floor)),
        "ours": rounded(median(point.ours)),
        "ratio": rounded(middle),
        "ratio_quartiles": [rounded(low), rounded(high)],
        "met": met(row, point),
        "floor_samples": point.floor,
        "ours_samples": point.ours,
    }


def rounded(value: float | None) -> float | None:
    """A number to four digits: more than that is noise."""
    return value if value is None else float(f"{value:.4g}")


def met(row: Row, point: Point) -> bool | None:
    """Whether a point keeps its row's bars; None if there is none."""
    verdicts = []
    if row.bar is not None:
        verdicts.append(point.ratios()[1] <= row.bar)
    if row.limit is not None and row.limit_at in (None, point.n):
        verdicts.append(median(point.ours) <= row.limit)
    return all(verdicts) if verdicts else None


def lines(measured: Sequence[Data]) -> Iterator[Line]:
    """The table's lines, from what ``rows`` returned."""
    for row in measured:
        allowed, growth = row["growth_allowed"], row["growth"]
        for point in row["points"]:
            first, last = point is row["points"][0], point is row["points"][-1]
            low, high = point["ratio_quartiles"]
            yield Line(
                row["title"] if first else "",
                row["floor"] if first else "",
                last,
                f"{point['n']:,} {row['about']}",
                amount(point["floor"], row["unit"]),
                amount(point["ours"], row["unit"]),
                f"{point['ratio']:.2f}",
                f"{low:.2f}–{high:.2f}",
                _bar(row) if point["met"] is not None else "",
                point["met"],
                _growth(row) if last else "",
                last and None not in (allowed, growth) and growth > allowed,
            )


def amount(value: float, unit: str = "s") -> str:
    """A time or a number of bytes for people."""
    if unit == "B":
        return f"{value / 1024:,.0f} KB"
    scale, name = next((pair for pair in _UNITS if value >= pair[0]), _UNITS[-1])
    number = value / scale
    return f"{number:.{0 if number >= 100 else 1}f} {name}"


def _bar(row: Mapping[str, Any]) -> str:
    bars = [f"≤ {row['bar']:g}×"] if row["bar"] is not None else []
    if row["limit"] is not None:
        bars.append(f"≤ {amount(row['limit'], row['unit'])}")
    return " ".join(bars)


def _growth(row: Mapping[str, Any]) -> str:
    if row["growth"] is None:
        return ""
    allowed = row["growth_allowed"]
    text = f"{row['growth']:.2f} (floor {row['growth_of_floor']:.2f})"
    return text if allowed is None else f"{text} ≤ {allowed:g}"


def table(measured: Sequence[Data], console: Console) -> None:
    """Print the table."""
    shown = Table(title="Figures, each beside its floor")
    shown.add_column("operation [dim]and its floor[/]")
    for name in ("n", "floor", "ours", "ratio", "(quartiles)", "bar"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("", no_wrap=True)
    shown.add_column("growth", justify="right", no_wrap=True)
    for line in lines(measured):
        shown.add_row(
            f"{line.title}\n[dim]{line.floor_words}[/]" if line.title else "",
            *(line.n, line.floor, line.ours, line.ratio, f"({line.quartiles})", line.bar),
            {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[line.met],
            f"[red]{line.growth}[/]" if line.overgrown else line.growth,
            end_section=line.last,
        )
    console.print(shown)
    console.print(
        "Medians; the ratio is the median of sample by sample, turn about. Growth is the exponent"
        " of ours in n, then of the floor, then what is allowed."
    )


def machine(file_system: str) -> Data:
    """What it was measured on, and how busy that was before."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory": memory,
        "python": platform.python_version(),
        "file_system": file_system,
        "load": rounded(os.getloadavg()[0]),
    }


def _processor() -> str:
    """The processor's name where the system tells it, else its kind."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        told = []
    names = [line.partition(": ")[2] for line in told if line.startswith("model name")]
    return names[0] if names else platform.machine()
