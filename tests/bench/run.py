"""``make bench``: every figure beside its floor, measured in this run.

A floor is the fewest system calls that could do the thing. What counts is the ratio; times differ
from machine to machine and from minute to minute.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.measure import Row

REPOSITORY = Path(__file__).resolve().parents[2]


def main() -> int:
    """Measure and print; 1 if something could not be measured, not for a figure missed."""
    sys.path.insert(0, str(REPOSITORY))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is started is compiled, as installed
    from rich.console import Console
    from tests.bench import (
        of_changes,
        of_documents,
        of_editor,
        of_markers,
        of_processes,
        of_sessions,
    )
    from tests.bench.ground import Ground, file_system
    from tests.bench.measure import take
    from tests.bench.report import table, write_json
    from tests.editor import profile
    from tests.editor.toolchain import built_in

    rooms = (of_markers, of_sessions, of_documents, of_changes, of_processes, of_editor)
    rows = [row for room in rooms for row in room.ROWS]
    options = _options([row.name for row in rows])
    rows = [row for row in rows if not options.only or row.name in options.only]
    console = Console(stderr=True)
    if not (profile.VSIX.exists() and built_in.are_there()):
        console.print("[bold]Nothing is measured in VS Code: `make stories` installs it.[/]")
        rows = [row for row in rows if row not in of_editor.ROWS]
    with Ground(options.dir) as ground:
        kind = file_system(ground.path)
        console.print(f"Working in {ground.path} ({kind})")
        budget = options.seconds or (0.3 if options.quick else 1.5)
        wanted = [(row, _sizes(row, quick=options.quick)) for row in rows]
        results = [take(row, ground, sizes, budget, console) for row, sizes in wanted]
    table(results, Console(width=None if sys.stdout.isatty() else 150))
    if options.json:
        write_json(results, options.json, kind)
    lost = sum(len(sizes) for _, sizes in wanted) - sum(len(points) for _, points in results)
    return 1 if lost else 0


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
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
