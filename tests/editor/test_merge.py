"""A document that the folder changed too: the merge editor, and a commit that goes on by itself."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.pictures import take
from tests.editor.workbench import Workbench

ONE = "part-1-the-lamp/chapter-01.md"
MAP = "images/map.png"


def conflicting(book: Book) -> tuple[str, str]:
    """Change one sentence on both sides, and another one on each; gives both texts."""
    book.cli("session", "start", "colder-sea")
    before = book.text(ONE)
    mine = before.replace("ninth of November", "tenth of December")
    mine = mine.replace("On three she jumped.", "On three she fell.")
    book.cli("write", ONE, text=mine)
    theirs = before.replace("ninth of November", "first of October")
    theirs = theirs.replace("nowhere else to stand", "no other place to stand")
    book.write(ONE, theirs)
    book.accept()
    return mine, theirs


def begin(editor: Workbench) -> None:
    """Commit, and choose to merge."""
    editor.show_source_control()
    expect(editor.scm_row("chapter-01.md")).to_be_visible()
    editor.scm_title_action("Commit...").first.click()
    expect(editor.modal).to_contain_text("1 document conflicts with changes in the folder.")
    editor.press_in_modal("Resolve in Merge Editor")
    expect(editor.page.get_by_text("1 Conflict Remaining")).to_be_visible()


def test_a_conflict_is_merged_in_the_editor_and_the_commit_goes_on(
    editor: Workbench, book: Book
) -> None:
    mine, _ = conflicting(book)
    begin(editor)
    assert book.session_text(ONE, "colder-sea") == mine
    take(editor, "merge")
    editor.page.get_by_text("Accept Session colder-sea").first.click()
    expect(editor.page.get_by_text("0 Conflicts Remaining")).to_be_visible()
    assert book.touched() == []

    editor.title_action("Complete Merge").click()
    expect(editor.toast("Committed 1 document of session colder-sea.")).to_be_visible()
    merged = mine.replace("nowhere else to stand", "no other place to stand")
    assert book.text(ONE) == merged
    assert book.sessions() == []


def test_a_merge_that_is_closed_changes_nothing_and_can_go_on(
    editor: Workbench, book: Book
) -> None:
    mine, theirs = conflicting(book)
    begin(editor)
    editor.page.get_by_text("Accept Folder").first.click()
    expect(editor.page.get_by_text("0 Conflicts Remaining")).to_be_visible()
    editor.command("View: Close Editor")
    editor.press_in_modal("Save")
    expect(editor.toast("is not merged yet")).to_be_visible()
    assert book.session_text(ONE, "colder-sea") == mine
    assert book.touched() == []

    editor.press_in_toast("is not merged yet", "Go On Merging")
    expect(editor.page.get_by_text("0 Conflicts Remaining")).to_be_visible()
    editor.title_action("Complete Merge").click()
    expect(editor.toast("Committed 1 document")).to_be_visible()
    assert book.text(ONE) == theirs.replace("On three she jumped.", "On three she fell.")


def test_a_folder_that_changes_during_the_merge_is_merged_once_more(
    editor: Workbench, book: Book
) -> None:
    mine, theirs = conflicting(book)
    begin(editor)
    editor.page.get_by_text("Accept Session colder-sea").first.click()
    expect(editor.page.get_by_text("0 Conflicts Remaining")).to_be_visible()
    book.write(ONE, theirs + "\nOne more line in the folder.\n")
    book.accept()
    editor.title_action("Complete Merge").click()
    expect(editor.toast("was changed while you merged it")).to_be_visible()
    assert book.touched() == []

    editor.title_action("Complete Merge").click()
    expect(editor.toast("Committed 1 document")).to_be_visible()
    merged = mine.replace("nowhere else to stand", "no other place to stand")
    assert book.text(ONE) == merged + "\nOne more line in the folder.\n"


def test_a_picture_that_conflicts_can_be_kept_or_left_out_but_not_merged(
    editor: Workbench, book: Book
) -> None:
    book.start("colder-sea", "README.md")
    picture = book.path(MAP).read_bytes()
    book.copy(MAP, "colder-sea").parent.mkdir(parents=True)
    base = book.workflow / "colder-sea" / "base" / MAP
    base.parent.mkdir(parents=True)
    base.write_bytes(picture)
    book.copy(MAP, "colder-sea").write_bytes(picture + b"mine")
    book.path(MAP).write_bytes(picture + b"theirs")
    editor.show_source_control()
    expect(editor.scm_row("map.png")).to_be_visible()
    editor.scm_title_action("Commit...").first.click()
    expect(editor.modal).to_contain_text("cannot be merged")
    expect(editor.modal.get_by_role("button", name="Resolve in Merge Editor")).to_have_count(0)

    editor.press_in_modal("Leave Them Out")
    expect(editor.toast(f"Left out, and still in the session: {MAP}.")).to_be_visible()
    assert book.path(MAP).read_bytes() == picture + b"theirs"
    assert book.copies("colder-sea") == [MAP]
    assert book.text("README.md").endswith("Added in the session.\n")
