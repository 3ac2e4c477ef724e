"""Clocks that go back, stand still or jump while an operation runs, and between operations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from tests.recovery.picture import describe, difference, litter
from tests.recovery.stories import STORIES, Story, book, do, doc, write
from tests.recovery.strikes import watched

from redraft.domain.root import Root

_YEAR_NS = 365 * 24 * 3600 * 10**9
_BEGAN_NS = time.time_ns()
Clock = Callable[[int, int], int]
"""From the real time and the number of the look at it to the time shown."""

CLOCKS: dict[str, tuple[str, Clock]] = {
    "back": ("runs backwards, a second at each look", lambda now, look: now - look * 10**9),
    "still": ("stands still", lambda now, look: _BEGAN_NS),
    "past": ("is ten years late", lambda now, look: now - 10 * _YEAR_NS),
    "future": ("is ten years early", lambda now, look: now + 10 * _YEAR_NS),
    "jumps": (
        "jumps ten years forth and back at each look",
        lambda now, look: now + (-10 if look % 2 else 10) * _YEAR_NS,
    ),
    "first": ("stands at the beginning of its count", lambda now, look: 0),
}
"""What is said of each, and the clock."""


class Told(NamedTuple):
    """What came of all stories told by one clock."""

    clock: str
    told: int
    wrong: list[str]


@contextmanager
def showing(clock: Clock) -> Iterator[None]:
    """Let the program see this clock; the file system has its own."""
    real, looks = time.time_ns, 0

    def shown() -> int:
        nonlocal looks
        looks += 1
        return clock(real(), looks)

    with mock.patch.object(time, "time_ns", shown):
        yield


def _tell(story: Story, path: Path) -> None:
    path.mkdir(parents=True)
    book(path)
    with Root.open(str(path)) as root, watched(lambda name: None):
        story.before(root)
        story.act(root)


def tell_all(home: Path, names: list[str]) -> list[Told]:
    """Tell these stories by every clock; the outcome must be that of a right one."""
    right = {}
    for number, name in enumerate(names):
        _tell(STORIES[name], home / "right" / str(number))
        right[name] = describe(home / "right" / str(number))
    told = []
    for clock, (_, shows) in CLOCKS.items():
        wrong: list[str] = []
        for number, name in enumerate(names):
            path = home / clock / str(number)
            with showing(shows):
                _tell(STORIES[name], path)
                found = describe(path)
            odd = [*difference(found, right[name]), *litter(path)]
            wrong += [f"clock {clock}: {name}: {line}" for line in odd]
        wrong += [f"clock {clock}: {line}" for line in _lives(home / clock / "lives", shows)]
        told.append(Told(clock, len(names) + 1, wrong))
    return told


def _lives(path: Path, clock: Clock) -> Iterator[str]:
    """Names that are made from times, many in a row: none may take another's place."""
    path.mkdir(parents=True)
    book(path)
    with Root.open(str(path)) as root, watched(lambda name: None), showing(clock):
        for turn in range(4):
            do(root, "session start", name="draft")
            for text in ("x", "y"):
                write(root, "a.md", f"{text}{turn}")
                do(root, "retry", file_path="a.md", reason=text)
                do(root, "session checkpoint", label=f"{text}{turn}")
            if [one.number for one in do(root, "retry list", file_path="a.md").retries] != [1, 2]:
                yield f"turn {turn}: the numbers of the retries"
            labels = [one.label for one in do(root, "session checkpoints").checkpoints]
            if sorted(labels) != [f"x{turn}", f"y{turn}"]:
                yield f"turn {turn}: the checkpoints are {labels}"
            do(root, "session cancel" if turn % 2 else "session commit", **_how(turn))
        if (path / "a.md").read_bytes() != doc("y2"):
            yield "global is not what was committed last"
        yield from _undoes(root)


def _how(turn: int) -> dict[str, object]:
    return {} if turn % 2 else {"force": True}


def _undoes(root: Root) -> Iterator[str]:
    """An undo takes back what was done last."""
    ends = ["commit", "cancel", "commit", "commit", "cancel"]
    for number, end in enumerate(ends):
        do(root, "session start", name=f"end-{number}")
        write(root, f"{number}.md", "new")
        do(root, f"session {end}", **({"force": True} if end == "commit" else {}))
    undone = [do(root, "session undo").session for _ in ends]
    if undone != [f"end-{number}" for number in reversed(range(len(ends)))]:
        yield f"undone in this order: {undone}"
    do(root, "session switch", name="end-0")
    kept = do(root, "session checkpoint", label="1")
    write(root, "0.md", "newer")
    do(root, "session restore", id=kept.id)
    do(root, "session undo")
    if do(root, "read", path="0.md").content != doc("newer").decode():
        yield "a restore is not undone first"
