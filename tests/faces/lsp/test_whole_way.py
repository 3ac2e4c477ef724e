"""From the first word to the file on disk: what an editor does in an ordinary session."""
# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faces.lsp.conftest import CHAPTER
from tests.faces.lsp.editor import Editor, uri

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_chapter_is_rewritten_in_a_session_and_committed(
    server: Editor, root: Path, chapter: Path
) -> None:
    started = await server.command("session.start", name="darker", description="A darker ending")
    assert (started["session"], started["status"], started["changeCount"]) == (
        "darker",
        "ACTIVE",
        0,
    )

    document = uri("darker", chapter)
    await server.write(document, b"# Chapter one\r\n\r\nIt was darker still.\r\n")
    assert await server.read(document) == b"# Chapter one\r\n\r\nIt was darker still.\r\n"
    assert chapter.read_bytes() == CHAPTER

    preview = await server.command("session.commit")
    assert preview["executed"] is False
    assert [(file["path"], file["kind"], file["state"]) for file in preview["files"]] == [
        ("part one/chapter-01.md", "modified", "clean")
    ]
    done = await server.command("session.commit", force=True, preview=preview["preview"])
    assert (done["executed"], done["modified"]) == (True, ["part one/chapter-01.md"])
    assert chapter.read_bytes() == b"# Chapter one\r\n\r\nIt was darker still.\r\n"


async def test_each_step_is_told_in_one_whole_snapshot(
    server: Editor, root: Path, chapter: Path
) -> None:
    assert server.last(root) == {
        "root": str(root),
        "active": None,
        "changesDigest": "",
        "drifted": [],
        "crashed": [],
        "revision": 1,
    }
    await server.command("session.start", name="told")
    await server.until(lambda: server.active(root) == "told")
    await server.write(uri("told", chapter), b"new")
    await server.until(lambda: server.counted(root, "changeCount") == 1)
    await server.command("retry.record", filePath="part one/chapter-01.md", reason="Too short")
    await server.until(lambda: server.counted(root, "retryCount") == 1)
    await server.command("session.pause")
    await server.until(lambda: server.active(root) is None)
    mine = [snapshot for snapshot in server.snapshots if snapshot["root"] == str(root)]
    revisions = [snapshot["revision"] for snapshot in mine]
    assert revisions == list(range(1, len(revisions) + 1))
