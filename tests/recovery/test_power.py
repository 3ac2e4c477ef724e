"""After a power cut the next command finds the old state or the new, whatever the disk has kept.

Every fifth point here. The whole matrix is ``make proof PART=kills``.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.recovery.power import PowerCuts
from tests.recovery.stories import CONTINUED, STORIES

ALL = STORIES | CONTINUED


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
