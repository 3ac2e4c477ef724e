"""Editors without an extension: lenses and commands work by plain file URIs."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.faces.lsp.conftest import make_root
from tests.faces.lsp.editor import file_uri, uri
from tests.faces.lsp.wire import Wire, wire

from redraft.faces.lsp.command_ids import PLAIN, PREFIX, command_ids
from redraft.faces.lsp.lenses import COMPARE, DRIFT, RECORD, SHOW


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make_root(tmp_path / "book")


@pytest.fixture
async def client() -> AsyncIterator[Wire]:
    async with wire() as client:
        yield client


async def lens(client: Wire, command: str, **argument: Any) -> dict[str, Any]:
    return await client.ask(
        "workspace/executeCommand", {"command": command, "arguments": [argument]}
    )


async def test_the_lens_commands_are_advertised_only_to_those_who_ask(
    client: Wire, book: Path
) -> None:
    assert {RECORD, SHOW, COMPARE, DRIFT} == {PREFIX + name for name in PLAIN}
    answer = await client.initialize(book, initializationOptions={"plainLenses": True})
    provider = answer["result"]["capabilities"]["executeCommandProvider"]
    assert provider["commands"] == command_ids(plain=True)
    async with wire() as other:
        answer = await other.initialize(book)
        provider = answer["result"]["capabilities"]["executeCommandProvider"]
        assert provider["commands"] == command_ids()
        assert RECORD not in provider["commands"]


async def test_the_server_tells_how_the_same_program_serves_mcp(book: Path) -> None:
    program = [sys.executable, "-P", "-X", "utf8", "-m", "redraft"]
    async with wire(*program, "lsp") as client:
        answer = await client.initialize(book)
        assert answer["result"]["capabilities"]["experimental"] == {
            "redraft": {"mcp": [*program, "mcp"]}
        }


async def test_the_read_only_schemes_are_named_to_a_client_that_can_show_them(
    client: Wire, book: Path
) -> None:
    able: dict[str, Any] = {"workspace": {"textDocumentContent": {}}}
    answer = await client.initialize(book, capabilities=able)
    offered = answer["result"]["capabilities"]["workspace"]["textDocumentContent"]
    assert offered["schemes"] == ["redraft-base", "redraft-global", "redraft-retry"]


async def test_a_client_that_begins_no_dialogue_is_asked_nothing(client: Wire, book: Path) -> None:
    await client.initialize(book)
    for name in ("one", "two"):
        await client.answer(client.command("session.start", name=name))
    (book / "notes.md").unlink()
    await client.answer(client.command("session.commit"))
    await client.answer(client.command("session.cancel"))
    await client.leave()
    asked = {
        message["method"] for message in client.heard if "id" in message and "method" in message
    }
    assert {method for method in asked if method.startswith("redraft/")} == set()


async def test_a_server_that_is_no_verb_of_the_program_offers_no_other(
    client: Wire, book: Path
) -> None:
    answer = await client.initialize(book)
    assert answer["result"]["capabilities"]["experimental"] == {"redraft": {}}


async def test_a_plain_editor_works_with_the_files_of_the_session(client: Wire, book: Path) -> None:
    await client.initialize(
        book,
        capabilities={"window": {"showDocument": {"support": True}}},
        initializationOptions={"plainLenses": True},
    )
    await client.answer(client.command("session.start", name="vim"))
    copy = book / ".workflow" / "vim" / "files" / "notes.md"
    copy.write_bytes(b"rewritten")
    answer = await client.ask("textDocument/codeLens", {"textDocument": {"uri": file_uri(copy)}})
    found = answer["result"][0]["command"]
    assert (await lens(client, found["command"], **found["arguments"][0]))["result"]["number"] == 1
    answer = await lens(client, RECORD, uri=file_uri(copy), reason="Too dark")
    assert answer["result"]["reason"] == "Too dark"

    assert (await lens(client, SHOW, uri=file_uri(copy)))["result"] is None
    shown = await client.told("window/showDocument")
    retry = book / ".workflow" / "vim" / "human-retries" / "notes.md" / "retry-2.md"
    assert shown["uri"] == file_uri(retry)
    client.heard.clear()
    assert (await lens(client, COMPARE, uri=uri("vim", book / "notes.md")))["result"] is None
    assert (await client.told("window/showDocument"))["uri"] == file_uri(book / "notes.md")


async def test_what_there_is_nothing_to_show_of_is_an_error(client: Wire, book: Path) -> None:
    await client.initialize(book)
    await client.answer(client.command("session.start", name="vim"))
    for command, document, code in (
        (SHOW, uri("vim", book / "notes.md"), "file_not_found"),
        (COMPARE, uri("vim", book / "new.md"), "file_not_found"),
        (COMPARE, file_uri(book / "notes.md"), "invalid_arguments"),
        (RECORD, uri("vim", book / "missing.md"), "file_not_found"),
    ):
        assert (await lens(client, command, uri=document))["error"]["data"]["code"] == code
    assert (await lens(client, SHOW))["error"]["data"]["code"] == "invalid_arguments"
    assert (await lens(client, SHOW, uri=5))["error"]["data"]["code"] == "invalid_arguments"
