"""Several sessions: choosing among them, ending one from the list, and two windows side by side."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.workbench import Workbench

CHAPTER = "part-1-the-lamp/chapter-01.md"


def test_the_list_of_sessions_has_counts_and_switches(editor: Workbench, book: Book) -> None:
    book.start("warmer-sea", CHAPTER)
    book.cli("retry", CHAPTER, "Too warm")
    book.cli("session", "start", "colder-sea", "More weather")
    expect(editor.status()).to_have_text("colder-sea")
    editor.command("Session: Switch to...")
    expect(editor.quick.row("colder-sea")).to_contain_text("current · 0 changes")
    expect(editor.quick.row("colder-sea")).to_contain_text("More weather")
    expect(editor.quick.row("warmer-sea")).to_contain_text("paused · 1 change · 1 retry")
    editor.quick.pick("warmer-sea")
    expect(editor.status()).to_have_text("warmer-sea  1 change, 1 retry")
    assert book.active() == ["warmer-sea"]
    assert book.touched() == []


def test_the_list_stays_open_while_a_session_is_cancelled_and_brought_back(
    editor: Workbench, book: Book
) -> None:
    book.start("warmer-sea", CHAPTER)
    book.cli("session", "start", "colder-sea")
    expect(editor.status()).to_have_text("colder-sea")
    editor.command("Session: Switch to...")
    editor.quick.press("warmer-sea", "Cancel...")
    editor.press_in_modal("Move to Trash")
    expect(editor.quick.row("warmer-sea")).to_contain_text("cancelled")
    assert book.sessions() == ["colder-sea"]
    editor.quick.press("warmer-sea", "Bring Back")
    editor.press_in_modal("Undo")
    expect(editor.quick.row("warmer-sea")).to_contain_text("paused · 1 change")
    assert book.sessions() == ["colder-sea", "warmer-sea"]
    assert book.active() == ["colder-sea"]
    assert book.touched() == []


def test_a_session_that_nobody_can_repair_is_told_and_may_be_cancelled(
    editor: Workbench, book: Book
) -> None:
    book.start("warmer-sea", CHAPTER)
    book.cli("session", "start", "colder-sea")
    journal = book.workflow / "warmer-sea" / "operation.json"
    journal.write_text("not a journal")
    expect(editor.status()).to_have_text("colder-sea  recovery needed")
    expect(editor.status()).to_have_class(re.compile("error-kind"))
    editor.command("Session: Switch to...")
    expect(editor.quick.row("warmer-sea")).to_contain_text("needs recovery")
    editor.quick.pick("warmer-sea")
    expect(editor.toast("the journal is damaged")).to_be_visible()
    editor.press_in_toast("the journal is damaged", "Cancel warmer-sea...")
    editor.press_in_modal("Move to Trash")
    expect(editor.status()).to_have_text("colder-sea")
    assert book.sessions() == ["colder-sea"]


def test_two_windows_keep_the_documents_of_their_sessions(editor: Workbench, book: Book) -> None:
    book.start("colder-sea", CHAPTER)
    expect(editor.status()).to_have_text("colder-sea  1 change")
    editor.open_file("chapter-01.md")
    expect(editor.lens("Compare with global")).to_be_visible()
    other = editor.second_window()
    expect(other.status()).to_have_text("colder-sea  1 change")
    book.start("warmer-sea", CHAPTER, add="\nWarm.\n")
    for window in (editor, other):
        expect(window.status()).to_have_text("warmer-sea  1 change")
    # The window was opened with the tabs that the first one had: documents of the other session.
    other.command("View: Close All Editors")
    expect(other.tab("chapter-01.md")).to_have_count(0)
    other.explorer_row("chapter-01.md").click()
    expect(other.lens("Compare with global")).to_be_visible()
    other.type_text("Warmer. ", line=1)
    other.save()
    editor.type_text("Colder. ", line=1)
    editor.save()
    original = book.text(CHAPTER)
    colder, warmer = (book.session_text(CHAPTER, each) for each in ("colder-sea", "warmer-sea"))
    assert colder == f"Colder. {original}\nAdded in the session.\n"
    assert warmer == f"Warmer. {original}\nWarm.\n"
    assert book.touched() == []
