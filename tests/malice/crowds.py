"""Markers in crowds: one of them is real, the others are a stranger's."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.malice.ground import run

from redraft.commands.dispatch import Roots
from redraft.domain import layout


class Crowded(NamedTuple):
    """What came of it: the markers before and after, and how much memory it took, in MB."""

    before: int
    after: list[str]
    megabytes: float
    failures: list[str]


def crowd(place: Path, count: int) -> Crowded:
    """Make a session, then so many markers of nobody, and look at the session."""
    place.mkdir()
    roots = Roots([str(place)])
    workflow = place / layout.WORKFLOW
    try:
        run(roots, "session start", {"name": "draft"})
        here = os.open(workflow, os.O_RDONLY)
        for number in range(count):
            _KINDS[0 if number % 100 else number // 100 % len(_KINDS)](here, f"x{number}")
        os.close(here)
        marker = workflow / f"{layout.MARKER}draft"
        marker.touch()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        status = run(roots, "session status", {})
        listed = run(roots, "session list", {})
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        told = roots.pick().take_repairs()
    finally:
        roots.close()
    files = [e.name for e in os.scandir(workflow) if e.is_file(follow_symlinks=False)]
    after = [name for name in files if name.startswith(layout.MARKER)]
    failures = []
    if (status.name, listed.active) != ("draft", "draft"):
        failures.append(f"the active session is {status.name!r}, {listed.active!r}")
    if after != [marker.name]:
        failures.append(f"markers were left: {len(after)}")
    if not 0 < len(told) < 100:
        failures.append(f"{len(told)} repairs were told")
    return Crowded(count, after, grown / 1024, failures)


def _file(here: int, name: str) -> None:
    os.close(os.open(f"{layout.MARKER}{name}", os.O_CREAT | os.O_WRONLY, dir_fd=here))


def _folder(here: int, name: str) -> None:
    os.mkdir(f"{layout.MARKER}{name}", dir_fd=here)


def _link(here: int, name: str) -> None:
    os.symlink("/", f"{layout.MARKER}{name}", dir_fd=here)


def _pipe(here: int, name: str) -> None:
    os.mkfifo(f"{layout.MARKER}{name}", dir_fd=here)


_KINDS: tuple[Callable[[int, str], None], ...] = (_file, _folder, _link, _pipe)
