"""Opening a document while a session is active leads to the session's version."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.conftest import Opens
from tests.editor.documents import expect_tabs, expect_version, name, open_in, start
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

SESSION = "colder-sea"
SIX = [f"part-1-the-lamp/chapter-0{n}.md" for n in (1, 2, 3, 4)] + [
    f"part-2-the-log/chapter-0{n}.md" for n in (5, 6)
]
ONE = SIX[0]
BACK = "Control+Alt+Minus"
FORWARD = "Control+Shift+Minus"


def test_what_is_written_in_a_document_goes_to_the_session_and_global_stays_untouched(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
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
    start(editor, SESSION)
    editor.show_explorer()
    opened = []
    for number, document in enumerate(SIX):
        editor.unfold(document.partition("/")[0])
        if number % 3 == 0:
            editor.explorer_row(name(document)).click()
        elif number % 3 == 1:
            editor.explorer_row(name(document)).dblclick()
        else:
            editor.open_file(name(document))
        expect_version(editor, document, SESSION)
        opened.append(name(document))
        expect_tabs(editor, *opened)
    for expected in SIX[-2::-1]:
        editor.page.keyboard.press(BACK)
        expect_version(editor, expected, SESSION)
    for _ in range(5):  # at the beginning of the history
        with editor.passing_tab():
            editor.page.keyboard.press(BACK)
        expect_version(editor, SIX[0], SESSION)
    for expected in [*SIX[1:], *[SIX[-1]] * 5]:
        editor.page.keyboard.press(FORWARD)
        expect_version(editor, expected, SESSION)
    expect_tabs(editor, *opened)
    assert book.touched() == []


def test_a_found_text_that_only_the_session_has_leads_to_its_document(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    text = book.text(ONE).replace("On three she jumped.", "On three she fell past the albatross.")
    book.cli("write", ONE, text=text)
    editor.search("albatross")
    expect(editor.search_hit("past the albatross")).to_have_count(1)
    editor.search_hit("past the albatross").click()
    expect_version(editor, ONE, SESSION)
    expect_tabs(editor, name(ONE))
    expect(editor.cursor()).to_contain_text("Ln 17, Col 37 (9 selected)")
    assert book.touched() == []


def test_a_found_global_text_leads_to_the_line_that_holds_it_in_the_session(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    book.cli("write", ONE, text="A line.\n" * 40 + book.text(ONE))
    editor.search("On three she jumped.")
    hits = editor.search_hit("On three she jumped.")
    expect(hits).to_have_count(2)  # the folder's text and the session's
    for hit in (0, 1, 0, 1):
        hits.nth(hit).click()
        expect_version(editor, ONE, SESSION)
        expect(editor.cursor()).to_contain_text("Ln 57, Col 21 (20 selected)")
        editor.focus_editor()
        editor.page.keyboard.press("ArrowRight")
        expect(editor.cursor()).not_to_contain_text("selected")
    expect_tabs(editor, name(ONE))
    assert book.touched() == []


def test_tabs_that_were_open_before_a_session_lead_to_it_when_they_come_in_front(
    editor: Workbench, book: Book
) -> None:
    for document in SIX[:4]:
        open_in(editor, document, None)
        editor.tab(name(document)).dblclick()
        expect(editor.tab(name(document)).locator(".italic")).to_have_count(0)
    editor.command("View: Pin Editor")  # the fourth, which is the first tab from now on
    expect(editor.tab(name(SIX[3]))).to_have_class(re.compile(r"\bsticky\b"))
    editor.tab(name(SIX[1])).click()
    expect_version(editor, SIX[1], None)
    editor.type_text("Not saved yet. ", line=1)
    editor.tab(name(SIX[2])).click()
    expect_version(editor, SIX[2], None)
    editor.go_to_line(11)
    tabs = [name(SIX[3]), name(SIX[0]), name(SIX[1]) + "*", name(SIX[2])]
    expect_tabs(editor, *tabs)

    start(editor, SESSION)
    expect_version(editor, SIX[2], SESSION)
    expect(editor.cursor()).to_contain_text("Ln 11, Col 1")
    expect(editor.toast("unsaved text: chapter-02.md")).to_be_visible()
    for at, session, pinned in ((0, SESSION, 0), (3, SESSION, 1), (1, None, 0)):
        tab = editor.tab(name(SIX[at]))
        tab.click()
        expect_version(editor, SIX[at], session)
        expect(tab).to_have_count(1)  # the next click is on tabs that lie still
        expect(tab.and_(editor.page.locator(".sticky"))).to_have_count(pinned)
    expect_tabs(editor, *tabs)
    assert book.touched() == []


def test_the_global_version_opens_read_only_at_the_same_line_and_leads_back(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.type_text("New in the session.\n", line=1)
    editor.save()
    editor.go_to_line(18)
    editor.title_action("Open Global Version").click()
    shown = editor.editor()
    expect(shown).to_have_attribute("data-uri", re.compile("^redraft-global://colder-sea/"))
    expect(editor.cursor()).to_contain_text("Ln 17, Col 1")
    expect(editor.line("New in the session.")).to_have_count(0)
    editor.page.keyboard.type("x")
    expect(editor.page.locator(".monaco-editor-overlaymessage")).to_contain_text("read-only")
    editor.title_action("Open in Session").click()
    expect_version(editor, ONE, SESSION)
    expect(editor.cursor()).to_contain_text("Ln 18, Col 1")
    assert book.touched() == []


def test_ask_leaves_the_document_open_until_a_person_chooses(
    editor_factory: Opens, book: Book
) -> None:
    editor = editor_factory(book, settings={"redraft.redirect": "ask"})
    start(editor, SESSION)
    open_in(editor, ONE, None)
    editor.press_in_toast("chapter-01.md is also in the session colder-sea", "Open in Session")
    expect_version(editor, ONE, SESSION)
    open_in(editor, SIX[1], None)
    editor.press_in_toast("chapter-02.md is also in the session", "Stay")
    open_in(editor, SIX[2], None)
    editor.press_in_toast("chapter-03.md is also in the session", "Always")
    expect_version(editor, SIX[2], SESSION)
    open_in(editor, SIX[3], SESSION)
    files = [editor.server.user_data / part / "settings.json" for part in ("User", "Machine")]
    eventually(
        lambda: any('"redraft.redirect": "always"' in path.read_text() for path in files),
        "the choice is remembered",
    )
    assert book.touched() == []


def test_never_opens_the_real_file_and_the_session_by_command(
    editor_factory: Opens, book: Book
) -> None:
    editor = editor_factory(book, settings={"redraft.redirect": "never"})
    start(editor, SESSION)
    open_in(editor, ONE, None)
    editor.go_to_line(9)
    editor.command("Session: Open in Session")
    expect_version(editor, ONE, SESSION)
    expect(editor.cursor()).to_contain_text("Ln 9, Col 1")
    assert book.touched() == []


def test_pictures_lead_to_the_session_and_their_other_versions_can_be_seen(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    editor.open_file("map.png")
    expect(editor.title_action("Open Global Version")).to_be_visible()
    expect_tabs(editor, "map.png")
    pictures = editor.page.frame_locator("iframe.webview.ready").frame_locator("#active-frame")
    expect(pictures.locator("img")).to_be_visible()

    editor.title_action("Open Global Version").click()
    expect(editor.title_action("Open in Session")).to_be_visible()
    expect_tabs(editor, "map.png", "map.png")
    expect(pictures.locator("img")).to_be_visible()
    editor.title_action("Open in Session").click()
    expect(editor.title_action("Open Global Version")).to_be_visible()

    editor.command("Retry: Record...")
    editor.quick.accept("Too dark")
    expect(editor.status()).to_contain_text("1 retry")
    editor.command("Retry: Show Retries...")
    editor.quick.row("Too dark").wait_for()
    expect(editor.page.frame_locator("iframe.webview.ready").last.locator("iframe")).to_be_visible()
    editor.quick.dismiss()
    expect_tabs(editor, "map.png", "map.png")
    assert book.touched() == []


def test_links_in_a_text_lead_to_the_session(editor: Workbench, book: Book) -> None:
    document = "part-1-the-lamp/with-links.md"
    place = f"file://{book.path(SIX[2])}"
    book.write(document, f"[next](chapter-02.md)\n\n<{place}>\n")
    book.accept()
    start(editor, SESSION)
    for text, linked in (("chapter-02.md", SIX[1]), ("chapter-03.md", SIX[2])):
        open_in(editor, document, SESSION)
        link = editor.editor().locator(".detected-link").filter(has_text=text).last
        expect(link).to_be_visible()
        link.click(modifiers=["Control"])
        expect_version(editor, linked, SESSION)
        expect_tabs(editor, name(document), name(linked))
        expect_badge(editor, linked)
        editor.command("View: Close Editor")
    assert book.touched() == []


def test_keys_for_back_and_forward_that_are_pressed_fast_all_count(
    editor: Workbench, book: Book
) -> None:
    start(editor, SESSION)
    for document in SIX:
        open_in(editor, document, SESSION)
    for presses, key, expected in (
        (3, BACK, SIX[2]),
        (2, FORWARD, SIX[4]),
        (4, BACK, SIX[0]),
        (5, FORWARD, SIX[5]),
    ):
        for _ in range(presses):
            editor.page.keyboard.press(key)
        expect_version(editor, expected, SESSION)
        expect_tabs(editor, *map(name, SIX))
    assert book.touched() == []


def expect_badge(editor: Workbench, document: str) -> None:
    """Wait until a tab says that its document is in a session."""
    eventually(lambda: editor.badge(name(document)) == "S", f"the tab of {document} has its mark")
