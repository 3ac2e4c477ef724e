"""Errors with their next steps, checkpoints, and slash commands."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

CHAPTER = "part-1-the-lamp/chapter-01.md"
SESSION = "colder-sea"


def slash(editor: Workbench, line: str) -> None:
    """Run a slash line."""
    editor.command("Session: Run Slash Command...")
    editor.quick.wait(placeholder='A slash command, such as /retry chapter-01.md "Too slow"')
    editor.quick.fill(line)
    expect(editor.quick.items.first).to_be_visible()
    editor.quick.accept()


def test_an_error_offers_what_the_server_suggests(editor: Workbench, book: Book) -> None:
    book.start(SESSION)
    book.cli("session", "pause")
    slash(editor, "/session status")
    expect(editor.toast("No session is active.")).to_be_visible()
    editor.press_in_toast("No session is active.", "Show Sessions")
    editor.quick.pick(SESSION)
    expect(editor.status()).to_have_text(SESSION)
    slash(editor, f"/session start {SESSION.upper()}")
    editor.press_in_toast("already exists", "Show Sessions")
    editor.quick.row(SESSION).wait_for()
    editor.quick.dismiss()
    assert book.active() == [SESSION]
    assert book.sessions() == [SESSION]


def test_a_slash_line_is_completed_run_and_its_answer_shown(editor: Workbench, book: Book) -> None:
    book.start(SESSION, CHAPTER)
    expect(editor.status()).to_have_text("colder-sea  1 change")
    slash(editor, "/retry resto")
    expect(editor.quick.input).to_have_value("/retry restore ")
    editor.quick.dismiss()
    slash(editor, f'/retry {CHAPTER} "Too slow"')
    expect(editor.toast("Done: /retry")).to_be_visible()
    expect(editor.status()).to_have_text("colder-sea  1 change, 1 retry")
    assert book.retries(CHAPTER, SESSION) == ["Too slow"]
    slash(editor, "/retry list")
    expect(editor.line('reason: "Too slow"')).to_be_visible()
    assert book.touched() == []


def test_a_checkpoint_is_restored_and_the_restore_undone(editor: Workbench, book: Book) -> None:
    book.start(SESSION, CHAPTER)
    early = book.session_text(CHAPTER, SESSION)
    expect(editor.status()).to_have_text("colder-sea  1 change")
    editor.command("Session: Save Checkpoint...")
    editor.quick.wait(title="Save Checkpoint")
    editor.quick.accept("before the big cut")
    expect(editor.toast("Saved a checkpoint with 1 change.")).to_be_visible()
    book.cli("write", CHAPTER, text="All cut.\n")
    editor.command("Session: Restore Checkpoint...")
    expect(editor.quick.row("before the big cut")).to_contain_text("1 change · PLAN")
    editor.quick.pick("before the big cut")
    expect(editor.modal).to_contain_text("What it holds now is saved as a checkpoint first.")
    editor.press_in_modal("Restore")
    eventually(lambda: book.session_text(CHAPTER, SESSION) == early, "the checkpoint is back")
    editor.press_in_toast("Restored 1 document.", "Undo")
    editor.press_in_modal("Undo")
    eventually(lambda: book.session_text(CHAPTER, SESSION) == "All cut.\n", "the cut is back")
    assert book.touched() == []


def test_a_temporary_session_is_named_worked_on_and_completed(
    editor: Workbench, book: Book
) -> None:
    book.cli("write", CHAPTER, text="All new.\n")
    expect(editor.status()).to_have_text("Temporary session  1 change")
    editor.command("Session: Start...")
    editor.quick.pick("Name the Temporary Session")
    editor.quick.wait(title="Name Session (1/2)")
    editor.quick.accept("The storm")
    editor.quick.wait(title="Name Session (2/2)")
    editor.quick.accept("All in one night")
    expect(editor.status()).to_have_text("the-storm  1 change")

    editor.command("Session: Set Phase...")
    editor.quick.pick("REVIEW")
    expect(editor.quick.message).to_contain_text("What is worked on now")
    editor.quick.accept("read it aloud")
    expect(editor.quick.widget).to_have_count(0)
    editor.command("Session: Show Status")
    editor.quick.wait(title="the-storm (active)")
    expect(editor.quick.row("REVIEW")).to_contain_text("read it aloud")
    editor.quick.pick("chapter-01.md")
    expect(editor.line("All new.")).to_have_count(1)

    editor.command("Session: Pause")
    expect(editor.status()).to_have_text("No session")
    editor.command("Session: Resume...")
    expect(editor.toast("Resumed the-storm in phase REVIEW. read it aloud")).to_be_visible()
    editor.command("Session: Complete Without Applying...")
    expect(editor.modal).to_contain_text(CHAPTER)
    editor.press_in_modal("Complete Session")
    expect(editor.toast("Session the-storm is complete.")).to_be_visible()
    assert book.sessions() == []

    editor.command("Session: Check and Repair All Sessions")
    expect(editor.toast("Nothing had to be repaired.")).to_be_visible()
    editor.command("Session: Empty Trash...")
    expect(editor.modal).to_contain_text("the-storm: archived")
    editor.press_in_modal("Empty Trash")
    expect(editor.toast("Removed 1 entries from the trash.")).to_be_visible()
    assert not list((book.workflow / "completed").iterdir())
    assert book.touched() == []
