"""Servers, command lines and editors at one root at the same time, doing what chance says.

The whole of it, for minutes, is ``make proof PART=races``.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.recovery.racing.race import by_face, race

SECONDS = 5.0


@pytest.mark.slow
@pytest.mark.timeout(600)  # how long servers take to start says nothing about what they promise
@pytest.mark.parametrize("person", [False, True], ids=["watched", "with a person at the markers"])
def test_every_promise_holds_while_every_face_is_at_work(tmp_path: Path, person: bool) -> None:
    """Faults 11 to 15, as they are met outside: by processes, not by calls."""
    seed = random.randrange(10**6)
    outcome = race(tmp_path, SECONDS, seed, ["lsp", "mcp", "cli"], person=person)
    assert outcome.failures == [], f"seed {seed}"
    answered = by_face(outcome)
    assert set(answered) == {"LSP", "MCP", "CLI", "editor"}, f"seed {seed}"
