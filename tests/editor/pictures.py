"""Pictures for the documentation, taken by the stories themselves."""

from __future__ import annotations

import os

from playwright.sync_api import Locator
from tests.editor.toolchain.places import REPOSITORY
from tests.editor.workbench import Workbench

FOLDER = REPOSITORY / "docs" / "images"


def take(window: Workbench, name: str, of: Locator | None = None) -> None:
    """Take the picture ``docs/images/<name>.png``.

    It is written with ``REDRAFT_PICTURES=1`` only; else the story just proves that it can be taken.

    Args:
        window: whose picture it is.
        name: the file's name without its ending.
        of: the part of the window to show; all of it if not given.
    """
    if of is None:
        window.page.mouse.move(640, 400)  # away from buttons, which would show as hovered
    path = FOLDER / f"{name}.png" if os.environ.get("REDRAFT_PICTURES") else None
    if path:
        FOLDER.mkdir(parents=True, exist_ok=True)
    shown = of or window.page
    picture = shown.screenshot(path=path, animations="disabled", caret="hide")
    assert picture.startswith(b"\x89PNG"), f"no picture of {name}"
