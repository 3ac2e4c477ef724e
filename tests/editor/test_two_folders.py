"""A window with two folders: a command is about the one that it was meant for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from tests.editor.books import Book
from tests.editor.conftest import Opens
from tests.editor.documents import expect_version
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

SESSION = "Colder-Sea"
ONE = "part-1-the-lamp/chapter-01.md"
TWO = "part-1-the-lamp/chapter-02.md"


@pytest.fixture
def second(short_path: Path) -> Book:
    """A second folder, with a session of the same name as the first one's."""
    made = Book(short_path / "second")
    made.start(SESSION, TWO)
    return made


@pytest.fixture
def window(editor_factory: Opens, book: Book, second: Book, short_path: Path) -> Workbench:
    """A window with both folders in it."""
    book.start(SESSION, ONE)
    file = short_path / "both.code-workspace"
    file.write_text(json.dumps({"folders": [{"path": each.root.name} for each in (book, second)]}))
    opened = editor_factory(book, workspace=file)
    expect(opened.status()).to_contain_text("1 change")
    return opened


def test_the_buttons_of_one_folder_leave_the_other_one_alone(
    window: Workbench, book: Book, second: Book
) -> None:
    window.open_file(str(book.path(ONE)))
    expect_version(window, ONE, SESSION)
    window.type_text("Not saved. ", line=1)
    window.show_source_control()
    title = window.scm_row("second").first
    title.hover()
    title.get_by_role("button", name="Commit...").click()
    expect(window.modal).to_contain_text("Commit 1 document of session Colder-Sea in second?")
    window.press_in_modal("Commit")
    expect(window.toast("Committed 1 document of session Colder-Sea.")).to_be_visible()
    assert second.text(TWO).endswith("Added in the session.\n")
    assert (second.sessions(), book.sessions()) == ([], [SESSION])
    assert book.touched() == []

    window.press_in_toast("Committed 1 document", "Undo")
    window.press_in_toast("Session Colder-Sea is back", "Switch to Colder-Sea")
    eventually(lambda: second.active() == [SESSION], "the second folder's session is active again")
    expect(window.tab("chapter-01.md").and_(window.page.locator(".dirty"))).to_have_count(1)


def test_a_command_asks_which_folder_it_is_about_unless_a_document_says_so(
    window: Workbench, book: Book, second: Book
) -> None:
    window.command("Session: Pause")
    window.quick.wait(placeholder="Select the folder whose session you mean")
    window.quick.pick("second")
    expect(window.toast("Paused session Colder-Sea.")).to_be_visible()
    assert (book.active(), second.active()) == ([SESSION], [])

    window.open_file(str(second.path("part-2-the-log/chapter-05.md")))
    expect(window.status()).to_have_text("No session")
    window.open_file(str(book.path(ONE)))
    expect(window.status()).to_contain_text("Colder-Sea")
    window.command("Session: Pause")
    eventually(lambda: book.active() == [], "the session of the document's folder is paused")


def test_the_session_can_be_a_folder_of_the_window_as_long_as_it_lives(
    window: Workbench, book: Book
) -> None:
    window.open_file(str(book.path(ONE)))
    expect_version(window, ONE, SESSION)
    window.command("Session: Add Session Folder to Workspace")
    view = window.explorer_row("Colder-Sea (session)")
    expect(view).to_be_visible()
    window.command("Session: New Folder in Session...")
    window.quick.wait(title="New Folder in Colder-Sea")
    window.quick.accept("storms")
    window.explorer_row("second").click()  # makes room
    eventually(lambda: _is_open(view), "the session's folder is open")
    expect(window.explorer_row("storms")).to_be_visible()
    book.cli("session", "cancel")
    expect(view).to_have_count(0)
    expect_version(window, ONE, None)
    assert book.touched() == []


def _is_open(row: Locator) -> bool:
    """Whether a folder in the Explorer is open; a closed one is clicked at."""
    if row.get_attribute("aria-expanded") == "true":
        return True
    row.click()
    return False
