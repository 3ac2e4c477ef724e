"""The kill matrix: an operation dies before each of its calls, and the next command looks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import picture
from tests.recovery.picture import (
    describe,
    difference,
    is_there,
    listing,
    litter,
    markers,
    plain,
    versions,
)
from tests.recovery.stories import Story, book, do
from tests.recovery.strikes import die_at, in_child, watched

from redraft.domain import layout, marker
from redraft.domain.root import Root
from redraft.domain.view import View
from redraft.errors import RedraftError

_NEVER = 1_000_000


def _read_everything(root: Root) -> None:
    for name in (None, *root.sessions()):
        with View.of(root, name) as view:
            for path, kind in view.walk():
                if kind == "file":
                    view.read(path)


def _resolve(root: Root) -> None:
    with View.of(root, marker.active(root)) as view:
        view.resolve("a.md")


NEXT: dict[str, Callable[[Root], object]] = {
    "session status": lambda root: do(root, "session status"),
    "session list": lambda root: do(root, "session list"),
    "read": _read_everything,
    "doctor": lambda root: do(root, "doctor"),
    "look at the marker": marker.active,
    "resolve": _resolve,
    "session start": lambda root: do(root, "session start", name="another"),
    "session checkpoint": lambda root: do(root, "session checkpoint"),
}
"""Any of these may be the next thing that somebody does."""


@dataclass
class Outcome:
    """What came of killing one operation at all its points.

    Attributes:
        points: before how many calls it was killed.
        tries: kills in all, each followed by one next command.
        undone: how often that command found the old state.
        done: how often it found the new state.
        failures: one line for each promise that was broken.
    """

    points: int = 0
    tries: int = 0
    undone: int = 0
    done: int = 0
    failures: list[str] = field(default_factory=list)


class Matrix:
    """Kills one operation wherever that can be done.

    Args:
        story: the operation, and what was done before it.
        folder: an empty folder to work in.
        without_renameat2: on a system that cannot exchange files in one call.
    """

    def __init__(self, story: Story, folder: Path, *, without_renameat2: bool = False) -> None:
        self._story = story
        self._folder = folder
        self._without = without_renameat2
        prepare(story, folder / "old")
        assert not self._tell(folder / "new", _NEVER), "an undisturbed operation succeeds"
        self._picture = picture(folder / "old")
        self._kept = [versions(folder / "old"), versions(folder / "new")]
        self._states = [describe(folder / "old"), describe(folder / "new")]

    def strike(self, *, every_next: bool, first: int = 1, step: int = 1) -> Outcome:
        """Kill it before each call and in the middle of each write.

        Args:
            every_next: try every next command at each point, instead of one after the other.
            first: the number of the call that is the first point.
            step: how many calls further on the next point is.
        """
        outcome, number, names = Outcome(), first, list(NEXT)
        while True:
            tried = names if every_next else [names[number % len(names)]]
            found = [self._try(number, name, outcome) for name in tried]
            if not any(found):
                return outcome
            outcome.points += 1
            number += step

    def _try(self, number: int, name: str, outcome: Outcome) -> bool:
        """Whether it came to be killed before the call of that number."""
        path = self._folder / str(number)
        if not self._tell(path, number):
            shutil.rmtree(path)
            return False
        outcome.tries += 1
        try:
            state, wrong = self._judge(path, name)
        except (AssertionError, OSError, RedraftError, ValueError) as error:
            state, wrong = None, [f"{type(error).__name__}: {error}"]
        outcome.undone += state == 0
        outcome.done += state == 1
        outcome.failures += [f"killed before call {number}, then {name}: {line}" for line in wrong]
        if not wrong:
            shutil.rmtree(path)
        return True

    def _tell(self, path: Path, number: int) -> bool:
        """Tell the story in a process that dies before its call of that number; whether it did."""

        def tell() -> None:
            strike = watched(die_at(number), without_renameat2=self._without)
            with Root.open(str(path)) as root, strike:
                self._story.act(root)

        self._begin(path)
        code = in_child(tell, path.with_suffix(".txt"))
        assert code in (0, -9)
        return code == -9

    def _begin(self, path: Path) -> None:
        """Let a folder be as it is before the operation."""
        if self._story.by_inode:
            prepare(self._story, path)
        else:
            shutil.copytree(self._folder / "old", path, symlinks=True)

    def _judge(self, path: Path, name: str) -> tuple[int | None, list[str]]:
        """Which of the two states a next command finds, and what is wrong with it."""
        started = _next_command(path, NEXT[name])
        if self._story.ends_by is not None:
            with Root.open(str(path)) as root, watched(lambda name: None):
                self._story.ends_by(root)
        wrong, left = [], litter(path)
        found = describe(path)
        if started is not None:
            if found["active"] != started:
                wrong.append(f"{started} was started, and {found['active']} is active")
            del found["sessions"][started]
            found["active"] = None
        expected = [s if started is None else {**s, "active": None} for s in self._states]
        states = [i for i in (0, 1) if self._is(found, expected[i])]
        if not states:
            apart = [difference(found, one) for one in expected]
            return None, [*wrong, f"neither the old state nor the new: {apart}"]
        there = versions(path)
        if not any(self._kept[i] <= there for i in states):
            wrong.append("a version of a document is lost")
        if there - (self._kept[0] | self._kept[1]):
            wrong.append("a version of a document is there that nobody wrote")
        if not self._story.touches_global and picture(path) != self._picture:
            wrong.append("the folder itself is not as it was")
        return states[-1], [*wrong, *self._tidy(path, left)]

    def _is(self, found: dict[str, Any], expected: dict[str, Any]) -> bool:
        """Whether a state is the expected one.

        Where a file moves by a second name, a death between the two leaves it in the trash too.
        """
        if self._without and len(found["trash"]) == len(expected["trash"]) + 1:
            return {**found, "trash": expected["trash"]} == expected
        return found == expected

    def _tidy(self, path: Path, left: Sequence[str]) -> Iterator[str]:
        """What is not as it should be beside the state itself."""
        yield from (f"left behind: {one}" for one in left)
        yield from _marker(path)
        yield from second_recovery(path)


def prepare(story: Story, path: Path) -> None:
    """Do what was done before."""
    path.mkdir()
    book(path)
    with Root.open(str(path)) as root, watched(lambda name: None):
        story.before(root)


def _next_command(path: Path, command: Callable[[Root], object]) -> str | None:
    """The session that the next command started, if it did."""
    with Root.open(str(path)) as root, watched(lambda name: None):
        try:
            command(root)
        except RedraftError as error:
            assert error.code in ("no_active_session", "session_not_found"), error  # noqa: PT017 - it may also succeed
        return "another" if is_there(root, "another") else None


def _marker(path: Path) -> Iterator[str]:
    """Whether marker and lock file tell of different sessions."""
    told = path / layout.SESSION_LOCK
    if told.exists():
        name = json.loads(told.read_text())["active"]
        active = [each.removeprefix(layout.MARKER) for each in markers(path)]
        if active != ([plain(name)] if name else []):
            yield f"the marker is {active}, the lock file tells of {name}"


def second_recovery(path: Path) -> Sequence[str]:
    before = listing(path)
    with Root.open(str(path)) as root, watched(lambda name: None):
        report: Any = do(root, "doctor")
    if (report.found, report.repaired, report.left) != ([], [], []) or listing(path) != before:
        return [f"a second recovery changes something: {report}"]
    return []
