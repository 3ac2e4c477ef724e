"""What numbers come to: quartiles, growth, ratios, and whether a bar is kept."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest
from tests.bench.measure import Pair, Point, Row, exponent, quartiles
from tests.bench.report import amount, lines, met, rows

ROW = Row(
    name="row",
    title="a row",
    floor="nothing",
    about="files",
    sizes=(100, 1_000),
    prepare=lambda ground, n: nullcontext(Pair(lambda: 1.0, lambda: 1.0)),
    bar=2,
    growth=0.5,
)


def test_quartiles_of_known_data() -> None:
    assert quartiles([5, 1, 4, 2, 3]) == (2, 3, 4)
    assert quartiles([1, 2]) == (1.25, 1.5, 1.75)
    assert quartiles([7]) == (7, 7, 7)


@pytest.mark.parametrize("power", [0, 0.5, 1, 2])
def test_the_exponent_of_a_power_is_that_power(power: float) -> None:
    points = [(n, 3e-6 * n**power) for n in (100, 1_000, 10_000)]
    assert exponent(points) == pytest.approx(power)


def test_one_size_has_no_growth() -> None:
    assert exponent([(100, 1.0)]) is None


def test_ratios_are_of_what_was_measured_together() -> None:
    point = Point(100, floor=[1, 2, 4], ours=[3, 4, 4])
    assert point.ratios() == (1.5, 2, 2.5)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ROW, True),
        (replace(ROW, bar=1.4), False),
        (replace(ROW, bar=None), None),
        (replace(ROW, limit=2.9), False),
        (replace(ROW, limit=3.1), True),
        (replace(ROW, limit=2.9, limit_at=1_000), True),
    ],
    ids=["kept", "missed", "none", "too long", "short enough", "long elsewhere"],
)
def test_a_bar_is_kept_by_the_median(row: Row, expected: bool | None) -> None:
    assert met(row, Point(100, floor=[2, 2, 2], ours=[3, 3, 9])) is expected


def test_the_lines_of_a_row_tell_everything_once() -> None:
    points = [Point(100, [1e-3], [1.5e-3]), Point(1_000, [1e-3], [15e-3])]
    first, last = lines(rows([(ROW, points), (ROW, [])]))
    assert first == (
        *("a row", "nothing", False, "100 files", "1.0 ms", "1.5 ms", "1.50", "1.50–1.50"),
        *("≤ 2×", True, "", False),
    )
    assert last == (
        *("", "", True, "1,000 files", "1.0 ms", "15.0 ms", "15.00", "15.00–15.00", "≤ 2×"),
        *(False, "1.00 (floor 0.00) ≤ 0.5", True),
    )


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.26e-7, "s", "0.1 µs"),
        (9.96e-6, "s", "10.0 µs"),
        (1.5e-4, "s", "150 µs"),
        (2.04e-3, "s", "2.0 ms"),
        (75.0, "s", "75.0 s"),
        (12_288, "B", "12 KB"),
    ],
    ids=str,
)
def test_amounts_are_written_for_people(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text
