"""Power cuts: an operation's calls are recorded, and the disk has kept what it may have kept."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.recovery.killing import Matrix
from tests.recovery.stories import Story
from tests.recovery.strikes import in_child
from tests.recovery.volatile import Disk, Kept, everything, names_alone, nothing, some

from redraft.domain.root import Root

KEPT: dict[str, Callable[[Random], Kept]] = {
    "nothing": lambda chance: nothing(),
    "names alone": lambda chance: names_alone(),
    "everything": lambda chance: everything(),
    "this and that": some,
}
"""What the disk may have kept of all that was not flushed."""


class PowerCuts(Matrix):
    """A kill matrix in which the system dies with the process.

    Args:
        story: the operation, and what was done before it, which is on the disk.
        folder: an empty folder to work in.
        kept: what the disk keeps of what was not flushed; a name of ``KEPT``.
        seed: for what chance decides.
    """

    def __init__(self, story: Story, folder: Path, kept: str, seed: int = 0) -> None:
        self._kept_how = kept
        self._seed = seed
        super().__init__(story, folder)

    def _tell(self, path: Path, number: int) -> bool:
        answered = path.with_suffix(".answered")

        def tell() -> None:
            with Root.open(str(path)) as root:
                disk = Disk(path)
                with disk.recording():
                    self._story.act(root)
            if number <= disk.count:
                if number == disk.count:
                    answered.touch()
                chance = Random(f"{self._seed} {number}")
                disk.lose(number, KEPT[self._kept_how](chance))
                os.kill(os.getpid(), signal.SIGKILL)

        self._begin(path)
        return in_child(tell, path.with_suffix(".txt")) == -9

    def _judge(self, path: Path, name: str) -> tuple[int | None, list[str]]:
        state, wrong = super()._judge(path, name)
        if (
            state == 0
            and path.with_suffix(".answered").exists()
            and self._states[0] != self._states[1]
        ):
            wrong.append("it was answered, and is not on the disk")
        return state, wrong
