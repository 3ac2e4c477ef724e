"""After a power cut the next command finds the old state or the new, whatever the disk has kept.

Every fifth point here. The whole matrix is ``make proof PART=kills``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.recovery.killing import prepare
from tests.recovery.picture import describe
from tests.recovery.power import NOT_ACTIVE_YET, PowerCuts
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
    "complete in place",
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
@pytest.mark.parametrize("kept", ["up to a moment", "by chance"])
def test_it_does_not_matter_how_much_of_the_rest_was_kept(name: str, kept: str, home: Path) -> None:
    """With the same luck in every run: ``make proof`` draws another one."""
    if kept == "by chance" and name in NOT_ACTIVE_YET:
        pytest.skip("the session may be there and not be active")
    cuts = PowerCuts(ALL[name], home, kept, seed=len(name))
    assert cuts.strike(every_next=False, step=7).failures == []


UNORDERED = {
    "write of a deleted document": 7,
    "write that equals global": 7,
    "complete in place": 79,
    "hand a document over to a tool": 13,
}
"""Operations without a journal that rely on an order of names, and where it matters."""


@pytest.mark.parametrize("name", UNORDERED)
def test_names_of_several_folders_come_in_the_order_that_is_needed(name: str, home: Path) -> None:
    for seed in range(8):
        place = home / str(seed)
        place.mkdir()
        cuts = PowerCuts(ALL[name], place, "by chance", seed)
        assert cuts.strike(every_next=False, first=UNORDERED[name]).failures == [], seed


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
