"""Documents of a session while other things happen: reloads, other programs, the session's end."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from playwright.sync_api import Error, Locator, expect
from tests.editor.books import Book
from tests.editor.documents import expect_tabs, expect_version, name, open_in, start
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

SESSION = "colder-sea"
ONE = "part-1-the-lamp/chapter-01.md"
TWO = "part-1-the-lamp/chapter-02.md"
DIRTY = re.compile(r"\bdirty\b")


def backed_up(user_data: Path) -> str:
    """What the editor keeps of unsaved documents of sessions."""
    kept = (user_data / "User" / "Backups").glob("*/redraft/*")
    return "".join(path.read_text() for path in kept)


def test_unsaved_text_outlives_a_reload_of_the_window(editor: Workbench, book: Book) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.type_text("Not saved yet. ", line=3)
    eventually(
        lambda: "Not saved yet. " in backed_up(editor.server.user_data),
        "the editor has backed the unsaved text up",
    )
    editor.reload()
    expect_version(editor, ONE, SESSION)
    expect(editor.active_tab()).to_have_class(DIRTY)
    expect(editor.line("Not saved yet. ")).to_have_count(1)
    editor.focus_editor()
    editor.save()
    eventually(lambda: "Not saved yet. " in book.session_text(ONE, SESSION), "it is saved")
    assert book.touched() == []


def test_a_change_by_another_program_shows_at_once_and_keeps_the_cursor(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.go_to_line(15)
    text = book.text(ONE)
    book.cli("write", ONE, text=text.replace("The third what?", "The fourth what?"))
    expect(editor.line("The fourth what?")).to_have_count(1)
    expect(editor.cursor()).to_contain_text("Ln 15, Col 1")
    book.write_copy(ONE, SESSION, text.replace("The third what?", "The fifth what?"))
    expect(editor.line("The fifth what?")).to_have_count(1)
    expect(editor.active_tab()).not_to_have_class(DIRTY)
    assert book.touched() == []


def test_unsaved_text_is_not_overwritten_by_another_program(editor: Workbench, book: Book) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.type_text("Mine. ", line=3)
    book.cli("write", ONE, text="Theirs.\n")
    eventually(lambda: book.session_text(ONE, SESSION) == "Theirs.\n", "the copy is theirs")
    expect(editor.line("Mine. ")).to_have_count(1)
    editor.page.keyboard.press("Control+S")
    expect(editor.toast("content of the file is newer")).to_be_visible()
    assert book.session_text(ONE, SESSION) == "Theirs.\n"
    editor.press_in_toast("content of the file is newer", "Overwrite")
    eventually(lambda: "Mine. " in book.session_text(ONE, SESSION), "the copy is mine")
    assert book.touched() == []


def test_a_cancelled_session_leaves_the_global_documents_in_place(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    book.cli("write", "notes/new.md", text="Only here.\n")
    open_in(editor, TWO, SESSION)
    open_in(editor, ONE, SESSION)
    editor.type_text("New in the session.\n", line=1)
    editor.save()
    editor.go_to_line(18)
    expect_tabs(editor, name(TWO), name(ONE))
    book.cli("session", "cancel", SESSION)
    expect_version(editor, ONE, None)
    expect(editor.cursor()).to_contain_text("Ln 17, Col 1")
    expect_tabs(editor, name(TWO), name(ONE))
    editor.tab(name(TWO)).click()
    expect_version(editor, TWO, None)
    assert book.touched() == []


def test_unsaved_text_of_a_cancelled_session_can_be_kept_wherever_it_was_typed(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.type_text("Mine, not saved. ", line=3)
    open_in(editor, TWO, SESSION)
    editor.command("View: Close Editor")
    editor.show_explorer()
    editor.explorer_row(name(TWO)).click(button="right")
    editor.choose_in_menu("Compare with Global")
    expect(editor.diff()).to_be_visible()
    editor.type_text("Typed in a comparison. ", line=3)
    book.cli("session", "cancel", SESSION)
    expect(editor.toast("The session colder-sea has ended")).to_contain_text(name(TWO))
    expect(editor.line("Typed in a comparison. ")).to_have_count(1)
    editor.press_in_toast("The session colder-sea has ended", "Keep My Text")
    eventually(
        lambda: (
            sorted(editor.badges()) == ["", ""]
            and sorted(editor.tabs()) == [f"{name(ONE)}*", f"{name(TWO)}*"]
        ),
        "only the global documents are open, both unsaved",
    )
    for document, text in ((TWO, "Typed in a comparison. "), (ONE, "Mine, not saved. ")):
        editor.tab(name(document)).click()
        expect_version(editor, document, None)
        expect(editor.line(text)).to_have_count(1)
    assert book.touched() == []


def test_unsaved_text_in_a_comparison_is_asked_about_before_a_commit(
    editor: Workbench, book: Book
) -> None:
    book.start(SESSION, ONE)
    editor.show_source_control()
    editor.scm_row(name(ONE)).click()
    expect(editor.diff()).to_be_visible()
    for text, button in (("Saved. ", "Save All"), ("Thrown away. ", "Don't Save")):
        editor.type_text(text, line=3)
        editor.scm_title_action("Commit...").first.click()
        expect(editor.modal).to_contain_text("Save the unsaved text in colder-sea first?")
        expect(editor.modal).to_contain_text(name(ONE))
        editor.press_in_modal(button)
        expect(editor.modal).to_contain_text("Commit 1 document of session colder-sea?")
        if button == "Save All":
            editor.press_in_modal("Cancel")
            assert "Saved. " in book.session_text(ONE, SESSION)
    editor.press_in_modal("Commit")
    expect(editor.toast("Committed 1 document")).to_be_visible()
    expect(editor.page.locator(".tabs-container .tab")).to_have_count(0)
    assert "Saved. " in book.text(ONE)
    assert "Thrown away. " not in book.text(ONE)


def width(picture: Locator) -> int | None:
    """How wide a picture was loaded; nothing while the page that shows it is replaced."""
    with contextlib.suppress(Error):
        found: int = picture.evaluate("image => image.naturalWidth")
        return found
    return None


def test_the_preview_of_a_document_shows_pictures_of_the_folder(
    editor: Workbench, book: Book
) -> None:
    document = "part-1-the-lamp/with-a-map.md"
    book.write(document, "# With a map\n\n![The coast](../images/map.png)\n\n![100 %](%E0.png)\n")
    book.accept()
    start(editor, SESSION)
    open_in(editor, document, SESSION)
    editor.command("Markdown: Open Preview to the Side")
    frame = editor.page.frame_locator("iframe.webview.ready").frame_locator("#active-frame")
    picture = frame.get_by_alt_text("The coast")
    expect(picture).to_be_visible()
    eventually(lambda: width(picture), "the picture is loaded")
    book.cli("delete", "images/map.png")
    eventually(lambda: width(picture) == 0, "the session has none")
    assert book.touched() == []


def test_documents_are_created_renamed_and_deleted_in_the_session(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.command("Session: New File in Session...")
    editor.quick.wait(title="New File in colder-sea")
    editor.quick.fill("part-1-the-lamp/chapter-02.md")
    expect(editor.quick.message).to_contain_text("exists already")
    editor.quick.fill("../outside.md")
    expect(editor.quick.message).to_contain_text("outside")
    editor.quick.accept("notes/ideas.md")
    expect_version(editor, "notes/ideas.md", SESSION)
    editor.type_text("A storm.", line=1)
    editor.save()
    editor.command("Session: Rename in Session...")
    editor.quick.accept("notes/storms.md")
    expect_version(editor, "notes/storms.md", SESSION)
    eventually(lambda: book.copies(SESSION) == ["notes/storms.md"], "the copy has its new name")
    assert book.session_text("notes/storms.md", SESSION) == "A storm."
    editor.tab(name(ONE)).click()
    expect_version(editor, ONE, SESSION)
    editor.command("Session: Delete in Session...")
    editor.press_in_modal("Delete")
    changes = book.workflow / SESSION / "deleted"
    eventually((changes / ONE).exists, "the session has deleted the chapter")
    assert book.touched() == []


def test_a_comparison_shows_global_read_only_beside_the_session(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.type_text("New in the session. ", line=3)
    editor.save()
    editor.title_action("Compare with Global").first.click()
    expect(editor.diff()).to_be_visible()
    expect(editor.active_tab()).to_contain_text("chapter-01.md (Global \u2194 colder-sea)")
    sides = editor.diff().locator(".monaco-editor[data-uri]")
    expect(sides.nth(0)).to_have_attribute("data-uri", re.compile("^redraft-global:"))
    expect(sides.nth(1)).to_have_attribute("data-uri", re.compile("^redraft:"))
    expect(editor.line("New in the session.")).to_have_count(1)
    assert book.touched() == []


def test_a_document_that_the_session_deleted_opens_as_the_global_one_and_says_so(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    book.cli("delete", TWO)
    editor.open_file(name(TWO))
    expect(editor.toast("chapter-02.md is deleted in the session colder-sea")).to_be_visible()
    expect_version(editor, TWO, None)
    assert book.touched() == []


def test_save_as_of_a_sessions_document_writes_into_the_session(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.command("File: Save As...")
    expect(editor.quick.input).to_have_value(re.compile("chapter-01.md$"))
    editor.quick.fill(str(book.path("part-1-the-lamp/chapter-01b.md")))
    expect(editor.quick.input).to_have_value(re.compile("chapter-01b.md$"))
    editor.quick.accept()
    expect_version(editor, "part-1-the-lamp/chapter-01b.md", SESSION)
    assert book.copies(SESSION) == ["part-1-the-lamp/chapter-01b.md"]
    assert book.touched() == []


def test_documents_stay_with_their_session_when_another_one_becomes_active(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    start(editor, "warmer")
    open_in(editor, TWO, "warmer")
    editor.tab(name(ONE)).click()
    expect_version(editor, ONE, SESSION)
    editor.type_text("Still colder. ", line=3)
    editor.save()
    eventually(lambda: book.copies(SESSION) == [ONE], "the first session has the change")
    assert book.copies("warmer") == []
    assert book.touched() == []
