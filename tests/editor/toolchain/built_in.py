"""VS Code with few of its own hundred extensions: a window is there in half the time."""

from __future__ import annotations

import os
import shutil

from tests.editor.toolchain.places import BUILT_IN, VSCODE

NEEDED = (
    "markdown-basics",
    "markdown-language-features",  # its preview
    "media-preview",  # pictures
    "merge-conflict",  # starts by itself: once it has, others have had their turn
    "theme-defaults",
    "theme-seti",  # the icons of files
)


def provide() -> None:
    """Gather those that stories need beside the whole, which stays as it is."""
    if are_there():
        return
    shutil.rmtree(BUILT_IN, ignore_errors=True)
    fresh = BUILT_IN.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name in NEEDED:
        shutil.copytree(VSCODE / "extensions" / name, fresh / name, copy_function=os.link)
    fresh.rename(BUILT_IN)


def are_there() -> bool:
    """Whether they were gathered."""
    return BUILT_IN.is_dir() and set(os.listdir(BUILT_IN)) == set(NEEDED)


def switches() -> list[str]:
    """What tells code-server to take only these."""
    return ["--vscode-option", f"builtin-extensions-dir={BUILT_IN}"]
