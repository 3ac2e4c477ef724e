"""The first look: VS Code opens on a folder, and Redraft is there."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.workbench import Workbench


def test_the_status_bar_tells_of_redraft_as_soon_as_a_folder_is_open(
    editor: Workbench, book: Book
) -> None:
    expect(editor.status()).to_be_visible()
    expect(editor.status()).to_contain_text("No session")
    assert book.touched() == []
    assert book.sessions() == []
