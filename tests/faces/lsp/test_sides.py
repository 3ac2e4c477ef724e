"""The sides for comparing as files, for a client that asked for them: pictures are no text."""
# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from lsprotocol import types
from tests.faces.lsp.conftest import CHAPTER, make_root
from tests.faces.lsp.editor import CONFIG, Editor, initialize, uri

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_lsp.fixture(scope="module", config=CONFIG)  # type: ignore[untyped-decorator]  # as it is
async def viewer(lsp_client: Editor) -> AsyncIterator[None]:
    """An editor that reads the sides as files."""
    params = initialize()
    params.initialization_options = {"sidesAsFiles": True}
    answer = await lsp_client.initialize_session(params)
    # Else it would have two sources for one document.
    assert answer.capabilities.workspace is not None
    assert answer.capabilities.workspace.text_document_content is None
    yield
    await lsp_client.shutdown_session()


@pytest_asyncio.fixture(loop_scope="module")
async def chapter(viewer: Editor, tmp_path: Path) -> AsyncIterator[Path]:
    """A document of a book that is the only open folder, changed in the session `sides`."""
    book = make_root(tmp_path / "book")
    viewer.folders(added=[book])
    await viewer.until(lambda: viewer.last(book))
    await viewer.command("session.start", name="sides")
    made = book / "part one" / "chapter-01.md"
    await viewer.write(uri("sides", made), b"mine")
    yield made
    viewer.folders(removed=[book])


async def test_a_side_has_the_time_at_which_its_version_came_there(
    viewer: Editor, chapter: Path
) -> None:
    # A client reads anew what has another time or size, and a version may be as long as another.
    place = uri("sides", chapter, "redraft-global")
    before = await viewer.fs("stat", uri=place)
    assert (before["type"], before["size"], before["permissions"]) == ("file", len(CHAPTER), 1)
    assert before["mtime"] == chapter.stat().st_ctime_ns // 1_000_000
    await viewer.command("retry.record", filePath=str(chapter), reason="no")
    for place, size in (
        (uri("sides", chapter, "redraft-base"), len(CHAPTER)),
        (f"{uri('sides', chapter, 'redraft-retry')}?n=1", len(b"mine")),
    ):
        found = await viewer.fs("stat", uri=place)
        assert found["size"] == size
        assert found["mtime"] > 0
    absent = uri("sides", chapter.parent / "new.md", "redraft-global")
    found = await viewer.fs("stat", uri=absent)
    assert (found["type"], found["size"], found["mtime"]) == ("file", 0, 0)


async def test_a_side_that_was_read_and_reads_differently_now_is_told_as_a_changed_file(
    viewer: Editor, chapter: Path
) -> None:
    place = uri("sides", chapter, "redraft-global")
    assert await viewer.read(place) == CHAPTER
    assert await viewer.read(uri("sides", chapter, "redraft-base")) == CHAPTER
    viewer.changes.clear()
    chapter.write_bytes(b"theirs")
    viewer.saw((chapter, types.FileChangeType.Changed))
    await viewer.until(lambda: {"uri": place, "type": "changed"} in viewer.changes)
    assert await viewer.read(place) == b"theirs"
    told = [each["uri"] for each in viewer.changes if each["uri"].startswith("redraft-")]
    assert told == [place]
    assert viewer.stale_sides == []
