"""The page of the documentation that ``make bench`` writes, from nothing but what was measured.

What people wrote of it stands in ``page.md`` beside this.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.bench import plot
from tests.bench.peers import report as peers_report
from tests.bench.peers.peer import Job
from tests.bench.report import Data, Line, amount, lines

TEMPLATE = Path(__file__).with_name("page.md")
PAGE, NUMBERS, IMAGES = "performance.md", "performance.json", "images"
_GAP = re.compile(r"\{\{([\w, ]+)\}\}")


def write(measured: Data, docs: Path) -> None:
    """Write the page, its pictures and its numbers, single samples left out."""
    numbers = json.dumps(_settled(measured), indent=1, ensure_ascii=False)
    (docs / NUMBERS).write_text(numbers + "\n", encoding="utf-8")
    (docs / PAGE).write_text(page(measured), encoding="utf-8")
    for name, picture in pictures(measured).items():
        (docs / IMAGES / name).write_text(picture, encoding="utf-8")


def _settled(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _settled(value) for key, value in data.items() if "samples" not in key}
    return [_settled(value) for value in data] if isinstance(data, list) else data


def page(measured: Data) -> str:
    """The page: the template with its gaps filled."""
    peers = measured["peers"]
    gaps = {
        "made": _made(measured),
        "verdict": _verdict(measured),
        "figures": _figures(measured),
        "tools": "\n".join(f"- {tool['title']}: {tool['version']}" for tool in peers["tools"]),
        "left out": _left_out(peers),
        "starts": _starts(peers),
        **{str(job): _job(peers, job) for job in Job},
    }
    return _GAP.sub(lambda gap: gaps[gap[1]], TEMPLATE.read_text(encoding="utf-8"))


def pictures(measured: Data) -> dict[str, str]:
    """A plot for each job, as SVG by file name."""
    return {picture(job): _plot(measured["peers"], job) for job in Job}


def picture(job: Job) -> str:
    """The file name of a job's plot."""
    return f"performance-{job.replace(', ', '-').replace(' ', '-')}.svg"


def _made(measured: Data) -> str:
    on = measured["machine"]
    return (
        f"Made by `make bench` on {measured['day']}: {on['system']}, {on['processor']},"
        f" {on['cores']} cores, {on['memory'] / 2**30:.0f} GB, Python {on['python']},"
        f" on {on['file_system']}. In the minute before, {on['load']:.1f} processes were at work."
    )


def _verdict(measured: Data) -> str:
    told = [(row, point) for row in measured["rows"] for point in row["points"]]
    judged = [(row, point) for row, point in told if point["met"] is not None]
    missed = [f"{row['title']} ({point['n']:,})" for row, point in judged if not point["met"]]
    text = f"{len(judged) - len(missed)} of {len(judged)} bars are met."
    if missed:
        text += f" Missed: {', '.join(missed)}."
    if measured["not_measured"]:
        text += f" Not measured in this run: {'; '.join(measured['not_measured'])}."
    return text


def _figures(measured: Data) -> str:
    head = ("operation", "n", "floor", "ours", "ratio", "quartiles", "bar", "", "growth")
    return _table(head, "lrrrrrrlr", map(_figure, lines(measured["rows"])))


def _figure(line: Line) -> list[str]:
    title = f"**{line.title}**<br>floor: {line.floor_words}" if line.title else ""
    verdict = {True: "met", False: "**missed**", None: ""}[line.met]
    growth = f"**{line.growth}**" if line.overgrown else line.growth
    numbers = (line.n, line.floor, line.ours, line.ratio, line.quartiles, line.bar)
    return [title, *numbers, verdict, growth]


def _job(peers: Data, job: Job) -> str:
    """A job's plot, who is quicker and who is slower, and its table."""
    files = [f"{n:,} files" for n in peers["sizes"]]
    head = ("tool", *files, "growth", "on the disk", "how")
    shown = _table(head, "l" + "r" * len(files) + "rll", map(_tool, peers_report.lines(peers, job)))
    alt = f"Time for the job by number of files, a line for each tool: {job}"
    beside = peers_report.beside_ours(peers, job)
    return f"![{alt}]({IMAGES}/{picture(job)})\n\n{beside}\n\n{shown}"


def _tool(line: peers_report.Line) -> list[str]:
    strong = "**" if line.title.startswith(peers_report.PRODUCT) else ""
    title = f"{strong}{line.title}{strong}"
    return [title, *line.cells, line.growth, line.durable, line.words]


def _left_out(peers: Data) -> str:
    if not peers["left_out"]:
        return "Every tool that this benchmark knows was there in this run."
    told = "\n".join(f"- {title}: {why}" for title, why in peers["left_out"].items())
    return f"This benchmark knows tools that were not there in this run:\n\n{told}"


def _starts(peers: Data) -> str:
    told = (f"{title} {amount(found['median'])}" for title, found in peers["starts"].items())
    return ", ".join(told)


def _table(head: Sequence[str], columns: str, rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its columns to the left or to the right."""
    rules = ["--:" if column == "r" else "---" for column in columns]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rules, *rows))


def _plot(peers: Data, job: Job) -> str:
    drawn = []
    for look, tool in enumerate(peers["tools"]):
        points = tool["jobs"][job].get("points", ())
        if points:
            drawn.append(
                plot.Line(
                    tool["title"],
                    [(point["n"], point["median"]) for point in points],
                    [tuple(point["quartiles"]) for point in points],
                    strong=tool["title"].startswith(peers_report.PRODUCT),
                    look=look,
                )
            )
    title = job[0].upper() + job[1:]
    return plot.plot(title, plot.Axis("files"), plot.Axis("time", plot.seconds), drawn)
