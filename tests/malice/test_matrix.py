"""A folder from a stranger: whatever lies wherever, nothing outside of it is read or touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.malice.courses import AFTERWARDS, COURSES
from tests.malice.ground import SECRET, Ground, age
from tests.malice.kinds import KINDS
from tests.malice.matrix import Bench
from tests.malice.places import PLACES
from tests.malice.trial import Outcome, in_child, picture, try_course

from redraft.commands.table import COMMANDS
from redraft.domain import layout

_ONE_OF = 17


@pytest.mark.slow
def test_nothing_outside_is_read_or_touched(bench: Bench) -> None:
    """Faults 7, 17, 18 and 19: a cut through all cases; ``make proof`` tries each."""
    whole = Outcome()
    for case in bench.cases(_ONE_OF):
        whole.add(bench.try_case(case))
    assert whole.failures == []
    assert whole.answers["done"] > 500
    assert whole.answers["io_error"] > 10


def test_every_command_is_asked() -> None:
    asked = {ask.verb for course in (*COURSES.values(), AFTERWARDS) for ask in course}
    assert asked == {command.verb for command in COMMANDS}


def test_every_place_of_the_layout_is_tried() -> None:
    """A new place must be added to the table, or this fails."""
    constants = {
        key: value
        for key, value in vars(layout).items()
        if key.isupper() and isinstance(value, str) and not key.startswith("_")
    }
    parts = {part for place in PLACES for part in place.path.split("/")}
    missing = {
        key
        for key, value in constants.items()
        if value.rpartition("/")[2] not in parts and key != "MARKER"
    }
    assert missing == set()


def test_a_cut_holds_every_place_and_every_kind(bench: Bench) -> None:
    cases = list(bench.cases())
    assert {case.place for case in cases} == set(PLACES)
    fitting = {kind.name for kind in KINDS if bench.devices or kind.name != "device"}
    assert {case.kind.name for case in cases} == fitting


def _keep(ground: Ground) -> None:
    (ground.root / layout.session_folder("draft") / "files" / "leak.md").write_text(SECRET)


def test_a_leak_is_seen(bench: Bench, memory: Path) -> None:
    """The trial itself can fail."""
    clean = in_child(
        lambda: try_course(bench.template.copy(memory / "one"), lambda _: None, "look")
    )
    assert clean.failures == []
    leaking = in_child(lambda: try_course(bench.template.copy(memory / "two"), _keep, "look"))
    assert "files/leak.md tells the secret" in " ".join(leaking.failures)
    assert "the answer tells the secret" in " ".join(leaking.failures)


@pytest.mark.parametrize("touch", ["read_bytes", "unlink"])
def test_a_touch_outside_is_seen(bench: Bench, touch: str) -> None:
    age(bench.template.beyond)
    before = picture(bench.template.beyond, shared=False)
    victim = bench.template.outside / "victim"
    getattr(victim, touch)()
    after = picture(bench.template.beyond, shared=False)
    victim.write_text(SECRET)
    assert before[str(victim)] != after[str(victim)]


def test_a_trial_that_hangs_or_dies_is_told() -> None:
    def die() -> Outcome:
        raise SystemExit(1)

    assert any("SystemExit" in line for line in in_child(die).failures)
