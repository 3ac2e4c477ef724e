"""A client that asked for it has its search led to the active session, whoever changed that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from tests.faces.lsp.conftest import make_root
from tests.faces.lsp.editor import CONFIG, PATIENCE_S, Editor, elsewhere, initialize, uri

from redraft.domain import layout

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_lsp.fixture(scope="module", config=CONFIG)  # type: ignore[untyped-decorator]  # as it is
async def searcher(lsp_client: Editor) -> AsyncIterator[None]:
    """An editor whose search is to follow the active session."""
    params = initialize()
    params.initialization_options = {"searchable": True}
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


@pytest_asyncio.fixture(loop_scope="module")
async def book(searcher: Editor, tmp_path: Path) -> AsyncIterator[Path]:
    made = make_root(tmp_path / "searched")
    searcher.folders(added=[made])
    await searcher.until(lambda: searcher.last(made))
    yield made
    searcher.folders(removed=[made])


async def seen(holds: Callable[[], object]) -> None:
    """Wait until something can be seen on disk."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - the disk tells nobody
            await asyncio.sleep(0.01)


def searched(book: Path) -> str:
    """The session whose copies a search finds, or nothing."""
    try:
        rules = (book / layout.IGNORE).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return ""
    return rules[2].strip("!/")


async def test_the_search_follows_this_clients_commands(searcher: Editor, book: Path) -> None:
    assert searched(book) == ""
    await searcher.command("session.start", name="one")
    await seen(lambda: searched(book) == "one")
    await searcher.command("session.start", name="two")
    await seen(lambda: searched(book) == "two")
    await searcher.command("session.cancel")
    await seen(lambda: searched(book) == "")


async def test_the_search_follows_other_processes_and_hands(searcher: Editor, book: Path) -> None:
    await elsewhere(book, "session", "start", "one")
    await seen(lambda: searched(book) == "one")
    await elsewhere(book, "session", "start", "two")
    await seen(lambda: searched(book) == "two")
    (book / ".workflow" / ".active-two").rename(book / ".workflow" / ".active-one")
    await seen(lambda: searched(book) == "one")
    (book / ".workflow" / ".active-one").unlink()
    await seen(lambda: searched(book) == "")


async def test_rules_that_cannot_be_written_stop_nothing(searcher: Editor, book: Path) -> None:
    await searcher.command("session.start", name="one")
    await seen(lambda: searched(book) == "one")
    await elsewhere(book, "session", "pause")
    await seen(lambda: searched(book) == "")
    (book / layout.IGNORE).symlink_to("nowhere")
    await searcher.command("session.resume", name="one")
    await searcher.write(uri("one", book / "notes.md"), b"still works")
    await searcher.until(lambda: searcher.counted(book, "changeCount") == 1)
    assert (book / layout.IGNORE).is_symlink()


async def test_a_client_that_did_not_ask_leaves_the_search_alone(
    server: Editor, root: Path
) -> None:
    await server.command("session.start", name="one")
    await server.until(lambda: server.active(root) == "one")
    await server.write(uri("one", root / "notes.md"), b"text")
    await server.until(lambda: server.counted(root, "changeCount") == 1)
    assert not (root / layout.IGNORE).exists()
