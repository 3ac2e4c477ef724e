"""Sessions that another process ends or brings back while documents of theirs are open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import groupby
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from lsprotocol import types
from tests.faces.lsp.conftest import make_root
from tests.faces.lsp.editor import CONFIG, Editor, elsewhere, initialize, uri

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATED, CHANGED, DELETED = types.FileChangeType
ENDS = {
    "commit": ("session", "commit", "Aside", "--force"),
    "cancel": ("session", "cancel", "Aside"),
    "complete": ("session", "complete", "Aside"),
    "complete in place": ("session", "complete", "Aside", "--no-archive"),
}


@pytest_lsp.fixture(scope="module", config=CONFIG)  # type: ignore[untyped-decorator]  # as it is
async def watcher(lsp_client: Editor) -> AsyncIterator[None]:
    """An editor that can watch files: without its word the server looks each five seconds."""
    await lsp_client.initialize_session(initialize(watchers=True))
    yield
    await lsp_client.shutdown_session()


@pytest_asyncio.fixture(loop_scope="module")
async def watched(watcher: Editor, tmp_path: Path) -> AsyncIterator[Path]:
    book = make_root(tmp_path / "watched")
    watcher.snapshots.clear()
    watcher.changes.clear()
    watcher.folders(added=[book])
    await watcher.until(lambda: watcher.last(book))
    yield book
    watcher.folders(removed=[book])


async def aside(editor: Editor, root: Path) -> str:
    """A document that is open, of a session that is not active; as URI libraries spell it."""
    await editor.command("session.start", name="Aside")
    await editor.write(uri("aside", root / "notes.md"), b"aside")
    await editor.command("session.start", name="front")
    document = uri("aside", root / "notes.md")
    editor.open(document, "aside")
    await editor.until(lambda: editor.active(root) == "front")
    editor.changes.clear()
    return document


def whole(editor: Editor, root: Path) -> list[tuple[str, str]]:
    """What was told of whole sessions that came or went, in order."""
    return [
        (change["uri"].removeprefix("redraft://").partition("/")[0].lower(), change["type"])
        for change in editor.changes
        if change["uri"].endswith(f"/{root.name}") and change["type"] != "changed"
    ]


@pytest.mark.parametrize("words", ENDS.values(), ids=list(ENDS))
async def test_the_end_of_a_session_that_is_not_active_is_told_without_watchers(
    server: Editor, root: Path, words: tuple[str, ...]
) -> None:
    document = await aside(server, root)
    await elsewhere(root, *words)
    await server.until(lambda: whole(server, root))
    assert whole(server, root) == [("aside", "deleted")]
    assert server.active(root) == "front"
    server.close(document)


async def test_its_end_and_its_return_are_told_through_the_watchers(
    watcher: Editor, watched: Path
) -> None:
    document = await aside(watcher, watched)
    folder = watched / ".workflow" / "Aside"
    await elsewhere(watched, "session", "cancel", "Aside")
    watcher.saw((folder, DELETED))
    await watcher.until(lambda: whole(watcher, watched))
    await elsewhere(watched, "session", "undo", "Aside")
    watcher.saw((folder, CREATED))
    await watcher.until(lambda: len(whole(watcher, watched)) > 1)
    assert whole(watcher, watched) == [("aside", "deleted"), ("aside", "created")]
    assert await watcher.read(document) == b"aside"
    watcher.close(document)


async def test_the_end_and_the_return_of_the_active_session_are_told(
    server: Editor, root: Path
) -> None:
    await server.command("session.start", name="front")
    await server.until(lambda: server.active(root) == "front")
    server.changes.clear()
    await elsewhere(root, "session", "cancel")
    await server.until(lambda: server.active(root) is None)
    await server.until(lambda: whole(server, root) == [("front", "deleted")])
    await elsewhere(root, "session", "undo")
    await server.until(lambda: ("front", "created") in whole(server, root))


async def test_the_active_session_ends_while_another_becomes_active(
    watcher: Editor, watched: Path
) -> None:
    document = await aside(watcher, watched)
    await elsewhere(watched, "session", "cancel")
    await elsewhere(watched, "session", "switch", "Aside")
    watcher.saw((watched / ".workflow" / "front", DELETED))
    await watcher.until(lambda: watcher.active(watched) == "Aside")
    shown = {"uri": uri("Aside", watched), "type": "changed"}
    await watcher.until(lambda: shown in watcher.changes)
    assert whole(watcher, watched) == [("front", "deleted")]
    watcher.close(document)


async def test_a_clients_own_end_of_a_session_is_told_once(server: Editor, root: Path) -> None:
    document = await aside(server, root)
    await server.command("session.cancel", session="Aside")
    await server.until(lambda: whole(server, root))
    await server.command("session.undo")
    await server.until(lambda: ("aside", "created") in whole(server, root))
    await server.write(document, b"more")
    await server.until(lambda: {"uri": document, "type": "changed"} in server.changes)
    await elsewhere(root, "session", "pause")
    await server.until(lambda: server.active(root) is None)
    assert [one for one, _ in groupby(whole(server, root))] == [
        ("aside", "deleted"),
        ("aside", "created"),
    ]
    assert whole(server, root).count(("aside", "deleted")) == 1
    server.close(document)


async def test_a_document_of_a_session_long_gone_is_told_so_when_it_is_looked_at(
    server: Editor, root: Path
) -> None:
    """A window that is opened again may show documents of a session that ended meanwhile."""
    document = uri("gone", root / "notes.md")
    server.open(document, "text")
    await elsewhere(root, "session", "start", "front")
    await server.until(lambda: whole(server, root) == [("gone", "deleted")])
    server.close(document)
