"""Snapshots for a client that asked for what it shows of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.faces.lsp.conftest import make_root
from tests.faces.lsp.editor import CONFIG, Editor, file_uri, initialize, uri

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_lsp.fixture(scope="module", config=CONFIG)  # type: ignore[untyped-decorator]  # as it is
async def shower(lsp_client: Editor) -> AsyncIterator[None]:
    """An editor that shows the state, in a language of its own."""
    params = initialize()
    texts = {
        "No session": "Keine Sitzung",
        "{0} changes": "{0} Änderungen",
        "Record a retry": "Nein",
        "No session is active.": "Keine Sitzung ist aktiv.",
    }
    params.initialization_options = {"shownState": True, "l10n": texts}
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


@pytest_asyncio.fixture(loop_scope="module")
async def book(shower: Editor, tmp_path: Path) -> AsyncIterator[Path]:
    made = make_root(tmp_path / "book")
    shower.folders(added=[made])
    await shower.until(lambda: shower.last(made))
    yield made
    shower.folders(removed=[made])


async def test_the_changes_come_when_they_or_the_drift_are_others_and_only_then(
    shower: Editor, book: Path
) -> None:
    def mine() -> list[dict[str, object]]:
        return [each for each in shower.snapshots if each["root"] == str(book)]

    assert (shower.last(book)["folders"], shower.last(book)["changes"]) == ([file_uri(book)], [])
    await shower.command("session.start", name="Draft")
    await shower.write(uri("draft", book / "notes.md"), b"mine")
    await shower.until(lambda: shower.counted(book, "changeCount") == 1)
    row = {"path": "notes.md", "kind": "modified", "drifted": False}
    assert shower.last(book)["changes"] == [row]
    await shower.command("retry.record", filePath="notes.md", reason="no")
    await shower.until(lambda: shower.counted(book, "retryCount") == 1)
    assert "changes" not in shower.last(book)
    (book / "notes.md").write_bytes(b"theirs, and longer")
    shower.saw((book / "notes.md", types.FileChangeType.Changed))
    await shower.until(lambda: shower.last(book)["drifted"])
    assert shower.last(book)["changes"] == [row | {"drifted": True}]
    revisions = [each["revision"] for each in mine()]
    assert revisions == list(range(1, len(revisions) + 1))


async def test_what_a_status_bar_says_comes_in_the_editors_language(
    shower: Editor, book: Path
) -> None:
    assert shower.last(book)["shown"]["text"] == "$(book) Keine Sitzung"
    with pytest.raises(JsonRpcException, match="No session is active"):  # errors stay English
        await shower.command("session.status")
    await shower.command("session.start", name="Draft")
    for name in ("one.md", "two.md"):
        await shower.write(uri("draft", book / name), b"new")
    await shower.until(lambda: shower.counted(book, "changeCount") == 2)
    assert shower.last(book)["shown"]["text"] == "$(book) Draft  2 Änderungen"
    params = types.CodeLensParams(types.TextDocumentIdentifier(uri("draft", book / "one.md")))
    found = await shower.text_document_code_lens_async(params) or []
    assert [lens.command.title for lens in found if lens.command] == ["Nein", "Compare with global"]


async def test_a_folder_says_its_name_where_there_are_several(
    shower: Editor, book: Path, tmp_path: Path
) -> None:
    assert "(book)" not in shower.last(book)["shown"]["tooltip"]
    other = make_root(tmp_path / "other")
    shower.folders(added=[other])
    for each in (book, other):
        name = f"({each.name})"
        await shower.until(lambda: name in shower.last(each).get("shown", {}).get("tooltip", ""))  # noqa: B023 - it is over before the next
    shower.folders(removed=[other])
    await shower.until(lambda: "(book)" not in shower.last(book)["shown"]["tooltip"])
