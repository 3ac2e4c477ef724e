"""After a power cut the next command finds the old state or the new, whatever the disk has kept.

Every fifth point here. The whole matrix is ``make proof PART=kills``.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.recovery.killing import prepare
from tests.recovery.picture import describe
from tests.recovery.power import PowerCuts
from tests.recovery.stories import CONTINUED, STORIES, do
from tests.recovery.strikes import in_child, watched
from tests.recovery.volatile import Disk, up_to

from redraft.domain.root import Root

ALL = STORIES | CONTINUED
LASTING = [
    "first start of all",
    "start",
    "switch",
    "commit with a merge",
    "commit of paths",
    "cancel",
    "cancel without retries",
    "undo of a commit",
    "undo of a cancel",
]
"""What is on the disk once it is told to be done."""


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_a_power_cut_leaves_the_old_state_or_the_new(name: str, home: Path) -> None:
    outcome = PowerCuts(ALL[name], home, "nothing").strike(every_next=False, step=5)
    assert outcome.failures == []
    assert outcome.points > 1


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ALL)[::3])
def test_it_does_not_matter_how_much_of_the_rest_was_kept(name: str, home: Path) -> None:
    seed = random.randrange(10**6)
    cuts = PowerCuts(ALL[name], home, "up to a moment", seed)
    assert cuts.strike(every_next=False, step=7).failures == [], f"seed {seed}"


@pytest.mark.parametrize("name", LASTING)
def test_what_was_told_to_be_done_is_on_the_disk(name: str, home: Path) -> None:
    """The power goes right after the answer, and nothing stays that was not flushed."""
    story, path = STORIES[name], home / "struck"
    for place in (home / "new", path):
        prepare(story, place)
    with Root.open(str(home / "new")) as root, watched(lambda _: None):
        story.act(root)

    def tell() -> None:
        with Root.open(str(path)) as root:
            disk = Disk(path)
            with disk.recording():
                story.act(root)
        disk.lose(disk.count, up_to(0))

    assert in_child(tell, path.with_suffix(".txt")) == 0
    with Root.open(str(path)) as root:
        do(root, "doctor")
    assert describe(path) == describe(home / "new")
