"""One session from start to undo, as the pages of the documentation show it."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.conftest import Opens
from tests.editor.pictures import take
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

ONE = "part-1-the-lamp/chapter-01.md"
TWO = "part-1-the-lamp/chapter-02.md"
SESSION = "colder-sea"
BETTER = "Ice hung from the rail."
REASON = "Too much exposition, show us the sea"


def test_a_session_is_started_written_in_rejected_committed_and_brought_back(
    editor_factory: Opens, book: Book
) -> None:
    # The path of this machine's folder is nothing for a picture.
    editor = editor_factory(book, settings={"breadcrumbs.enabled": False})
    before = {path: book.path(path).read_bytes() for path in (ONE, TWO)}

    start(editor)
    write_and_reject(editor, book)
    look_around(editor, book)
    commit(editor, book)

    editor.press_in_toast("Committed 2 documents", "Undo")
    expect(editor.toast("Session colder-sea is back")).to_be_visible()
    assert {path: book.path(path).read_bytes() for path in (ONE, TWO)} == before


def start(editor: Workbench) -> None:
    editor.status().click()
    editor.quick.pick("Start...")
    editor.quick.wait(title="Start Session (1/2)")
    editor.quick.fill("Colder sea")
    expect(editor.quick.message).to_contain_text("Creates session colder-sea")
    take(editor, "start")
    editor.quick.accept()
    editor.quick.wait(title="Start Session (2/2)")
    editor.quick.accept("More weather in the first part")
    expect(editor.status()).to_contain_text(SESSION)


def write_and_reject(editor: Workbench, book: Book) -> None:
    editor.open_file("chapter-01.md")
    expect(editor.lens("Record a retry")).to_be_visible()
    editor.type_text("The sea was colder that year. ", line=3)
    editor.save()
    expect(editor.status()).to_contain_text("1 change")
    assert book.session_text(ONE, SESSION).count("The sea was colder") == 1
    assert book.touched() == []

    editor.lens("Record a retry").click()
    editor.quick.wait(title="Record a Retry of chapter-01.md")
    editor.quick.accept(REASON)
    expect(editor.lens(f"1 retry: {REASON}")).to_be_visible()
    better = book.session_text(ONE, SESSION).replace("The sea was colder that year.", BETTER)
    book.cli("write", ONE, text=better)
    expect(editor.line(BETTER)).to_be_visible()


def look_around(editor: Workbench, book: Book) -> None:
    book.cli("write", TWO, text=book.text(TWO).replace("gone green", "gone blue"))
    expect(editor.status()).to_contain_text("2 changes, 1 retry")
    editor.show_source_control()
    expect(editor.scm_row("chapter-02.md")).to_be_visible()
    take(editor, "writing")

    editor.status().click()
    expect(editor.quick.row("Commit...")).to_be_visible()
    take(editor, "actions")
    editor.quick.dismiss()

    editor.lens(f"1 retry: {REASON}").click()
    expect(editor.quick.row(REASON)).to_contain_text("Retry 1")
    rejected = editor.page.locator(".editor-instance .view-lines", has_text="colder that year")
    expect(rejected).to_be_visible()  # the preview beside the present text
    take(editor, "retries")
    editor.quick.dismiss()

    editor.open_file("chapter-02.md")
    editor.title_action("Compare with Global").click()
    expect(editor.diff()).to_be_visible()
    expect(editor.line("gone blue").first).to_be_visible()
    take(editor, "compare")


def commit(editor: Workbench, book: Book) -> None:
    editor.command("View: Close Editor")
    editor.command("Session: Commit...")
    expect(editor.modal).to_contain_text("Commit 2 documents of session colder-sea?")
    take(editor, "commit")
    assert book.touched() == []
    editor.press_in_modal("Commit")
    expect(editor.toast("Committed 2 documents of session colder-sea.")).to_be_visible()
    expect(editor.scm_title_action("Commit...")).to_have_count(0)
    expect(editor.lens("Record a retry")).to_have_count(0)  # the tab shows the folder's version now
    eventually(lambda: editor.badges() == ["", ""], "no tab is in a session any more")
    take(editor, "undo")
    assert BETTER in book.text(ONE)
    assert "gone blue" in book.text(TWO)
