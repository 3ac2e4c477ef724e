"""The matrix: every place, everything that may lie there, every command."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.malice.contents import Content
from tests.malice.ground import Ground, build
from tests.malice.kinds import KINDS, Kind, clear, may_make_devices
from tests.malice.places import PLACES, Place
from tests.malice.trial import Outcome, courses_of, in_child


class Case(NamedTuple):
    """A thing at a place."""

    place: Place
    kind: Kind

    def spoil(self, ground: Ground) -> None:
        """Leave it there."""
        place = self.place.find(ground.root)
        clear(place)
        self.kind.plant(place, ground)

    def __str__(self) -> str:
        return f"{self.place.path}: {self.kind.name}"


class Bench:
    """Where trials are made: one folder that has lived, to be copied."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.template = build(work / "template")
        self.devices = may_make_devices(work)
        # What is loaded once is loaded here, and not in each child again.
        calm = self.run(lambda _: None)
        assert not calm.failures, calm.failures

    def run(self, spoil: Callable[[Ground], object], *, shared: bool = False) -> Outcome:
        """Try every course on a spoiled folder, in this process."""
        copy = self.template.root.with_name("copy")  # beside what lies outside, as the first one
        return courses_of(self.template, copy, spoil, shared=shared)

    def cases(self, share: int = 1) -> Iterator[Case]:
        """All cases, or one of so many: each place and each kind is among them still."""
        for number, place in enumerate(PLACES):
            fitting = [k for k in KINDS if (k.for_folders if place.is_folder else k.for_files)]
            for other, kind in enumerate(fitting):
                if (number + other) % share == 0 and (self.devices or kind.name != "device"):
                    yield Case(place, kind)

    def try_case(self, case: Case | Content) -> Outcome:
        """Try one, in a process of its own."""
        shared = isinstance(case, Case) and case.kind.name.startswith("hard link")
        outcome = in_child(lambda: self.run(case.spoil, shared=shared))
        if outcome.failures:  # whatever was done out there must not be laid to the next one
            shutil.rmtree(self.work / "template")
            self.template = build(self.work / "template")
        outcome.failures = [f"{case}: {line}" for line in outcome.failures]
        return outcome
