"""Committing, cancelling, and the way back from both."""

from __future__ import annotations

import fcntl

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

ONE = "part-1-the-lamp/chapter-01.md"
TWO = "part-1-the-lamp/chapter-02.md"


def test_a_commit_shows_what_it_would_do_and_undo_gives_back_every_byte(
    editor: Workbench, book: Book
) -> None:
    book.start("colder-sea", ONE, TWO)
    book.cli("write", "part-1-the-lamp/interlude.md", text="Fog.\n")
    before = {path: book.path(path).read_bytes() for path in (ONE, TWO)}
    editor.show_source_control()
    expect(editor.scm_row("chapter-01.md")).to_be_visible()
    editor.scm_title_action("Commit...").first.click()
    expect(editor.modal).to_contain_text("Commit 3 documents of session colder-sea?")
    expect(editor.modal).to_contain_text(f"Modified: {ONE}")
    expect(editor.modal).to_contain_text("New: part-1-the-lamp/interlude.md (5 B)")
    assert book.touched() == []

    editor.press_in_modal("Show Differences")
    expect(editor.page.get_by_text("Commit of Session colder-sea").first).to_be_visible()
    expect(editor.page.locator(".multiDiffEntry").get_by_text("Fog.")).to_be_visible()
    assert book.touched() == []
    editor.press_in_toast("as shown?", "Commit")
    expect(editor.toast("Committed 3 documents of session colder-sea.")).to_be_visible()
    assert book.text(ONE).endswith("Added in the session.\n")
    assert book.text("part-1-the-lamp/interlude.md") == "Fog.\n"
    assert book.sessions() == []
    expect(editor.scm_row("chapter-01.md")).to_have_count(0)

    editor.press_in_toast("Committed 3 documents", "Undo")
    expect(editor.toast("Session colder-sea is back")).to_be_visible()
    assert {path: book.path(path).read_bytes() for path in (ONE, TWO)} == before
    assert not book.path("part-1-the-lamp/interlude.md").exists()
    assert book.session_text(ONE, "colder-sea").endswith("Added in the session.\n")

    editor.press_in_toast("Session colder-sea is back", "Switch to colder-sea")
    expect(editor.status()).to_contain_text("colder-sea")
    assert book.active() == ["colder-sea"]


def test_one_document_is_committed_and_the_rest_stays_in_the_session(
    editor: Workbench, book: Book
) -> None:
    book.start("colder-sea", ONE, TWO)
    editor.show_source_control()
    expect(editor.scm_row("chapter-02.md")).to_be_visible()
    editor.press_in_scm("chapter-01.md", "Commit This File...")
    expect(editor.modal).to_contain_text("Commit 1 document of session colder-sea?")
    editor.press_in_modal("Commit")
    expect(editor.toast("Committed 1 document of session colder-sea.")).to_be_visible()
    expect(editor.scm_row("chapter-01.md")).to_have_count(0)
    expect(editor.scm_row("chapter-02.md")).to_be_visible()
    assert book.text(ONE).endswith("Added in the session.\n")
    changed = {line.rsplit(": ", 1)[0] for line in book.touched()}
    assert changed == {ONE, "part-1-the-lamp"}
    assert book.copies("colder-sea") == [TWO]
    assert book.active() == ["colder-sea"]


def test_what_changes_between_preview_and_commit_is_shown_before_anything_is_done(
    editor: Workbench, book: Book
) -> None:
    book.start("colder-sea", ONE)
    editor.show_source_control()
    expect(editor.scm_row("chapter-01.md")).to_be_visible()
    editor.scm_title_action("Commit...").first.click()
    expect(editor.modal).to_contain_text("Commit 1 document")
    book.cli("write", TWO, text="Written by another program.\n")
    editor.modal.get_by_role("button", name="Commit", exact=True).click()
    expect(editor.modal).to_contain_text("Something changed meanwhile.")
    expect(editor.modal).to_contain_text("Commit 2 documents of session colder-sea?")
    assert book.touched() == []

    editor.press_in_modal("Commit")
    expect(editor.toast("Committed 2 documents")).to_be_visible()
    assert book.text(TWO) == "Written by another program.\n"


def test_a_commit_that_waits_can_be_stopped(editor: Workbench, book: Book) -> None:
    book.start("colder-sea", ONE)
    editor.show_source_control()
    expect(editor.scm_row("chapter-01.md")).to_be_visible()
    editor.scm_title_action("Commit...").first.click()
    expect(editor.modal).to_contain_text("Commit 1 document")
    with (book.workflow / ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as another program does that works on the folder
        editor.press_in_modal("Commit")
        progress = editor.toast("Committing session colder-sea")
        progress.hover()
        progress.get_by_role("button", name="Cancel").click()
    expect(progress).to_have_count(0)
    expect(editor.scm_row("chapter-01.md")).to_be_visible()
    expect(editor.page.locator(".notifications-toasts .codicon-error")).to_have_count(0)
    assert book.sessions() == ["colder-sea"]
    assert book.touched() == []


def test_a_session_without_changes_has_nothing_to_commit(editor: Workbench, book: Book) -> None:
    book.cli("session", "start", "colder-sea")
    expect(editor.status()).to_contain_text("colder-sea")
    editor.show_source_control()
    editor.scm_title_action("Commit...").first.click()
    expect(editor.toast("Session colder-sea has nothing to commit.")).to_be_visible()
    assert book.active() == ["colder-sea"]


def test_a_cancelled_session_lies_in_the_trash_and_comes_back(
    editor: Workbench, book: Book
) -> None:
    book.start("colder-sea", ONE, TWO)
    editor.show_source_control()
    expect(editor.scm_row("chapter-01.md")).to_be_visible()
    editor.scm_title_action("Cancel...").first.click()
    expect(editor.modal).to_contain_text("Cancel session colder-sea?")
    expect(editor.modal).to_contain_text("2 changed documents")
    editor.press_in_modal("Keep Session")
    assert book.active() == ["colder-sea"]

    editor.scm_title_action("Cancel...").first.click()
    editor.press_in_modal("Move to Trash")
    expect(editor.toast("Session colder-sea is cancelled.")).to_be_visible()
    expect(editor.scm_row("chapter-01.md")).to_have_count(0)
    assert book.sessions() == []
    assert book.touched() == []

    editor.press_in_toast("is cancelled", "Undo")
    expect(editor.toast("Session colder-sea is back.")).to_be_visible()
    eventually(lambda: book.sessions() == ["colder-sea"], "the session is back on disk")
    assert book.copies("colder-sea") == [ONE, TWO]
    assert book.touched() == []
