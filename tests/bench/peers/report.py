"""The comparison as plain data, and the lines of each job's table that it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from tests.bench.measure import exponent, quartiles
from tests.bench.peers.compare import PEERS, Comparison
from tests.bench.peers.peer import Absent, How, Job
from tests.bench.report import Data, amount, rounded

PRODUCT, OURS = "Redraft", PEERS[0].title


class Line(NamedTuple):
    """One tool at one job, as people read it: a cell for each number of files."""

    title: str
    cells: list[str]
    growth: str
    durable: str
    words: str


def summary(found: Comparison, sizes: Sequence[int]) -> Data:
    """What was measured, as JSON can hold it."""
    tools = []
    for peer in PEERS:
        if peer.title in found.samples:
            by_job = found.samples[peer.title]
            jobs = {str(job): _job(peer.how.of(job), by_job.get(job, {})) for job in Job}
            version = found.versions[peer.title]
            tools.append({"title": peer.title, "version": version, "jobs": jobs})
    starts = {title: _spread(values) for title, values in found.starts.items()}
    return {"sizes": [*sizes], "tools": tools, "starts": starts, "left_out": found.left_out}


def _job(how: How | Absent, by_size: dict[int, list[float]]) -> Data:
    if isinstance(how, Absent):
        return {"absent": how.word, "words": how.why}
    medians = [(n, median(values)) for n, values in by_size.items()]
    return {
        "words": how.words,
        "durable": how.durable,
        "growth": rounded(exponent(medians)),
        "points": [{"n": n, **_spread(values)} for n, values in by_size.items()],
    }


def _spread(values: list[float]) -> Data:
    low, middle, high = map(rounded, quartiles(values))
    return {"median": middle, "quartiles": [low, high], "samples": values}


def lines(peers: Data, job: Job) -> Iterator[Line]:
    """A job's table, from what ``summary`` returned."""
    for tool in peers["tools"]:
        found = tool["jobs"][job]
        if "absent" in found:
            cells = [found["absent"]] * len(peers["sizes"])
            yield Line(tool["title"], cells, "", "", found["words"])
        else:
            cells = [f"{amount(point['median'])} {_range(point)}" for point in found["points"]]
            growth = "" if found["growth"] is None else f"{found['growth']:.2f}"
            durable = "yes" if found["durable"] else "" if job is Job.STATUS else "no"
            yield Line(tool["title"], cells, growth, durable, found["words"])


def _range(point: Data) -> str:
    low, high = map(amount, point["quartiles"])
    (number, unit), (other, last) = low.split(), high.split()
    return f"({number}–{other} {unit})" if unit == last else f"({low}–{high})"


def beside_ours(peers: Data, job: Job) -> str:
    """Who is quicker than Redraft through a server at the largest size, and who is slower."""
    medians = {
        tool["title"]: tool["jobs"][job]["points"][-1]["median"]
        for tool in peers["tools"]
        if "absent" not in tool["jobs"][job]
    }
    ours = medians.pop(OURS)
    quicker = {title: ours / took for title, took in medians.items() if took < ours}
    slower = {title: took / ours for title, took in medians.items() if took >= ours}
    return (
        f"Beside a request to Redraft's server, at {peers['sizes'][-1]:,} files: quicker"
        f" {_named(quicker)}; slower {_named(slower)}."
    )


def _named(factors: dict[str, float]) -> str:
    ordered = sorted(factors.items(), key=lambda pair: -pair[1])
    named = [f"{title} ({factor:.{0 if factor >= 10 else 1}f}×)" for title, factor in ordered]
    return ("are " if len(named) > 1 else "is ") + (", ".join(named) or "nobody")


def table(peers: Data, console: Console) -> None:
    """Print a table for each job."""
    for job in Job:
        shown = Table("tool", *(f"{n:,} files" for n in peers["sizes"]), "growth", "on the disk")
        shown.title = f"{job}, beside other tools"
        for line in lines(peers, job):
            shown.add_row(line.title, *line.cells, line.growth, line.durable)
        console.print(shown)
