"""Source control shows what a session changed: differences, discarding, the gutter, badges."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect
from tests.editor.books import Book
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

ONE = "part-1-the-lamp/chapter-01.md"
TWO = "part-1-the-lamp/chapter-02.md"
FINCH = "characters/tobias-finch.md"
SESSION = "Colder-Sea"


def changed_session(book: Book) -> None:
    """A session with a document of each kind; the folder changed one of them too."""
    book.start(SESSION, ONE, TWO)
    book.cli("write", "part-1-the-lamp/interlude.md", text="Fog.\n")
    book.cli("delete", FINCH)
    book.write(TWO, "A line from elsewhere.\n" + book.text(TWO))
    book.accept()


def drawn_after(label: Locator) -> str:
    """The letters that decorations put at the end of a row."""
    drawn = label.evaluate("label => getComputedStyle(label, '::after').content")
    return str(drawn).strip('"')


def test_each_change_has_its_row_and_a_row_leads_to_the_difference(
    editor: Workbench, book: Book
) -> None:
    changed_session(book)
    editor.show_source_control()
    expect(editor.scm_row("chapter-01.md")).to_contain_text("part-1-the-lamp")
    names = ["chapter-01.md", "chapter-02.md", "interlude.md", "tobias-finch.md"]
    labels = [editor.scm_row(name).locator(".monaco-icon-label").first for name in names]
    for label in labels:
        expect(label).to_have_attribute("aria-label", re.compile("session Colder-Sea"))
    eventually(lambda: [drawn_after(label) for label in labels] == ["M", "M!", "A", "D"], "letters")
    groups = editor.page.locator(".scm-view .resource-group")
    expect(groups).to_have_text(
        [re.compile("Changed in the Folder Too.*1"), re.compile("Changes.*3")]
    )

    editor.scm_row("chapter-01.md").click()
    expect(editor.diff()).to_be_visible()
    expect(editor.diff().get_by_text("Added in the session.")).to_be_visible()

    book.cli("session", "pause")
    expect(editor.scm_row("chapter-01.md")).to_have_count(0)
    assert book.touched() == []


def test_discarding_a_change_brings_back_global_and_keeps_the_copy_in_the_trash(
    editor: Workbench, book: Book
) -> None:
    book.start(SESSION, ONE, TWO)
    editor.show_source_control()
    expect(editor.scm_row("chapter-02.md")).to_be_visible()
    expect(editor.status()).to_have_text(f"{SESSION}  2 changes")
    editor.press_in_scm("chapter-01.md", "Discard Changes...")
    expect(editor.toast("Discard the changes to")).to_be_visible()
    assert book.copies(SESSION) == [ONE, TWO]

    editor.press_in_toast("Discard the changes to", "Discard Changes")
    expect(editor.scm_row("chapter-01.md")).to_have_count(0)
    expect(editor.scm_row("chapter-02.md")).to_be_visible()
    assert book.copies(SESSION) == [TWO]
    kept = [path.read_text() for path in (book.workflow / ".trash").rglob("chapter-01.md")]
    assert any("Added in the session." in text for text in kept)
    assert book.touched() == []


def test_one_change_is_taken_back_in_the_gutter_and_the_others_stay(
    editor: Workbench, book: Book
) -> None:
    book.cli("session", "start", SESSION)
    mine = book.text(ONE).replace("# 1. The Relief", "# 1. The Boat")
    book.cli("write", ONE, text=mine.replace("On three she jumped.", "On three she fell."))
    editor.show_source_control()
    editor.press_in_scm("chapter-01.md", "Open File")
    expect(editor.line("The Boat")).to_be_visible()
    marks = editor.editor().locator(".dirty-diff-modified")
    expect(marks).to_have_count(2)

    editor.focus_editor()
    editor.page.keyboard.press("Alt+F3")
    peek = editor.page.locator(".peekview-widget")
    expect(peek).to_contain_text("1. The Relief")
    peek.locator('[aria-label*="Revert Change"]').click()
    expect(editor.line("The Relief").first).to_be_visible()
    expect(editor.active_tab()).to_have_class(re.compile(r"\bdirty\b"))
    expect(marks).to_have_count(1)

    editor.save()
    wanted = book.text(ONE).replace("On three she jumped.", "On three she fell.")
    assert book.session_text(ONE, SESSION) == wanted
    assert book.touched() == []


def test_documents_carry_the_sessions_marks_in_the_explorer_and_in_tabs(
    editor: Workbench, book: Book
) -> None:
    changed_session(book)
    editor.show_explorer()
    label = editor.explorer_row("part-1-the-lamp").locator(".monaco-icon-label").first
    expect(label).to_have_attribute("aria-label", re.compile("emphasized|Contains"))
    editor.unfold("part-1-the-lamp")
    row = editor.explorer_row("chapter-01.md").locator(".monaco-icon-label").first
    expect(row).to_have_attribute("aria-label", re.compile("Modified in session Colder-Sea"))
    drifted = editor.explorer_row("chapter-02.md").locator(".monaco-icon-label").first
    expect(drifted).to_have_attribute("aria-label", re.compile("changed in the folder too"))
    plain = editor.explorer_row("chapter-03.md").locator(".monaco-icon-label").first
    expect(plain).not_to_have_attribute("aria-label", re.compile("session"))

    editor.explorer_row("chapter-03.md").dblclick()
    eventually(lambda: editor.badge("chapter-03.md") == "S", "the tab says that it is in a session")

    editor.server.set({"redraft.decorations.enabled": False})
    expect(row).not_to_have_attribute("aria-label", re.compile("session"))
    eventually(lambda: editor.badge("chapter-03.md") == "", "the tab is plain again")
    assert book.touched() == []


def test_what_changed_in_the_folder_is_told_and_shown_beside_what_it_held(
    editor: Workbench, book: Book
) -> None:
    changed_session(book)
    editor.show_source_control()
    expect(editor.scm_row("chapter-02.md")).to_be_visible()
    editor.scm_title_action("Compare All with Global").first.click()
    differences = editor.page.locator(".multiDiffEntry")
    expect(differences.get_by_text("Added in the session.").first).to_be_visible()
    differences.first.hover()

    def scrolled_to_the_new_document() -> bool:  # only what is in view is drawn
        editor.page.mouse.wheel(0, 300)
        return differences.get_by_text("Fog.").is_visible()

    eventually(scrolled_to_the_new_document, "the new document is among them")

    editor.open_file("chapter-02.md")
    expect(editor.lens("Global has changed")).to_be_visible()
    editor.lens("Global has changed").click()
    sides = editor.diff().locator(".monaco-editor[data-uri]")
    expect(sides.nth(0)).to_have_attribute("data-uri", re.compile("^redraft-base:"))
    expect(sides.nth(1)).to_have_attribute("data-uri", re.compile("^redraft-global:"))
    expect(editor.line("A line from elsewhere.")).to_have_count(1)
    editor.status().click()
    editor.quick.pick("Show What Changed in the Folder")
    expect(editor.active_tab()).to_contain_text("Changed in the Folder since Session Colder-Sea")
    expect(differences.get_by_text("A line from elsewhere.")).to_be_visible()
    assert book.touched() == []
