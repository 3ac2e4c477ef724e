"""The plots: proper XML, everything at its place, to be read in light and in dark."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree as ET

import pytest
from tests.bench.plot import HEIGHT, WIDTH, Axis, Line, number, plot, seconds

SVG = "{http://www.w3.org/2000/svg}"
FILES, TIME = Axis("files"), Axis("time", seconds)


def drawn(*lines: Line, x: Axis = FILES, y: Axis = TIME) -> ET.Element:
    return ET.fromstring(plot("Title", x, y, lines))  # noqa: S314 - our own text


def ways(root: ET.Element) -> list[list[tuple[float, float]]]:
    """The points of each line as they are drawn."""
    first = [group.find(f"{SVG}path") for group in root.iter(f"{SVG}g")]
    texts = [path.attrib["d"] for path in first if path is not None]
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", text)] for text in texts
    ]


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def test_names_are_escaped() -> None:
    root = drawn(Line("<a & b>", [(1, 1)]))
    assert "<a & b>" in texts(root)


def test_equal_factors_are_equal_steps_on_logarithmic_axes() -> None:
    [[first, second, third]] = ways(drawn(Line("a", [(100, 1e-3), (1_000, 1e-2), (10_000, 1e-1)])))
    assert second[0] - first[0] == pytest.approx(third[0] - second[0], abs=0.2)
    assert first[1] - second[1] == pytest.approx(second[1] - third[1], abs=0.2)
    assert first[1] > second[1]


def test_equal_amounts_are_equal_steps_on_plain_axes() -> None:
    plain = Axis("minutes", log=False), Axis("MB", log=False)
    [[zero, first, third]] = ways(
        drawn(Line("a", [(0, 0), (1, 10), (3, 30)]), x=plain[0], y=plain[1])
    )
    assert (third[0] - zero[0]) == pytest.approx(3 * (first[0] - zero[0]), abs=0.4)
    assert (zero[1] - third[1]) == pytest.approx(3 * (zero[1] - first[1]), abs=0.4)


def test_axes_say_their_decades() -> None:
    said = texts(drawn(Line("a", [(100, 1e-4), (10_000, 1.0)])))
    assert {"100", "1,000", "10,000", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"} <= set(said)


def test_what_is_flat_looks_flat() -> None:
    [[first, last]] = ways(drawn(Line("a", [(1, 1.00), (10, 1.05)])))
    assert abs(first[1] - last[1]) < HEIGHT / 20


@pytest.mark.parametrize("end", [1.0, 1e4, 1e9], ids=["low", "middle", "high"])
def test_everything_stays_on_the_paper_and_no_name_covers_another(end: float) -> None:
    lines = [
        Line(f"line {i}", [(1, 10.0**i), (100, end)], [(10.0**i, 9.0**i), (end, end)])
        for i in range(10)
    ]
    root = drawn(*lines)
    for way in ways(root):
        assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in way)
    names = [text for text in root.iter(f"{SVG}text") if (text.text or "").startswith("line ")]
    heights = sorted(float(name.attrib["y"]) for name in names)
    assert all(below - above >= 12 for above, below in itertools.pairwise(heights))
    assert heights[0] > HEIGHT / 10
    assert heights[-1] < HEIGHT


def test_there_are_colours_for_light_and_for_dark() -> None:
    style = drawn(Line("a", [(1, 1)])).find(f"{SVG}style")
    assert style is not None
    light, _, dark = (style.text or "").partition("@media (prefers-color-scheme:dark)")
    for rule in (".paper{fill:", "text{fill:", ".rule{stroke:", ".c0{color:", ".c11{color:"):
        assert light.split(rule)[1][:7] != dark.split(rule)[1][:7]


def test_a_line_keeps_its_look_where_it_is_said() -> None:
    root = drawn(Line("a", [(1, 1)], look=4), Line("b", [(1, 2)]))
    assert [group.attrib["class"] for group in root.iter(f"{SVG}g")] == ["c4", "c1"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(5e-8, "50 ns"), (1e-6, "1 µs"), (0.02, "20 ms"), (1.0, "1 s"), (100.0, "100 s")],
    ids=str,
)
def test_times_are_written_in_the_unit_that_suits_them(value: float, text: str) -> None:
    assert seconds(value) == text


def test_numbers_have_their_thousands_apart() -> None:
    assert [number(value) for value in (0.5, 5, 10_000)] == ["0.5", "5", "10,000"]
