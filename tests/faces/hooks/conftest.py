from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.domain.desk import Desk
from tests.faces.hooks.agent import Agent


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A folder with some documents and commands on it; no session."""
    made = Desk(tmp_path / "a book")
    made.put("a.md", "one\ntwo\nthree\n")
    made.put("part/b.md", "b\n")
    yield made
    made.close()


@pytest.fixture
def draft(desk: Desk) -> Desk:
    """The same with an active session named ``draft``."""
    desk.start()
    return desk


@pytest.fixture
def agent(desk: Desk) -> Agent:
    """An agent that works in the folder."""
    return Agent(desk.path)
