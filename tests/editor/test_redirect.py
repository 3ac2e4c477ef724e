"""Opening a document while a session is active leads to the session's version."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.documents import expect_tabs, expect_version
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

SESSION = "colder-sea"
SIX = [f"part-1-the-lamp/chapter-0{n}.md" for n in (1, 2, 3, 4)] + [
    f"part-2-the-log/chapter-0{n}.md" for n in (5, 6)
]
ONE = SIX[0]
BACK = "Control+Alt+Minus"
FORWARD = "Control+Shift+Minus"


def start(editor: Workbench, book: Book) -> None:
    """Make a session and wait until the window knows of it."""
    book.start(SESSION)
    expect(editor.status()).to_contain_text(SESSION)


def name(document: str) -> str:
    """What a tab says of a document."""
    return document.rsplit("/", 1)[-1]


def test_what_is_written_in_a_document_goes_to_the_session_and_global_stays_untouched(
    editor: Workbench, book: Book
) -> None:
    start(editor, book)
    editor.open_file(name(ONE))
    expect_version(editor, ONE, SESSION)
    expect_tabs(editor, name(ONE))
    editor.type_text("The sea was colder now. ", line=3)
    editor.save()
    eventually(
        lambda: "The sea was colder now." in book.session_text(ONE, SESSION),
        "the session's copy holds the new text",
    )
    assert book.touched() == []


def test_ten_backs_and_forwards_over_six_documents_end_where_a_person_expects(
    editor: Workbench, book: Book
) -> None:
    start(editor, book)
    editor.show_explorer()
    editor.explorer_row("part-1-the-lamp").click()
    editor.explorer_row("part-2-the-log").click()
    opened = []
    for number, document in enumerate(SIX):
        if number % 3 == 0:
            editor.explorer_row(name(document)).click()
        elif number % 3 == 1:
            editor.explorer_row(name(document)).dblclick()
        else:
            editor.open_file(name(document))
        expect_version(editor, document, SESSION)
        opened.append(name(document))
        expect_tabs(editor, *opened)
    # Where five steps from the last document are to end, and what the ends of the history do.
    for expected in [*SIX[-2::-1], SIX[0], SIX[0]]:
        editor.page.keyboard.press(BACK)
        expect_version(editor, expected, SESSION)
    for expected in [*SIX[1:], SIX[-1], SIX[-1]]:
        editor.page.keyboard.press(FORWARD)
        expect_version(editor, expected, SESSION)
    expect_tabs(editor, *opened)
    assert book.touched() == []
