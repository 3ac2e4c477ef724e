"""``make proof PART=load`` at small sizes: every answer is right, every document in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.proof import load
from tests.proof.page import Options


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_answer_is_right_while_many_clients_are_at_work(tmp_path: Path) -> None:
    """Times and memory are for the whole proof; what is wrong is wrong at any size."""
    page = load.prove(Options(tmp_path, quick=True))
    assert page.failures == []
    assert set(page.pictures) == {
        f"load-{name}.svg" for name in ("files", "sessions", "changes", "memory")
    }
    for face in ("LSP", "MCP", "CLI"):
        assert f"| {face} | commit |" in page.text
