"""A link swapped in between check and use, by a process that does nothing else."""

from __future__ import annotations

import mmap
import os
import shutil
import signal
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.malice.courses import COURSES
from tests.malice.ground import Ground
from tests.malice.matrix import Bench
from tests.malice.places import CHECKPOINT, DONE, DRAFT, Place
from tests.malice.trial import Outcome, in_child, try_course

from redraft.disk import beneath
from redraft.disk.exchange import exchange
from redraft.disk.folder import Folder
from redraft.domain import layout

# What lies outside at the same path is of the same kind: a link to it is all that a swap needs.
SWAPPED = (
    Place(layout.WORKFLOW, is_folder=True),
    Place(layout.LOCK),
    Place(layout.WORKSPACE, is_folder=True),
    Place(DRAFT, is_folder=True),
    Place(f"{DRAFT}/{layout.FILES}", is_folder=True),
    Place(f"{DRAFT}/{layout.FILES}/a.md"),
    Place(f"{DRAFT}/{layout.FILES}/room", is_folder=True),
    Place(f"{DRAFT}/{layout.BASE}", is_folder=True),
    Place(f"{DRAFT}/{layout.TMP}", is_folder=True),
    Place(f"{DRAFT}/{layout.RETRIES}/a.md", is_folder=True),
    Place(CHECKPOINT, is_folder=True),
    Place(DONE, is_folder=True),
    Place(f"{DONE}/{layout.REPLACED}", is_folder=True),
    Place(layout.TRASH, is_folder=True),
    Place("part", is_folder=True),
    Place("part/b.md"),
    Place("a.md"),
)


class Race(NamedTuple):
    """A course of commands while a place is swapped.

    Attributes:
        place: what is swapped with a link to its twin outside.
        course: the commands.
        by_handles: whether folders are walked by handles, as short-lived processes do, or opened
            with ``openat2`` as servers do.
    """

    place: Place
    course: str
    by_handles: bool

    def __str__(self) -> str:
        how = "by handles" if self.by_handles else "with openat2"
        return f"{self.place.path} swapped, {self.course} {how}"


def races() -> Iterator[Race]:
    """All of them."""
    for course in COURSES:
        for place in SWAPPED:
            for by_handles in (True, False):
                yield Race(place, course, by_handles)


class Swapper:
    """The other process. It counts its swaps where both see it."""

    def __init__(self, place: Path, spare: Path) -> None:
        self._count = mmap.mmap(-1, 8)
        self._child = os.fork()
        if self._child == 0:
            try:
                self._swap(place, spare)
            finally:
                os._exit(0)

    def _swap(self, place: Path, spare: Path) -> None:
        with Folder.open(str(place.parent)) as here, Folder.open(str(spare.parent)) as there:
            number = 0
            while True:
                try:
                    exchange(here, place.name, there, spare.name)
                except OSError:
                    continue  # a command moved it: it may come back
                number += 1
                self._count[:] = struct.pack("q", number)

    def stop(self) -> int:
        """End it; returns how many swaps there were."""
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        return int(struct.unpack("q", self._count[:])[0])


def run_race(bench: Bench, race: Race) -> Outcome:
    """One race on a fresh copy, in a process of its own."""
    outcome = in_child(lambda: _race(bench, race))
    outcome.failures = [f"{race}: {line}" for line in outcome.failures]
    return outcome


def _race(bench: Bench, race: Race) -> Outcome:
    if race.by_handles:
        beneath.disable()
    else:
        beneath.enable()
    work = Path(tempfile.mkdtemp(dir=bench.work))
    swaps = 0

    def spoil(ground: Ground) -> Callable[[], None]:
        place = race.place.find(ground.root)
        spare = work / "spare"
        spare.symlink_to(ground.twin / place.relative_to(ground.root))
        if not os.path.lexists(place):
            place.mkdir()
        swapper = Swapper(place, spare)

        def stop() -> None:
            nonlocal swaps
            swaps = swapper.stop()

        return stop

    outcome = try_course(bench.template.copy(work / "book"), spoil, race.course)
    outcome.answers["swaps"] = swaps
    shutil.rmtree(work)
    return outcome
