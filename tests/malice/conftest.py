from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.malice.ground import in_memory
from tests.malice.matrix import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Where trials are made; shared by the tests of a file, for it takes a while to set up."""
    with in_memory(tmp_path_factory.mktemp("malice")) as folder:
        yield Bench(folder)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """An empty folder that no disk slows down."""
    with in_memory(tmp_path) as folder:
        yield folder
