"""Names and paths in every bad form."""

from __future__ import annotations

import pytest
from tests.malice.matrix import Bench
from tests.malice.spellings import spellings, try_spellings

from redraft.commands.table import COMMANDS


@pytest.mark.slow
def test_no_name_and_no_path_leads_out_or_breaks_a_command(bench: Bench) -> None:
    """Faults 7, 9, 17, 18 and 23."""
    outcome = try_spellings(bench)
    assert outcome.failures == []
    refusals = ("invalid_arguments", "invalid_session_name", "path_outside_root", "protected_path")
    assert min(outcome.answers[code] for code in (*refusals, "done")) > 10


def test_every_command_is_asked_in_every_form(bench: Bench) -> None:
    assert {ask.verb for ask in spellings(bench.template)} == {c.verb for c in COMMANDS}
