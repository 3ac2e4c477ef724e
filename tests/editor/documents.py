"""Which version of a document the window shows."""

from __future__ import annotations

import re
from urllib.parse import quote

from playwright.sync_api import expect
from tests.editor.workbench import Workbench


def expect_version(editor: Workbench, document: str, session: str | None) -> None:
    """Wait until the active group shows a session's version of a document, or the global file."""
    drawn = editor.editor()
    path = re.escape(quote(document, safe="/"))
    # code-server knows the real files under a scheme of its own.
    start = f"redraft://{session.lower()}/" if session else "vscode-remote://"
    expect(drawn).to_have_attribute("data-uri", re.compile(f"^{re.escape(start)}.*/{path}$"))
    expect(editor.active_tab()).to_have_attribute("data-resource-name", document.rsplit("/", 1)[-1])
    button = editor.title_action("Open Global Version")
    expect(button).to_have_count(1 if session else 0)


def expect_tabs(editor: Workbench, *names: str) -> None:
    """Wait until these tabs are open, from left to right; ``*`` after unsaved ones."""
    expect(editor.page.locator(".tabs-container .tab")).to_have_count(len(names))
    assert editor.tabs() == list(names)


def start(editor: Workbench, session: str) -> None:
    """Start a session by the command line and wait until the window knows of it."""
    editor.book.start(session)
    expect(editor.status()).to_contain_text(session)


def name(document: str) -> str:
    """What a tab says of a document."""
    return document.rsplit("/", 1)[-1]


def open_in(editor: Workbench, document: str, session: str | None) -> None:
    """Open a document by Quick Open; the version of this session, or the global one, comes."""
    editor.open_file(name(document))
    expect_version(editor, document, session)
