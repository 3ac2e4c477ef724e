"""The window of VS Code, as a story drives it: by what a person sees and presses."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect
from tests.editor.quick_input import QuickInput
from tests.editor.views import Views
from tests.editor.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.editor.books import Book
    from tests.editor.server import CodeServer

STATUS = "redraft.redraft.session"
THEMES = {"light": "Default Light Modern", "dark": "Default Dark Modern"}
LOADING = 60_000
"""Milliseconds for a window to be drawn and the extension to start on a slow machine."""


class Workbench(Views):
    """A window on a folder.

    Attributes:
        page: Playwright's page, for all that has no name here.
        quick: the command palette, quick picks and input boxes.
        server: the code-server that draws this window.
        book: the folder that is open.
        noise: errors of the page's console, for the report of a failure.
    """

    def __init__(self, page: Page, server: CodeServer, book: Book) -> None:
        super().__init__(page)
        self.server = server
        self.book = book
        self.quick = QuickInput(page)
        self.noise: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.noise.append(f"uncaught: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.noise.append(message.text)

    # --- the window -------------------------------------------------------------------------------

    def open(self, *, ready: str | None = STATUS, workspace: Path | None = None) -> None:
        """Load the window and wait until it is drawn.

        Args:
            ready: the status item that must be there; ``None`` where the extension does not start.
            workspace: a file that names several folders, to be opened in the book's place.
        """
        what, path = ("workspace", workspace) if workspace else ("folder", self.book.root)
        self.page.goto(f"{self.server.url}/?{what}={quote(str(path))}")
        self._drawn(ready)

    def reload(self, *, ready: str | None = STATUS) -> None:
        """Load the window again, as *Developer: Reload Window* does."""
        self.page.reload()
        self._drawn(ready)

    def _drawn(self, ready: str | None) -> None:
        expect(self.page.locator(".monaco-workbench .part.statusbar")).to_be_visible(
            timeout=LOADING
        )
        if ready:
            expect(self.status(ready)).to_be_visible(timeout=LOADING)

    def second_window(self, book: Book | None = None, *, ready: str | None = STATUS) -> Workbench:
        """Another window of the same VS Code, on the same folder or on another one."""
        other = Workbench(self.page.context.new_page(), self.server, book or self.book)
        other.open(ready=ready)
        return other

    def set_theme(self, name: str) -> None:
        """Change to ``light`` or ``dark`` and wait until it is drawn so."""
        self.server.set({"workbench.colorTheme": THEMES[name]})
        drawn = re.compile(r"\bvs-dark\b" if name == "dark" else r"\bvs\b")
        expect(self.page.locator(".monaco-workbench").first).to_have_class(drawn)

    def status(self, item: str = STATUS) -> Locator:
        """An item of the status bar."""
        return self.page.locator(f'.statusbar-item[id="{item}"]')

    # --- commands ---------------------------------------------------------------------------------

    def command(self, label: str) -> None:
        """Run a command by the palette, by its full label: ``Session: Start...``."""
        self.search_commands(label)
        self.quick.labelled(label).click()

    def search_commands(self, text: str) -> list[str]:
        """Open the palette with a text in it; gives the labels of the rows that are drawn."""
        self.quick.summon("F1", f">{text}")
        return self.quick.labels()

    def offers(self, label: str) -> bool:
        """Whether the palette has a command of this very label."""
        found = self.search_commands(label)
        self.quick.dismiss()
        return any(row.split(",")[0].strip() == label for row in found)

    def choose_in_menu(self, label: str) -> None:
        """Choose from the menu that is open; one that has just come up takes no click yet."""
        item = self.page.get_by_role("menuitem", name=label)

        def chosen() -> bool:
            with contextlib.suppress(Error):
                item.click(timeout=1000)
            return item.count() == 0

        eventually(chosen, f"{label} is chosen")

    # --- what the window says ---------------------------------------------------------------------

    @property
    def modal(self) -> Locator:
        """The dialog in the middle of the window."""
        return self.page.locator(".monaco-dialog-box")

    def press_in_modal(self, button: str) -> None:
        """Press a button of the dialog, by its very label, and wait until the dialog has gone."""
        shown = self.modal
        shown.get_by_role("button", name=button, exact=True).click()
        expect(shown).to_have_count(0)

    def toast(self, text: str) -> Locator:
        """The notification that holds a text."""
        return self.page.locator(".notifications-toasts .notification-toast").filter(has_text=text)

    def press_in_toast(self, text: str, button: str) -> None:
        """Press a button of a notification."""
        toast = self.toast(text).first
        toast.hover()
        toast.get_by_role("button", name=button).click()

    def hide_toasts(self) -> None:
        """Clear the notifications away."""
        self.command("Notifications: Clear All Notifications")
        expect(self.page.locator(".notifications-toasts .notification-toast")).to_have_count(0)

    # --- for the report of a failure --------------------------------------------------------------

    def describe(self) -> str:
        """The window as a screen reader finds it, and what its console complained about."""
        try:
            seen = self.page.locator("body").aria_snapshot(timeout=5000)
        except Error as gone:
            seen = f"(the page cannot be asked: {gone})"
        return "\n".join([seen, "", "Errors on the page's console:", *self.noise[-40:]])
