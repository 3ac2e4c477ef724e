"""Several roots, folders that come and go, folders inside folders, folders behind links."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pygls.exceptions import JsonRpcException
from tests.faces.lsp.conftest import make_root
from tests.faces.lsp.editor import Editor, details, file_uri, uri

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def other(server: Editor, root: Path, tmp_path: Path) -> AsyncIterator[Path]:
    """A second book beside the first."""
    book = make_root(tmp_path / "other book")
    server.folders(added=[book])
    await server.until(lambda: server.last(book))
    yield book
    server.folders(removed=[book])


async def refusal(request: object) -> str:
    with pytest.raises(JsonRpcException) as caught:
        await request  # type: ignore[misc]  # a future of any result
    return str(details(caught.value)["code"])


async def test_each_root_has_its_own_sessions(server: Editor, root: Path, other: Path) -> None:
    await server.command("session.start", name="same", root=str(root))
    await server.command("session.start", name="same", root=file_uri(other))
    await server.write(uri("same", root / "notes.md"), b"in the first")
    await server.write(uri("same", other / "notes.md"), b"in the other")
    assert await server.read(uri("same", root / "notes.md")) == b"in the first"
    assert await server.read(uri("same", other / "notes.md")) == b"in the other"
    await server.until(lambda: server.active(root) == server.active(other) == "same")


async def test_with_several_roots_a_command_must_say_which(
    server: Editor, root: Path, other: Path
) -> None:
    assert await refusal(server.command("session.list")) == "invalid_arguments"
    assert await refusal(server.command("session.list", root="/nowhere")) == "invalid_arguments"
    assert (await server.command("session.list", root=str(other)))["root"] == str(other)


async def test_the_root_that_holds_the_named_document_is_meant(
    server: Editor, root: Path, other: Path
) -> None:
    assert (await server.command("resolve", path=str(other / "notes.md")))["root"] == str(other)
    await server.command("session.start", name="held", root=str(other))
    kept = await server.command(
        "retry.record", filePath=uri("held", other / "notes.md"), reason="no"
    )
    assert (kept["root"], kept["session"]) == (str(other), "held")
    line = f'retry "{other}/notes.md" "again"'
    assert (await server.command("run", line=line))["result"]["number"] == 2


async def test_a_document_is_not_moved_between_roots_or_sessions(
    server: Editor, root: Path, other: Path
) -> None:
    await server.command("session.start", name="here", root=str(root))
    await server.command("session.start", name="here", root=str(other))
    await server.command("session.start", name="there", root=str(root))
    for target in (uri("there", root / "new.md"), uri("here", other / "new.md")):
        code = await refusal(
            server.fs(
                "rename", oldUri=uri("here", root / "notes.md"), newUri=target, overwrite=False
            )
        )
        assert code == "NoPermissions"


async def test_a_folder_that_is_closed_is_served_no_more(
    server: Editor, root: Path, other: Path
) -> None:
    await server.command("session.start", name="gone", root=str(other))
    server.folders(removed=[other])
    assert await refusal(server.read(uri("gone", other / "notes.md"))) == "NoPermissions"
    assert (await server.command("session.list"))["root"] == str(root)
    server.folders(added=[other])
    assert await server.read(uri("gone", other / "notes.md")) == b"notes\n"


async def test_a_folder_closed_and_opened_in_one_breath_stays_usable(
    server: Editor, root: Path
) -> None:
    await server.command("session.start", name="breath")
    for _ in range(30):
        reads = [server.read(uri("breath", root / "notes.md")) for _ in range(4)]
        answers = asyncio.gather(*reads)
        await asyncio.sleep(0)  # lets the loop take one turn; nothing is waited for
        server.folders(removed=[root])
        server.folders(added=[root])
        assert await server.read(uri("breath", root / "notes.md")) == b"notes\n"
        assert await answers == [b"notes\n"] * 4


async def test_a_folder_inside_another_may_be_a_root_of_its_own(server: Editor, root: Path) -> None:
    inner = make_root(root / "inner")
    server.folders(added=[inner])
    await server.until(lambda: server.last(inner))
    await server.command("session.start", name="outside", root=str(root))
    await server.command("session.start", name="inside", root=str(inner))
    document = inner / "notes.md"
    await server.write(uri("outside", document), b"outside")
    await server.write(uri("inside", document), b"inside")
    assert await server.read(uri("outside", document)) == b"outside"
    assert await server.read(uri("inside", document)) == b"inside"
    outer = await server.command("session.status", root=str(root))
    assert outer["changes"]["modified"] == ["inner/notes.md"]
    server.folders(removed=[inner])


async def test_a_folder_opened_through_a_link_is_spelled_as_the_editor_spells_it(
    server: Editor, root: Path, tmp_path: Path
) -> None:
    target = make_root(tmp_path / "target")
    link = tmp_path / "link"
    link.symlink_to(target)
    server.folders(added=[link])
    await server.until(lambda: server.last(target))
    await server.command("session.start", name="linked", root=str(link))
    server.changes.clear()
    await server.write(uri("linked", link / "notes.md"), b"by the link")
    assert await server.read(uri("linked", target / "notes.md")) == b"by the link"
    told = {"uri": uri("linked", link / "notes.md"), "type": "changed"}
    await server.until(lambda: told in server.changes)
    server.folders(removed=[link])
