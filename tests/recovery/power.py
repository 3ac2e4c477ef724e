"""Power cuts: an operation's calls are recorded, and the disk has kept what it may have kept."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from tests.recovery.killing import Matrix, second_recovery
from tests.recovery.picture import litter
from tests.recovery.stories import Story, do
from tests.recovery.strikes import in_child
from tests.recovery.volatile import Disk, Kept, by_chance, up_to

from redraft.domain.root import Root

KEPT: dict[str, Callable[[Random, int], Kept]] = {
    "nothing": lambda chance, number: up_to(0),
    "all": lambda chance, number: up_to(number),
    "up to a moment": lambda chance, number: up_to(chance.randint(0, number)),
    "by chance": lambda chance, number: by_chance(chance),
}
"""What the disk kept of what was not flushed, when the power went after so many calls."""

NOT_ACTIVE_YET = {
    "start",
    "first start of all",
    "start of a temporary session",
    "resume a completed one",
}
"""What is not tried by chance: the session may be there and not be active, with nothing lost."""


class PowerCuts(Matrix):
    """A kill matrix in which the power goes: the process dies, and the disk forgets.

    Args:
        story: the operation, and what was done before it, which is on the disk.
        folder: an empty folder to work in.
        kept: what the disk keeps of what was not flushed; a name of ``KEPT``.
        seed: for what chance decides.
    """

    def __init__(self, story: Story, folder: Path, kept: str, seed: int = 0) -> None:
        self._keeps = KEPT[kept]
        self._seed = seed
        super().__init__(story, folder)

    def _tell(self, path: Path, number: int) -> bool:
        """Tell the story whole, then let the folder be what is left had the power gone before."""

        def tell() -> None:
            with Root.open(str(path)) as root:
                disk = Disk(path)
                with disk.recording():
                    self._story.act(root)
            if number <= disk.count:
                disk.lose(number, self._keeps(Random(f"{self._seed} {number}"), number))
                os.kill(os.getpid(), signal.SIGKILL)

        self._begin(path)
        return in_child(tell, path.with_suffix(".txt")) == -9

    def _tidy(self, path: Path, left: Sequence[str]) -> Iterator[str]:
        """What ``doctor`` has not mended: a lost record of who was at work leaves its rests to it.

        ``session.lock`` is for people; it is right again with the next change of the marker.
        """
        del left
        with Root.open(str(path)) as root:
            do(root, "doctor")
        yield from (f"left behind: {one}" for one in litter(path))
        yield from second_recovery(path)
