"""The status bar tells of the session, whoever changes it, and leads to all that can be done."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.conftest import Opens
from tests.editor.profile import REDRAFT
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

CHAPTER = "part-1-the-lamp/chapter-01.md"


def test_a_session_is_started_from_the_status_bar_by_a_title(editor: Workbench, book: Book) -> None:
    editor.status().click()
    editor.quick.pick("Start...")
    editor.quick.wait(title="Start Session (1/2)")
    editor.quick.type("The colder sea!")
    expect(editor.quick.message).to_have_text("Creates session the-colder-sea")
    editor.quick.accept()
    editor.quick.wait(title="Start Session (2/2)")
    editor.quick.accept("More weather")
    expect(editor.status()).to_have_text("the-colder-sea")
    eventually(lambda: book.active() == ["the-colder-sea"], "its marker is there")
    assert book.ask("session", "status")["description"] == "More weather"
    assert book.touched() == []


def test_bad_names_are_refused_while_they_are_typed(editor: Workbench, book: Book) -> None:
    book.start("Warmer-Sea")
    before = book.sessions()
    editor.command("Session: Start...")
    editor.quick.wait(title="Start Session (1/2)")
    for title, said in (
        ("...", "Use some Latin letters or digits: the name becomes a folder's name."),
        ("Warmer Sea", "A session warmer-sea already exists. Choose another name."),
        ("Completed", "Completed is reserved. Choose another name."),
        ("x" * 70, "Too long by 6: a name has at most 64 characters."),
    ):
        editor.quick.fill(title)
        expect(editor.quick.message).to_have_text(said)
        editor.quick.accept()
        expect(editor.quick.message).to_have_text(said)
        expect(editor.quick.title).to_have_text("Start Session (1/2)")
    editor.quick.dismiss()
    assert book.sessions() == before


def test_it_follows_the_command_line_and_the_marker_itself(editor: Workbench, book: Book) -> None:
    book.start("colder-sea", CHAPTER)
    expect(editor.status()).to_have_text("colder-sea  1 change")
    book.cli("retry", CHAPTER, "Too much exposition")
    expect(editor.status()).to_have_text("colder-sea  1 change, 1 retry")
    book.start("warmer-sea")
    expect(editor.status()).to_have_text("warmer-sea")
    book.cli("session", "switch", "colder-sea")
    expect(editor.status()).to_have_text("colder-sea  1 change, 1 retry")
    (book.workflow / ".active-colder-sea").unlink()
    expect(editor.status()).to_have_text("No session")
    (book.workflow / ".active-warmer-sea").touch()
    expect(editor.status()).to_have_text("warmer-sea")
    assert book.active() == ["warmer-sea"]
    assert book.touched() == []


def test_drift_is_told_as_a_warning_with_the_documents(editor: Workbench, book: Book) -> None:
    book.start("colder-sea", CHAPTER)
    expect(editor.status()).not_to_have_class(re.compile("warning-kind"))
    book.write(CHAPTER, "Somebody else was here.\n" + book.text(CHAPTER))
    expect(editor.status()).to_have_text("colder-sea  1 change, 1 changed in the folder")
    expect(editor.status()).to_have_class(re.compile("warning-kind"))
    editor.status().hover()
    expect(editor.hover()).to_contain_text(f"Changed in the folder since: {CHAPTER}")
    book.cli("session", "commit", "--force")
    expect(editor.status()).to_have_text("No session")
    expect(editor.status()).not_to_have_class(re.compile("warning-kind"))


def test_the_menu_offers_what_can_be_done_now(editor: Workbench, book: Book) -> None:
    editor.status().click()
    editor.quick.wait(placeholder="No session is active: select what to do")
    idle = editor.quick.labels()
    assert not any(row.startswith(("Commit...", "Pause")) for row in idle), idle
    editor.quick.dismiss()
    book.start("colder-sea", CHAPTER)
    expect(editor.status()).to_have_text("colder-sea  1 change")
    editor.status().click()
    editor.quick.wait(placeholder="colder-sea: select what to do")
    expect(editor.quick.row("Commit...")).to_contain_text("1 change")
    editor.quick.pick("Pause")
    expect(editor.status()).to_have_text("No session")
    assert book.active() == []
    editor.press_in_toast("Paused session colder-sea.", "Resume")
    expect(editor.status()).to_have_text("colder-sea  1 change")
    assert book.active() == ["colder-sea"]


def test_commands_of_a_session_are_not_offered_without_one(editor: Workbench, book: Book) -> None:
    expect(editor.status()).to_have_text("No session")
    assert not editor.offers("Session: Pause")
    assert not editor.offers("Session: Recover...")
    assert editor.offers("Session: Resume...")
    book.start("colder-sea")
    expect(editor.status()).to_have_text("colder-sea")
    assert editor.offers("Session: Pause")
    assert not editor.offers("Session: Resume...")


def test_without_a_server_it_says_so_and_a_click_starts_it(
    editor_factory: Opens, book: Book, tmp_path: Path
) -> None:
    book.start("colder-sea", CHAPTER)
    program = tmp_path / "server"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    editor = editor_factory(book, settings={"redraft.server.command": [str(program)]})
    expect(editor.status()).to_have_text("Redraft stopped")
    expect(editor.status()).to_have_class(re.compile("error-kind"))
    expect(editor.toast("Your sessions are safe on disk")).to_be_visible()
    program.write_text(f"#!/bin/sh\nexec {shlex.join(REDRAFT)} lsp\n")
    editor.status().click()
    expect(editor.status()).to_have_text("colder-sea  1 change")
