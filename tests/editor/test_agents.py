"""What VS Code's agent mode is offered."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.conftest import Opens
from tests.editor.waiting import eventually


def test_the_projects_mcp_server_stands_in_the_list_and_starts(
    editor_factory: Opens, book: Book
) -> None:
    book.start("colder-sea")
    # Without the editor's own assistant there is no agent mode, and nobody to offer it to.
    editor = editor_factory(book, settings={"chat.disableAIFeatures": False})
    expect(editor.status()).to_contain_text("colder-sea")

    editor.command("MCP: List Servers")
    editor.quick.pick("Redraft")
    editor.quick.pick("Start Server")

    # The root is said: a working folder alone stands for the nearest folder above with sessions.
    asked = f" mcp --root {book.root}"
    eventually(lambda: editor.server.processes(asked), "the server of this folder runs")
    assert book.touched() == []
