"""The walkthrough: what a person sees who is new to Redraft."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, expect
from tests.editor import pictures
from tests.editor.books import Book
from tests.editor.conftest import Opens
from tests.editor.workbench import Workbench

STEPS = ["Set up", "Start a session", "Write", "Reject a draft with a reason", "Commit, and undo"]


def steps(window: Workbench) -> Locator:
    return window.page.locator(".getting-started-step .step-title")


def step(window: Workbench, title: str) -> Locator:
    named = window.page.get_by_role("heading", name=title, exact=True)
    return window.page.locator(".getting-started-step").filter(has=named)


def drawing(window: Workbench) -> FrameLocator:
    """The picture beside the steps."""
    return window.page.frame_locator("iframe.webview.ready").frame_locator("#active-frame")


def open_walkthrough(window: Workbench) -> None:
    window.command("Session: Open Walkthrough")
    expect(steps(window)).to_have_text(STEPS)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_step_has_its_picture_in_the_colours_of_the_theme(
    editor_factory: Opens, theme: str
) -> None:
    window = editor_factory(theme=theme)
    # Beside the steps there is room for pictures in wide windows only.
    window.page.set_viewport_size({"width": 1500, "height": 800})
    open_walkthrough(window)
    for title, mark in zip(
        STEPS,
        ["Setting up Redraft", "Colder sea", "The folder, as it was", "exposition", "Undo"],
        strict=True,
    ):
        step(window, title).click()
        expect(drawing(window).locator("svg text", has_text=mark).first).to_be_visible()
        sheet = drawing(window).locator("svg rect").first
        drawn = sheet.evaluate("sheet => getComputedStyle(sheet).fill")
        assert drawn == {"light": "rgb(255, 255, 255)", "dark": "rgb(31, 31, 31)"}[theme]
        if title == "Write" and theme == "light":
            pictures.take(window, "walkthrough")


def test_a_step_is_ticked_off_by_what_it_is_about(
    editor_factory: Opens, book: Book, short_path: Path
) -> None:
    # VS Code ticks off what comes true while it knows the steps: so begin without a server.
    program = short_path / "server.py"
    own = [sys.executable, str(program), "lsp"]
    window = editor_factory(book, settings={"redraft.server.command": own})
    open_walkthrough(window)
    ticked = window.page.locator(".getting-started-step").filter(
        has=window.page.locator('[aria-label$=": Completed"]')
    )
    expect(ticked).to_have_count(0)
    program.write_text("import runpy\nrunpy.run_module('redraft', run_name='__main__')\n")
    window.page.get_by_role("button", name="Set Up", exact=True).click()
    expect(ticked).to_have_text([re.compile("^Set up")])
    book.start("colder-sea")
    expect(ticked).to_have_text([re.compile("^Set up"), re.compile("^Start a session")])
    book.cli("write", "notes.md", text="Wind.")
    expect(ticked).to_have_count(3)
    expect(ticked.last).to_contain_text("Write")
