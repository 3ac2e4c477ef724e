"""The table of what was measured, and the same as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from tests.bench.measure import Point, Row, Taken, exponent

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def table(results: Sequence[Taken], console: Console) -> None:
    """Print one line for each operation and size."""
    shown = Table(title="Figures, each beside its floor")
    shown.add_column("operation [dim]and its floor[/]")
    for name in ("n", "floor", "ours", "ratio", "(quartiles)", "bar"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("", no_wrap=True)
    shown.add_column("growth", justify="right", no_wrap=True)
    for row, points in results:
        for point in points:
            first, last = point is points[0], point is points[-1]
            low, middle, high = point.ratios()
            shown.add_row(
                _title(row) if first else "",
                f"{point.n:,} {row.about}" if row.about else "",
                amount(median(point.floor), row.unit),
                amount(median(point.ours), row.unit),
                f"{middle:.2f}",
                f"({low:.2f}–{high:.2f})",
                _bar(row),
                {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[met(row, point)],
                _growth(row, points) if last else "",
                end_section=last,
            )
    console.print(shown)
    console.print(
        "Medians; the ratio is the median of sample by sample, turn about. Growth is the exponent"
        " of ours in n, then of the floor, then what is allowed."
    )


def _title(row: Row) -> str:
    return f"{row.title}\n[dim]{row.floor}[/]"


def amount(value: float, unit: str) -> str:
    """A time or a number of bytes for people."""
    if unit == "B":
        return f"{value / 1024:,.0f} KB"
    scale, name = next((pair for pair in _UNITS if value >= pair[0]), _UNITS[-1])
    number = value / scale
    return f"{number:.{0 if number >= 100 else 1}f} {name}"


def _bar(row: Row) -> str:
    bars = [f"≤ {row.bar:g}×"] if row.bar is not None else []
    if row.limit is not None:
        bars.append(f"≤ {amount(row.limit, row.unit)}")
    return " ".join(bars)


def met(row: Row, point: Point) -> bool | None:
    """Whether a point keeps its row's bars; None if there is none."""
    verdicts = []
    if row.bar is not None:
        verdicts.append(point.ratios()[1] <= row.bar)
    if row.limit is not None and row.limit_at in (None, point.n):
        verdicts.append(median(point.ours) <= row.limit)
    return all(verdicts) if verdicts else None


def _exponents(points: list[Point]) -> tuple[float | None, float | None]:
    ours = exponent([(point.n, median(point.ours)) for point in points])
    return ours, exponent([(point.n, median(point.floor)) for point in points])


def _growth(row: Row, points: list[Point]) -> str:
    ours, floor = _exponents(points)
    if ours is None or floor is None:
        return ""
    text = f"{ours:.2f} (floor {floor:.2f})"
    if row.growth is None:
        return text
    return f"[{'green' if ours <= row.growth else 'red'}]{text} ≤ {row.growth:g}[/]"


def write_json(results: Sequence[Taken], path: str, file_system: str) -> None:
    """Write everything that was measured, each sample too."""
    rows = []
    for row, points in results:
        ours, floor = _exponents(points)
        rows.append(
            {
                "name": row.name,
                "title": row.title,
                "floor": row.floor,
                "about": row.about,
                "unit": row.unit,
                "bar": row.bar,
                "limit": row.limit,
                "growth_allowed": row.growth,
                "growth": ours,
                "growth_of_floor": floor,
                "points": [_point(row, point) for point in points],
            }
        )
    machine = {"python": platform.python_version(), "cpus": os.cpu_count()}
    record = {"machine": {**machine, "file_system": file_system}, "rows": rows}
    Path(path).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _point(row: Row, point: Point) -> dict[str, object]:
    low, middle, high = point.ratios()
    return {
        "n": point.n,
        "ratio": middle,
        "ratio_quartiles": [low, high],
        "floor_median": median(point.floor),
        "ours_median": median(point.ours),
        "met": met(row, point),
        "floor_samples": point.floor,
        "ours_samples": point.ours,
    }
