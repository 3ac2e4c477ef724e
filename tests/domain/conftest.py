from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.domain.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty folder with commands."""
    made = Desk(tmp_path / "a book")
    yield made
    made.close()


@pytest.fixture
def draft(desk: Desk) -> Desk:
    """A folder with some documents and an active session named ``draft``."""
    desk.put("a.md", "one\ntwo\nthree\n")
    desk.put("part/b.md", "b\n")
    desk.put("part/sub/c.md", "c\n")
    desk.start()
    return desk
