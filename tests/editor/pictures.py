"""Pictures for the documentation, taken by the stories themselves, light and dark."""

from __future__ import annotations

import os

from playwright.sync_api import expect
from tests.editor.toolchain.places import REPOSITORY
from tests.editor.workbench import THEMES, Workbench

FOLDER = REPOSITORY / "docs" / "images"


def take(window: Workbench, name: str) -> None:
    """Take the pictures ``docs/images/<name>-light.png`` and ``-dark.png`` of a light window.

    They are written with ``REDRAFT_PICTURES=1`` only; else the story just proves that the window
    can be taken.
    """
    window.page.mouse.move(640, 400)  # away from buttons, which would show as hovered
    expect(window.hover()).to_have_count(0)
    if not os.environ.get("REDRAFT_PICTURES"):
        assert _shot(window).startswith(b"\x89PNG"), f"no picture of {name}"
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for theme in THEMES:
        window.set_theme(theme)
        (FOLDER / f"{name}-{theme}.png").write_bytes(_shot(window))
    window.set_theme("light")


def _shot(window: Workbench) -> bytes:
    return window.page.screenshot(animations="disabled", caret="hide")
