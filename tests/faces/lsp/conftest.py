"""One server for each module, a fresh root for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from tests.faces.lsp.editor import CONFIG, Editor, initialize

CHAPTER = b"# Chapter one\r\n\r\nIt was a dark night.\r\n"


def make_root(path: Path) -> Path:
    """A small book."""
    (path / "part one").mkdir(parents=True)
    (path / "part one" / "chapter-01.md").write_bytes(CHAPTER)
    (path / "part one" / "глава.md").write_bytes("# Глава\n".encode())
    (path / "notes.md").write_bytes(b"notes\n")
    return path.resolve()


@pytest_lsp.fixture(scope="module", config=CONFIG)  # type: ignore[untyped-decorator]  # as it is
async def server(lsp_client: Editor) -> AsyncIterator[None]:
    await lsp_client.initialize_session(initialize())
    yield
    await lsp_client.shutdown_session()


@pytest_asyncio.fixture(loop_scope="module")
async def root(server: Editor, tmp_path: Path) -> AsyncIterator[Path]:
    """A book that is the only open folder."""
    book = make_root(tmp_path / "book")
    server.snapshots.clear()
    server.changes.clear()
    server.folders(added=[book])
    await server.until(lambda: server.last(book))
    yield book
    server.folders(removed=[book])


@pytest.fixture
def chapter(root: Path) -> Path:
    return root / "part one" / "chapter-01.md"
