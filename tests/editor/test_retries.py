"""Retries: a version is rejected from its code lens, looked at again, and brought back."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

CHAPTER = "part-1-the-lamp/chapter-01.md"
SESSION = "colder-sea"


def test_a_retry_is_recorded_by_the_lens_with_what_was_typed_last(
    editor: Workbench, book: Book
) -> None:
    book.start(SESSION, CHAPTER)
    expect(editor.status()).to_have_text("colder-sea  1 change")
    editor.open_file("chapter-01.md")
    expect(editor.lens("Record a retry")).to_be_visible()
    editor.type_text("Unsaved. ", line=1)
    editor.lens("Record a retry").click()
    editor.quick.wait(title="Record a Retry of chapter-01.md")
    editor.quick.accept("  ")
    expect(editor.quick.message).to_have_text("Type the reason.")
    editor.quick.accept("Too much exposition")
    expect(editor.lens("1 retry: Too much exposition")).to_be_visible()
    expect(editor.status()).to_have_text("colder-sea  1 change, 1 retry")
    assert book.retries(CHAPTER, SESSION) == ["Too much exposition"]
    kept = book.workflow / SESSION / "human-retries" / CHAPTER / "retry-1.md"
    assert kept.read_text().startswith("Unsaved. ")
    assert book.touched() == []


def test_a_retry_is_compared_and_restored_and_the_restore_undone(
    editor: Workbench, book: Book
) -> None:
    book.start(SESSION, CHAPTER)
    book.cli("retry", CHAPTER, "Too much exposition")
    rejected = book.session_text(CHAPTER, SESSION)
    better = f"Better. {rejected}"
    book.cli("write", CHAPTER, text=better)
    expect(editor.status()).to_have_text("colder-sea  1 change, 1 retry")
    editor.open_file("chapter-01.md")
    editor.lens("1 retry: Too much exposition").click()
    expect(editor.quick.row("Too much exposition")).to_contain_text("Retry 1")
    editor.quick.pick("Too much exposition")
    expect(editor.diff()).to_be_visible()
    expect(editor.line("Better. ")).to_be_visible()
    assert book.session_text(CHAPTER, SESSION) == better

    editor.command("Retry: Show Retries...")
    editor.quick.press("Too much exposition", "Restore...")
    editor.press_in_modal("Restore")
    eventually(lambda: book.session_text(CHAPTER, SESSION) == rejected, "the retry is restored")
    [checkpoint] = book.ask("session", "checkpoints")["checkpoints"]
    assert checkpoint["label"] == f"before restoring retry 1 of {CHAPTER}"
    editor.press_in_toast("Restored retry 1 of chapter-01.md.", "Undo")
    eventually(lambda: book.session_text(CHAPTER, SESSION) == better, "the restore is undone")
    assert book.touched() == []


def test_moving_through_the_retries_previews_them_and_leaves_no_tab_behind(
    editor: Workbench, book: Book
) -> None:
    book.start(SESSION, CHAPTER)
    for number in (1, 2):
        book.cli("write", CHAPTER, text=f"Version {number}.\n")
        book.cli("retry", CHAPTER, f"Reason {number}")
    book.cli("write", CHAPTER, text="The present text.\n")
    expect(editor.status()).to_have_text("colder-sea  1 change, 2 retries")
    editor.open_file("chapter-01.md")
    editor.lens("2 retries: Reason 2").click()
    shown = editor.page.locator(".monaco-editor .view-line")
    expect(shown.filter(has_text="Version\u00a02.")).to_be_visible()
    editor.page.keyboard.press("ArrowDown")
    expect(shown.filter(has_text="Version\u00a01.")).to_be_visible()
    expect(shown.filter(has_text="Version\u00a02.")).to_have_count(0)
    editor.quick.dismiss()
    expect(editor.page.locator(".tabs-container .tab")).to_have_count(1)
    expect(editor.line("The present text.")).to_be_visible()
