"""Records edited by hand: nothing they say leads out, and nothing they are breaks a command."""

from __future__ import annotations

import pytest
from tests.malice.contents import RECORDS, WAYS_OUT, contents
from tests.malice.matrix import Bench
from tests.malice.trial import Outcome

_ONE_OF = 23


@pytest.mark.slow
def test_no_record_leads_out_or_breaks_a_command(bench: Bench) -> None:
    """Faults 7, 13, 17, 18 and 28: a cut through all records; ``make proof`` tries each."""
    whole = Outcome()
    for number, content in enumerate(contents()):
        if number % _ONE_OF == 0 and "MB" not in content.name:
            whole.add(bench.try_case(content))
    assert whole.failures == []
    assert whole.answers["done"] > 500
    assert whole.answers["session_crashed"] > 5


@pytest.mark.parametrize(
    "name",
    [
        "unmark 'x/../../../outside/victim' as its first",
        "mark 'x/../../../outside/fresh' as its second",
        "retries_archive '../outside/twin/.workflow/draft'",
        "folder '../outside/twin/.workflow/draft'",
        "a record that cuts a name in two",
    ],
)
def test_a_way_out_that_once_was_open_is_closed(bench: Bench, name: str) -> None:
    """Faults 7 and 17: by a journal, an undo record and a lock's record that somebody edited."""
    [content] = [each for each in contents() if each.name == name]
    assert bench.try_case(content).failures == []


def test_every_record_and_every_way_out_is_tried() -> None:
    made = list(contents())
    assert {each.place.path for each in made} == set(RECORDS)
    assert all(any(repr(way) in each.name for each in made) for way in WAYS_OUT)
