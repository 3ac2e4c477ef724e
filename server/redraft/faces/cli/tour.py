"""The tour: the whole life of a session, played on a copy of a folder over the language server.

``python -m redraft.faces.cli.tour --book FOLDER`` copies the folder, starts the real server as a
process and talks to it as an editor does. It shows what changes on disk after each step, checks
the disk itself, and ends with 0 only if everything was as it said.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from rich.text import Text

from redraft.disk.folder import Folder
from redraft.faces.cli import tour_disk
from redraft.faces.cli.app import speak_utf8
from redraft.faces.cli.tour_client import Client, Gone, Refused
from redraft.faces.cli.tour_documents import choose
from redraft.faces.cli.tour_report import Report, console
from redraft.faces.cli.tour_story import Story
from redraft.faces.text import clean, plural, size

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from rich.console import Console

    from redraft.faces.cli.tour_disk import Line, Picture

FAILED, BAD_USAGE, INTERRUPTED = 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Play the tour.

    Args:
        argv: the words after the program's name; those of this process if not given.

    Returns:
        The exit code: 0 if every check held, 1 if one did not, 2 if the folder cannot be used.
    """
    speak_utf8()
    given = _parser().parse_args(argv)
    book = os.path.realpath(given.book)
    if not os.path.isdir(book):
        print(f"error: there is no folder {clean(given.book)!r}.", file=sys.stderr)
        return BAD_USAGE
    try:
        with _temporary(keep=given.keep) as home:
            return _Tour(book, os.path.realpath(home), as_json=given.json, keep=given.keep).run()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m redraft.faces.cli.tour",
        description="Play the whole life of a session on a copy of a folder of documents.",
    )
    parser.add_argument("--book", required=True, metavar="FOLDER", help="the folder; only read")
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    parser.add_argument("--keep", action="store_true", help="keep the copy, to look around in it")
    return parser


def _temporary(*, keep: bool) -> AbstractContextManager[str]:
    if keep:
        return nullcontext(tempfile.mkdtemp(prefix="redraft-tour-"))
    return tempfile.TemporaryDirectory(prefix="redraft-tour-", ignore_cleanup_errors=True)


class _Tour:
    """One tour: from the folder to the last line."""

    def __init__(self, book: str, home: str, *, as_json: bool, keep: bool) -> None:
        self.book = book
        self.home = home
        self.copy = os.path.join(home, os.path.basename(book) or "book")
        self.keep = keep
        self.as_json = as_json
        self.screen: Console | None = None if as_json else console(sys.stdout)
        self.picture: Picture = {}
        self.report = Report(self.screen, self._look)

    def run(self) -> int:
        """Play it; returns the exit code."""
        total, room = self._measure()
        if total > room:
            text = f"{size(total)} do not fit into {self.home}: {size(room)} are free"
            print(f"error: {text}. Set TMPDIR to a larger place.", file=sys.stderr)
            return BAD_USAGE
        before = self._given()
        count, left_out = self._copy()
        problem = self._play(count, left_out)
        untouched = self._is_untouched(before)
        return self._end(problem, untouched)

    def _measure(self) -> tuple[int, int]:
        """How many bytes are to be copied, and how many there is room for."""
        with Folder.open(self.book) as folder:
            total = sum(status.st_size for _, status in folder.walk())
        return total, shutil.disk_usage(self.home).free

    def _copy(self) -> tuple[int, list[str]]:
        with Folder.open(self.home) as home, Folder.open(self.book) as book:
            name = os.path.basename(self.copy)
            home.make(name)
            with home.sub(name) as target:
                return tour_disk.copy(book, target, home.status())

    def _look(self) -> list[Line]:
        now = tour_disk.take(self.copy, self.picture)
        lines = tour_disk.difference(self.picture, now)
        self.picture = now
        return lines

    def _play(self, count: int, left_out: list[str]) -> str | None:
        """Play the story; returns why it ended early, or None."""
        with Folder.open(self.copy) as folder:
            cast = choose(folder)
        self.picture = tour_disk.take(self.copy)
        self._say(f"Redraft plays on a copy of {self.book} ({plural(count, 'file')}):", "bold")
        self._say(f"  … = {self.copy}")
        for name in left_out[:5]:
            self._say(f"  not copied: {name}")
        if cast.made:
            self._say("  There is too little text in it, so four short chapters were added.")
        try:
            with Client() as client:
                Story(client, self.report, self.copy, cast).play()
        except Gone as error:
            return str(error)
        except Refused as error:
            return f"The server refused: {error} ({error.code})\n{error.log}".strip()
        except (OSError, LookupError, TypeError, ValueError) as error:
            return f"{type(error).__name__}: {error}"  # an answer or a file was not as it must be
        return None

    def _is_untouched(self, before: Picture) -> bool:
        return tour_disk.identity(self._given()) == tour_disk.identity(before)

    def _given(self) -> Picture:
        """What lies in the given folder, without the copy if that lies in it."""
        own = os.path.relpath(self.home, self.book)
        found = tour_disk.take(self.book)
        return {p: entry for p, entry in found.items() if not f"{p}/".startswith(f"{own}/")}

    def _say(self, text: str, style: str = "") -> None:
        if self.screen is not None:
            self.screen.print(Text(clean(text, "\n"), style), soft_wrap=True)

    def _end(self, problem: str | None, untouched: bool) -> int:
        failures = self.report.failures
        failures += [problem] if problem else []
        failures += [] if untouched else [f"{self.book} changed while the tour was played"]
        if self.as_json:
            print(json.dumps(self._as_dict(failures), ensure_ascii=False, indent=2))
        self._say("")
        checks = sum(len(step.checks) for step in self.report.steps)
        for failure in failures:
            self._say(f"✗ {failure}", "bold red")
        if not failures:
            steps = plural(len(self.report.steps), "step")
            self._say(f"✓ {steps}, {plural(checks, 'check')} on disk: all hold.", "bold green")
            self._say(f"  {self.book} itself is as it was, byte for byte.")
        if self.keep:
            self._say(f"  The copy was kept: {self.copy}")
        return FAILED if failures else 0

    def _as_dict(self, failures: list[str]) -> dict[str, Any]:
        return {
            "ok": not failures,
            "book": self.book,
            "copy": self.copy if self.keep else None,
            "failures": failures,
            "steps": [step.as_dict() for step in self.report.steps],
        }


if __name__ == "__main__":
    sys.exit(main())
