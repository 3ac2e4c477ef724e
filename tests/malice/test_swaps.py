"""A link swapped in between check and use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.malice.ground import SECRET
from tests.malice.matrix import Bench
from tests.malice.swaps import SWAPPED, Swapper, races, run_race
from tests.malice.trial import Outcome

_ONE_OF = 11


@pytest.mark.slow
def test_a_link_swapped_in_leads_nowhere(bench: Bench) -> None:
    """Faults 17 and 19: a cut through all races; ``make proof`` runs each, again and again."""
    whole = Outcome()
    cut = [race for number, race in enumerate(races()) if number % _ONE_OF == 0]
    assert {race.place for race in cut} == set(SWAPPED)
    for race in cut:
        whole.add(run_race(bench, race))
    assert whole.failures == []
    assert whole.answers["swaps"] > len(cut)
    assert whole.answers["done"] > len(cut)


def test_a_program_that_looks_and_then_opens_is_caught(tmp_path: Path) -> None:
    """The race can be lost: who asks whether it is a link, and then opens it, reads the secret."""
    (tmp_path / "outside").write_text(SECRET)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "spare").symlink_to(tmp_path / "outside")
    swapper = Swapper(tmp_path / "file", tmp_path / "spare")
    told = ""
    try:
        while told != SECRET:
            if not os.path.islink(tmp_path / "file"):
                told = (tmp_path / "file").read_text()
    finally:
        assert swapper.stop() > 0
