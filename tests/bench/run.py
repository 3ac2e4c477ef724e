"""``make bench``: every figure beside its floor and every job beside other tools, in this run.

A floor is the fewest system calls that could do the thing. What counts is the ratio; times differ
from machine to machine and from minute to minute. A whole run writes ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from tests.bench.ground import Ground
    from tests.bench.measure import Row
    from tests.bench.report import Data

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
PEERS = "peers"  # what the comparison is called, beside the rows


def main() -> int:
    """Measure and print; 1 if something could not be measured, not for a figure missed."""
    sys.path.insert(0, str(REPOSITORY))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is started is compiled, as installed
    from tests.bench import page

    rows, out_of_reach = _rows()
    options = _options([*(row.name for row in rows), PEERS])
    if options.again:
        page.write(json.loads((DOCS / page.NUMBERS).read_text("utf-8")), DOCS)
        return 0
    if out_of_reach and not options.only:
        print("Nothing is measured in VS Code: `make stories` installs it.", file=sys.stderr)
    if options.only:
        rows = [row for row in rows if row.name in options.only]
    measured, lost = _measure(rows, options)
    measured["not_measured"] = [row.title for row in out_of_reach]
    if options.json:
        Path(options.json).write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    if lost:
        print("Not all of it could be measured: no page is written.", file=sys.stderr)
    elif not (options.quick or options.only or options.seconds):
        page.write(measured, DOCS)
        print(f"Written: docs/{page.PAGE}", file=sys.stderr)
    return 1 if lost else 0


def _rows() -> tuple[list[Row], list[Row]]:
    """The rows that can be measured here, and those that cannot."""
    from tests.bench import (
        of_changes,
        of_documents,
        of_editor,
        of_markers,
        of_processes,
        of_sessions,
    )
    from tests.editor import profile
    from tests.editor.toolchain import built_in

    rooms = (of_markers, of_sessions, of_documents, of_changes, of_processes)
    rows = [row for room in rooms for row in room.ROWS]
    if profile.VSIX.exists() and built_in.are_there():
        return [*rows, *of_editor.ROWS], []
    return rows, of_editor.ROWS


def _measure(rows: Sequence[Row], options: argparse.Namespace) -> tuple[Data, bool]:
    """Measure and print; says as well whether something was lost."""
    from rich.console import Console
    from tests.bench import report
    from tests.bench.ground import Ground, file_system
    from tests.bench.measure import take

    console, out = Console(stderr=True), Console(width=None if sys.stdout.isatty() else 150)
    with Ground(options.dir) as ground:
        kind = file_system(ground.path)
        console.print(f"Working in {ground.path} ({kind})")
        measured: Data = {"day": time.strftime("%Y-%m-%d"), "machine": report.machine(kind)}
        wanted = [(row, _sizes(row, quick=options.quick)) for row in rows]
        results = [take(row, ground, sizes, _budget(options), console) for row, sizes in wanted]
        measured["rows"] = report.rows(results)
        report.table(measured["rows"], out)
        lost = sum(len(sizes) for _, sizes in wanted) - sum(len(points) for _, points in results)
        if not options.only or PEERS in options.only:
            measured["peers"], broken = _compare(ground, options, console, out)
            lost += broken
    return measured, lost > 0


def _compare(
    ground: Ground, options: argparse.Namespace, console: Console, out: Console
) -> tuple[Data, int]:
    """Measure and print; says as well how many tools were lost."""
    from tests.bench.peers.compare import compare
    from tests.bench.peers.report import summary, table

    sizes = (20, 100) if options.quick else (100, 1_000, 10_000)
    least, most = (1, 2) if options.quick else (7, 15)
    budget = 40 * _budget(options)
    found = compare(ground.folder(), sizes, budget, console, least=least, most=most)
    for title, how in found.broken.items():
        console.print(f"[red]Not compared: {title}, which failed: {how}[/]")
    peers = summary(found, sizes)
    table(peers, out)
    return peers, len(found.broken)


def _budget(options: argparse.Namespace) -> float:
    """For how many seconds each row is sampled at each size."""
    return options.seconds or (0.3 if options.quick else 1.5)


def _sizes(row: Row, *, quick: bool) -> tuple[int, ...]:
    if quick:
        return row.sizes[:1] if row.slow else row.sizes[:2]
    return row.sizes


def _options(names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help=f"of {', '.join(names)}"
    )
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer repeats")
    parser.add_argument("--json", metavar="FILE", help="write all samples there as well")
    parser.add_argument("--dir", metavar="FOLDER", help="work there (a real disk, not memory)")
    parser.add_argument(
        "--seconds", type=float, help="how long each row is sampled at each size (1.5; quick: 0.3)"
    )
    parser.add_argument(
        "--again", action="store_true", help="only write the page again, from its own numbers"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
