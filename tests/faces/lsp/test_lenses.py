"""What is shown at a session's documents: lenses, drift, and the sides for comparing."""
# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.faces.lsp.conftest import CHAPTER
from tests.faces.lsp.editor import Editor, details, file_uri, uri

from redraft.faces.lsp.dialogues.phrases import Phrases
from redraft.faces.lsp.documents import Remarks
from redraft.faces.lsp.lenses import shortened, titles

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def lenses(server: Editor, document: str) -> list[types.CodeLens]:
    params = types.CodeLensParams(types.TextDocumentIdentifier(document))
    return list(await server.text_document_code_lens_async(params) or [])


async def shown(server: Editor, document: str) -> list[str]:
    return [lens.command.title for lens in await lenses(server, document) if lens.command]


async def side(server: Editor, scheme: str, session: str, path: Path, query: str = "") -> str:
    params = types.TextDocumentContentParams(uri(session, path, f"redraft-{scheme}") + query)
    return (await server.workspace_text_document_content_async(params)).text


async def test_a_lens_carries_what_the_extension_needs(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="Lens")
    document = uri("lens", chapter)
    found = await lenses(server, document)
    assert [(lens.command.title, lens.command.command) for lens in found if lens.command] == [
        ("Record a retry", "redraft.ui.recordRetry"),
        ("Compare with global", "redraft.ui.compareWithGlobal"),
    ]
    for lens in found:
        assert lens.range.start == lens.range.end == types.Position(0, 0)
        assert lens.command is not None
        assert lens.command.arguments == (
            {"uri": document, "session": "Lens", "path": "part one/chapter-01.md"},
        )


async def test_retries_and_the_last_reason_are_shown(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="reasons")
    document = uri("reasons", chapter)
    await server.command("retry.record", filePath=str(chapter), reason="Too short")
    assert (await shown(server, document))[1] == "1 retry: Too short"
    await server.command("retry.record", filePath=str(chapter), reason="Too\n  long " + "x" * 80)
    assert (await shown(server, document))[1] == "2 retries: Too long " + "x" * 50 + "…"


async def test_retries_that_the_assistant_noticed_are_marked(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="noticed")
    document = uri("noticed", chapter)
    given = {"filePath": str(chapter), "reason": "Too flat"}
    await server.command("retry.record", **given, autoDetected=True)
    assert (await shown(server, document))[1] == "1 retry, noticed by the assistant: Too flat"
    await server.command("retry.record", **given)
    said = "2 retries, 1 noticed by the assistant: Too flat"
    assert (await shown(server, document))[1] == said
    status = await server.command("session.status")
    assert (status["retryCount"], status["autoDetectedCount"]) == (2, 1)


async def test_a_document_by_its_plain_path_in_the_session_has_lenses_too(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="plain")
    await server.write(uri("plain", chapter), b"new")
    copy = root / ".workflow" / "plain" / "files" / "part one" / "chapter-01.md"
    assert await shown(server, file_uri(copy)) == ["Record a retry", "Compare with global"]


async def test_what_is_no_sessions_document_has_no_lens(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="none")
    for document in (
        file_uri(chapter),
        uri("nobody", chapter),
        uri("none", chapter, "redraft-global"),
        uri("none", root / ".." / "elsewhere.md"),
        "untitled:Untitled-1",
        "nonsense",
    ):
        assert await shown(server, document) == [], document


async def test_drift_is_a_lens_and_an_information_while_the_document_is_open(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="drift")
    document = uri("drift", chapter)
    await server.write(document, b"mine")
    server.open(document, "mine")
    assert "Global has changed" not in await shown(server, document)
    chapter.write_bytes(b"theirs, and longer")
    server.saw((chapter, types.FileChangeType.Changed))
    await server.until(lambda: server.diagnostics.get(document))
    (diagnostic,) = server.diagnostics[document]
    assert (diagnostic.severity, diagnostic.code, diagnostic.source) == (
        types.DiagnosticSeverity.Information, "drift", "redraft"
    )  # fmt: skip
    assert "'drift'" in diagnostic.message
    assert (await shown(server, document))[-1] == "Global has changed"

    server.close(document)
    await server.until(lambda: not server.diagnostics[document])
    server.open(document, "mine")
    await server.until(lambda: server.diagnostics[document])
    chapter.write_bytes(CHAPTER)
    server.saw((chapter, types.FileChangeType.Changed))
    await server.until(lambda: not server.diagnostics[document])
    server.close(document)


async def test_lenses_are_refreshed_when_the_state_changes(server: Editor, root: Path) -> None:
    await server.command("session.start", name="fresh")
    await server.until(lambda: server.active(root) == "fresh")
    before = server.lens_refreshes
    await server.command("retry.record", filePath="notes.md", reason="no")
    await server.until(lambda: server.lens_refreshes > before)


async def test_the_sides_for_comparing_are_told_apart(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="sides")
    document = uri("sides", chapter)
    await server.write(document, b"first\r\n")
    await server.command("retry.record", filePath=str(chapter), reason="no")
    await server.write(document, b"second\r\n")
    chapter.write_bytes(b"global now\r\n")
    assert await side(server, "base", "sides", chapter) == CHAPTER.decode()
    assert await side(server, "global", "SIDES", chapter) == "global now\r\n"
    assert await side(server, "retry", "sides", chapter, "?n=1") == "first\r\n"
    new = root / "new.md"
    await server.write(uri("sides", new), b"new")
    assert await side(server, "global", "sides", new) == ""
    chapter.write_bytes(b"caf\xe9\n")
    assert await side(server, "global", "sides", chapter) == "caf\N{REPLACEMENT CHARACTER}\n"


async def test_a_side_that_reads_differently_now_is_refreshed(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="stale")
    await server.write(uri("stale", chapter), b"mine")
    await side(server, "global", "stale", chapter)
    await side(server, "base", "stale", chapter)
    server.stale_sides.clear()
    chapter.write_bytes(b"theirs")
    server.saw((chapter, types.FileChangeType.Changed))
    await server.until(lambda: server.stale_sides)
    assert server.stale_sides == [uri("stale", chapter, "redraft-global")]


async def test_a_side_that_is_not_there_is_an_error_with_its_code(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="lost")
    for scheme, session, query, code in (
        ("global", "nobody", "", "session_not_found"),
        ("retry", "lost", "?n=7", "file_not_found"),
        ("retry", "lost", "", "invalid_arguments"),
    ):
        with pytest.raises(JsonRpcException) as caught:
            await side(server, scheme, session, chapter, query)
        assert details(caught.value)["code"] == code


async def test_reasons_are_shortened_to_one_line() -> None:
    assert shortened("a\n\tb  c") == "a b c"
    assert len(shortened("word " * 40)) <= 60
    assert titles(None, Phrases()) == []
    found = Remarks("s", "a.md", 0, 0, "", drifted=True)
    assert [title for title, _ in titles(found, Phrases())] == [
        "Record a retry", "Compare with global", "Global has changed"
    ]  # fmt: skip
