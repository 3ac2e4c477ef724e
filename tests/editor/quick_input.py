"""The box at the top of the workbench: command palette, quick picks, input boxes."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as LateError
from tests.editor.waiting import eventually


class QuickInput:
    """What is asked of the person at the moment."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.widget = page.locator(".quick-input-widget:visible")
        self.input = self.widget.locator("input.input").first
        self.title = self.widget.locator(".quick-input-title")
        self.message = self.widget.locator(".quick-input-message")
        """The prompt of an input box, or what is wrong with what was typed."""
        self.items = self.widget.locator(".quick-input-list .monaco-list-row")

    def wait(
        self,
        *,
        placeholder: str | None = None,
        title: str | None = None,
        patience: float | None = None,
    ) -> None:
        """Until the box is there, with this hint or title if given.

        Args:
            placeholder: the hint in the empty box.
            title: what stands above it.
            patience: milliseconds, where something long has to be done first.
        """
        expect(self.input).to_be_visible(timeout=patience)
        if placeholder is not None:
            expect(self.input).to_have_attribute("placeholder", placeholder)
        if title is not None:
            expect(self.title).to_have_text(title)

    def row(self, text: str) -> Locator:
        """The first row that holds a text."""
        return self.items.filter(has_text=text).first

    def labelled(self, label: str) -> Locator:
        """The first row whose label begins so; others may hold the same words further on."""
        return self.widget.locator(f'.monaco-list-row[aria-label^="{label}"]').first

    def labels(self) -> list[str]:
        """The rows that are drawn, as a screen reader says them: label, description, detail."""
        rows = self.items.all()
        return [row.get_attribute("aria-label") or row.inner_text() for row in rows]

    def summon(self, key: str, text: str) -> None:
        """Press a key until its box is there and stays, and put a text into it.

        What is still coming to the front takes the focus and closes the box; a person then presses
        the key once more.
        """

        def is_filled() -> bool:
            if not self.input.is_visible():
                self._page.keyboard.press(key)
            try:
                self.input.fill(text, timeout=2000)
                expect(self.items.first).to_be_visible(timeout=2000)
                return self.input.input_value(timeout=2000) == text
            except (AssertionError, LateError):
                return False

        eventually(is_filled, f"{key} opens a box that stays")

    def fill(self, text: str) -> None:
        """Put a text into the box at once."""
        self.input.fill(text)

    def type(self, text: str) -> None:
        """Type as a person does, key by key."""
        self.input.press_sequentially(text)

    def pick(self, text: str) -> None:
        """Click a row."""
        self.row(text).click()

    def press(self, text: str, button: str) -> None:
        """Press a button of a row, by its tooltip."""
        row = self.row(text)
        row.hover()
        row.locator(f'.quick-input-list-entry-action-bar [aria-label*="{button}"]').click()

    def accept(self, text: str | None = None) -> None:
        """Press Enter, after filling in a text if given."""
        if text is not None:
            self.fill(text)
        self.input.press("Enter")

    def dismiss(self) -> None:
        """Press Escape and wait until the box has gone."""
        self._page.keyboard.press("Escape")
        expect(self.widget).to_have_count(0)
