"""The language server is killed: what was typed is kept, and the work goes on."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.workbench import Workbench

CHAPTER = "part-1-the-lamp/chapter-01.md"
SESSION = "colder-sea"


def test_killed_in_the_middle_of_an_edit_nothing_is_lost(editor: Workbench, book: Book) -> None:
    book.start(SESSION, CHAPTER)
    before = book.session_text(CHAPTER, SESSION)
    expect(editor.status()).to_have_text("colder-sea  1 change")
    editor.open_file("chapter-01.md")
    expect(editor.lens("Record a retry")).to_be_visible()
    editor.type_text("Before the end. ", line=1)
    editor.server.kill("redraft lsp")
    editor.page.keyboard.type("After it. ")
    editor.save()
    assert book.session_text(CHAPTER, SESSION) == f"Before the end. After it. {before}"
    expect(editor.status()).to_have_text("colder-sea  1 change")
    editor.lens("Record a retry").click()
    editor.quick.wait(title="Record a Retry of chapter-01.md")
    editor.quick.accept("The lenses are back")
    expect(editor.lens("1 retry: The lenses are back")).to_be_visible()
    assert book.touched() == []


def test_killed_again_and_again_it_stops_and_says_so_until_it_is_restarted(
    editor: Workbench, book: Book
) -> None:
    book.start(SESSION, CHAPTER)
    for _ in range(4):
        expect(editor.status()).to_have_text("colder-sea  1 change")
        editor.server.kill("redraft lsp")
        expect(editor.status()).to_have_text("Redraft")
    expect(editor.status()).to_have_text("colder-sea  1 change")
    editor.server.kill("redraft lsp")
    expect(editor.status()).to_have_text("Redraft stopped")
    editor.press_in_toast("Your sessions are safe on disk", "Restart")
    expect(editor.status()).to_have_text("colder-sea  1 change")
    assert book.active() == [SESSION]
