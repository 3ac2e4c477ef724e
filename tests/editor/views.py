"""Editors, tabs and the views beside them: the parts of the window that hold documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Locator, Page, expect
from tests.editor.quick_input import QuickInput
from tests.editor.waiting import eventually

# VS Code draws spaces as no-break spaces.
_NO_BREAK = "\u00a0"
# In one step of the page: rows are drawn anew at any moment, and a button that has gone is deaf.
_PRESS_IN_ROW = """([text, button]) => {
    const rows = [...document.querySelectorAll(".scm-view .monaco-list-row")];
    const row = rows.find((each) => each.textContent.includes(text));
    const pressed = row?.querySelector(`.action-label[aria-label*="${button}"]`);
    const offered = Boolean(pressed?.checkVisibility());
    if (offered) pressed.click();
    return offered;
}"""
_COUNT_TABS = """strip => {
    const count = () => strip.querySelectorAll(".tab").length;
    window.tabsBefore = window.mostTabs = count();
    window.tabsNow = count;
    new MutationObserver(() => { window.mostTabs = Math.max(window.mostTabs, count()); })
        .observe(strip, { childList: true, subtree: true });
}"""
_A_TAB_PASSED = (
    "() => window.mostTabs > window.tabsBefore && window.tabsNow() === window.tabsBefore"
)


class Views:
    """The documents' side of the window."""

    quick: QuickInput

    def __init__(self, page: Page) -> None:
        self.page = page

    # --- tabs -------------------------------------------------------------------------------------

    def tab(self, name: str) -> Locator:
        """The tabs of this file name. With ``.dirty`` and ``.active`` as classes."""
        return self.page.locator(f'.tabs-container .tab[data-resource-name="{name}"]')

    def tabs(self) -> list[str]:
        """The names of all tabs, from left to right; ``*`` after those with unsaved text."""
        found = self.page.locator(".tabs-container .tab").all()
        return [f"{tab.get_attribute('data-resource-name')}{self._unsaved(tab)}" for tab in found]

    def _unsaved(self, tab: Locator) -> str:
        return "*" if "dirty" in (tab.get_attribute("class") or "").split() else ""

    @contextmanager
    def passing_tab(self) -> Iterator[None]:
        """Wait until one more tab has come and gone by what is done meanwhile."""
        strip = self.page.locator(".editor-group-container.active .tabs-container").first
        strip.evaluate(_COUNT_TABS)
        yield
        self.page.wait_for_function(_A_TAB_PASSED)

    def active_tab(self) -> Locator:
        """The tab in front of the group that has the focus."""
        return self.page.locator(".editor-group-container.active .tab.active")

    def is_preview(self, name: str) -> bool:
        """Whether a tab is only a preview, in italics."""
        return self.tab(name).locator(".monaco-icon-label.italic, .italic").count() > 0

    def badge(self, name: str) -> str:
        """The letters that decorations put at the end of a tab's title."""
        [badge] = self._badges(self.tab(name))
        return badge

    def badges(self) -> list[str]:
        """Those of all tabs, from left to right."""
        return self._badges(self.page.locator(".tabs-container .tab"))

    @staticmethod
    def _badges(tabs: Locator) -> list[str]:
        drawn = tabs.evaluate_all(
            """tabs => tabs.map(tab => getComputedStyle(
                tab.querySelector(".monaco-icon-label"), "::after").content)"""
        )
        return [re.sub(r"^(none|normal)", "", each).strip('"') for each in drawn]

    # --- editors ----------------------------------------------------------------------------------

    def open_file(self, name: str) -> None:
        """Open a file by Quick Open and wait for its tab."""
        self.quick.summon("Control+P", name)
        self.quick.row(name.rsplit("/", 1)[-1]).wait_for()
        self.page.keyboard.press("Enter")
        expect(self.tab(name.rsplit("/", 1)[-1]).first).to_be_visible()

    def editor(self) -> Locator:
        """The editor in front of the group that has the focus; the changed side of a difference."""
        return self.page.locator(
            ".editor-group-container.active .editor-instance "
            ".monaco-editor:not(.original-in-monaco-diff-editor)"
        ).last

    def line(self, text: str) -> Locator:
        """The drawn lines that hold a text."""
        spaced = re.escape(text).replace("\\ ", f"[ {_NO_BREAK}]")
        return self.editor().locator(".view-line").filter(has_text=re.compile(spaced))

    def visible_text(self) -> str:
        """The lines that are drawn, from top to bottom."""
        lines: list[list[object]] = (
            self.editor()
            .locator(".view-line")
            .evaluate_all("lines => lines.map(line => [line.offsetTop, line.textContent])")
        )
        ordered = sorted(lines, key=lambda line: float(str(line[0])))
        return "\n".join(str(text).replace(_NO_BREAK, " ") for _, text in ordered)

    def focus_editor(self) -> None:
        """Put the focus into the text. A click could hit what lies above it."""
        self.editor().get_by_role("textbox").first.focus()

    def go_to_line(self, number: int, column: int = 1) -> None:
        """Put the cursor somewhere, by *Go to Line*."""
        self.quick.summon("Control+G", f":{number}:{column}")
        self.page.keyboard.press("Enter")
        expect(self.quick.widget).to_have_count(0)
        expect(self.cursor()).to_contain_text(f"Ln {number}, Col {column}")

    def cursor(self) -> Locator:
        """The status item that says line and column."""
        return self.page.locator('.statusbar-item[id="status.editor.selection"]')

    def type_text(self, text: str, *, line: int | None = None) -> None:
        """Type into the editor at the start of a line, else where the cursor is."""
        if line is not None:
            self.focus_editor()
            self.go_to_line(line)
        self.page.keyboard.type(text)
        expect(self.active_tab()).to_have_class(re.compile(r"\bdirty\b"))

    def save(self) -> None:
        """Save, and wait until no unsaved text is left in the tab."""
        self.page.keyboard.press("Control+S")
        expect(self.active_tab()).not_to_have_class(re.compile(r"\bdirty\b"))

    def undo_typing(self) -> None:
        """Take back the last edit."""
        self.page.keyboard.press("Control+Z")

    def lens(self, text: str) -> Locator:
        """The code lens that holds a text."""
        return self.page.locator(".codelens-decoration a").filter(has_text=text)

    def title_action(self, label: str) -> Locator:
        """A button at the right end of the tabs."""
        return self.page.locator(
            f'.editor-group-container.active .editor-actions [aria-label*="{label}"]'
        )

    def hover(self) -> Locator:
        """The little window that explains what is under the mouse."""
        return self.page.locator(".monaco-hover:visible")

    def diff(self) -> Locator:
        """The editor that shows two versions side by side."""
        return self.page.locator(".editor-group-container.active .monaco-diff-editor")

    def squiggles(self, kind: str = "info") -> Locator:
        """Underlined text: ``error``, ``warning``, ``info`` or ``hint``."""
        return self.editor().locator(f".squiggly-{kind}")

    # --- views ------------------------------------------------------------------------------------

    def show_explorer(self) -> None:
        """Bring the Explorer to the front."""
        self.page.keyboard.press("Control+Shift+E")
        expect(self.page.locator(".explorer-folders-view")).to_be_visible()

    def explorer_row(self, name: str) -> Locator:
        """A file or folder in the Explorer."""
        label = self.page.get_by_text(name, exact=True)
        return self.page.locator(".explorer-folders-view .monaco-list-row").filter(has=label)

    def unfold(self, folder: str) -> None:
        """Have a folder open in the Explorer; a click is lost where rows move in that moment."""
        row = self.explorer_row(folder)

        def is_open() -> bool:
            if row.get_attribute("aria-expanded") != "true":
                row.click()
            with suppress(AssertionError):
                expect(row).to_have_attribute("aria-expanded", "true", timeout=3000)
                return True
            return False

        eventually(is_open, f"{folder} is open")

    def show_source_control(self) -> None:
        """Bring Source Control to the front."""
        self.page.keyboard.press("Control+Shift+G")
        expect(self.page.locator(".part.sidebar .composite.title")).to_contain_text(
            "Source Control"
        )

    def scm_row(self, text: str) -> Locator:
        """A row of Source Control: a group or a resource."""
        return self.page.locator(".scm-view .monaco-list-row").filter(has_text=text)

    def press_in_scm(self, text: str, button: str) -> None:
        """Press a button in a row of Source Control, by its tooltip."""
        row = self.scm_row(text).first

        def is_pressed() -> bool:
            row.hover()  # once more if the row moved away from under the mouse
            return bool(self.page.evaluate(_PRESS_IN_ROW, [text, button]))

        eventually(is_pressed, f"the row {text} offers {button}")

    def scm_title_action(self, label: str) -> Locator:
        """A button in a title of Source Control."""
        return self.page.locator(f'.part.sidebar .title-actions [aria-label*="{label}"]').or_(
            self.page.locator(f'.part.sidebar .pane-header .actions [aria-label*="{label}"]')
        )

    def search(self, text: str) -> None:
        """Search over the folder and wait for an answer."""
        self.page.keyboard.press("Control+Shift+F")
        box = self.page.locator(".search-view textarea[aria-label^='Search']").first
        box.fill(text)
        box.press("Enter")
        expect(self.page.locator(".search-view .messages")).to_contain_text(
            re.compile(r"result|No results"), timeout=20_000
        )

    def search_hit(self, text: str) -> Locator:
        """A found line, or a file that holds some."""
        return self.page.locator(".search-view .monaco-list-row").filter(has_text=text)

    def show_problems(self) -> None:
        """Bring the problems to the front."""
        self.page.keyboard.press("Control+Shift+M")
        expect(self.page.locator(".markers-panel")).to_be_visible()

    def problem(self, text: str) -> Locator:
        """A row of the problems."""
        return self.page.locator(".markers-panel .monaco-list-row").filter(has_text=text)
