"""``make proof``: every promise tried out whole, and a page in the documentation for each part.

``make test`` runs a shorter cut of the same machinery.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.proof.page import Options, Page

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = REPOSITORY / "docs" / "proof"
PARTS: tuple[str, ...] = ("kills", "faults", "races", "malice", "load")


def main() -> int:
    """Prove the parts that are asked for; 1 if something did not hold."""
    sys.path.insert(0, str(REPOSITORY))
    asked = _options()
    failed = [name for name in asked.part or PARTS if not _prove(name, asked)]
    if failed:
        print(f"Not held: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _prove(name: str, asked: argparse.Namespace) -> bool:
    from tests.proof.page import Options

    part = importlib.import_module(f"tests.proof.{name}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="redraft-proof-", dir=asked.dir) as folder:
        options = Options(Path(folder).resolve(), asked.quick, asked.seconds)
        page: Page = part.prove(options)
    _tell(name, page, time.monotonic() - began)
    if not asked.quick:
        _write(name, page, options)
    return not page.failures


def _tell(name: str, page: Page, seconds: float) -> None:
    held = "held" if not page.failures else f"NOT HELD ({len(page.failures)})"
    print(f"{name:8} {held:14} {seconds:6.0f} s   {page.title}", flush=True)
    for failure in page.failures:
        print(f"    {failure}", file=sys.stderr)


def _write(name: str, page: Page, options: Options) -> None:
    PAGES.mkdir(exist_ok=True)
    for file, text in page.pictures.items():
        (PAGES / "images").mkdir(exist_ok=True)
        (PAGES / "images" / file).write_text(text, encoding="utf-8")
    day = time.strftime("%Y-%m-%d")
    seconds = "" if options.seconds is None else f" SECONDS={options.seconds:g}"
    made = f"Made by `make proof PART={name}{seconds}` on {day}: {_machine()}."
    text = f"# {page.title}\n\n{made}\n\n{page.text.strip()}\n"
    if page.failures:
        text += "\n## Not held\n\n" + "".join(f"- {line}\n" for line in page.failures)
    (PAGES / f"{name}.md").write_text(text, encoding="utf-8")


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}"
    return f"{system}, {os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one")
    parser.add_argument("--quick", action="store_true", help="a rehearsal; writes no page")
    parser.add_argument("--seconds", type=float, help="how long parts run that run for a time")
    parser.add_argument("--dir", metavar="FOLDER", help="work there (a real disk, not memory)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
