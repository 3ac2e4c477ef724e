"""``make run``: real VS Code with Redraft on a copy of a folder.

``python -m tests.editor.run --book FOLDER`` opens the installed VS Code where there is one and a
screen for it, else code-server, whose address it prints. Nothing of the person's own VS Code is
touched. Ctrl-C ends it, and so does closing VS Code. Where nobody sits at a terminal, code-server
ends by itself ten minutes after its last window was closed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from tests.conftest import OWN, picture
from tests.editor.profile import CALM, REDRAFT, VSIX, Profile
from tests.editor.server import CodeServer
from tests.editor.toolchain import install

FAILED, BAD_USAGE = 1, 2
IDLE_SECONDS = 600
SETTINGS: dict[str, Any] = {
    "redraft.server.command": [*REDRAFT, "lsp"],
    "extensions.ignoreRecommendations": True,
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "workbench.startupEditor": "none",
}


def main() -> int:
    """Open VS Code and stay until it is closed or Ctrl-C is pressed."""
    given = _parser().parse_args()
    source = Path(given.book).resolve()
    if not source.is_dir():
        print(f"error: there is no folder {given.book!r}.", file=sys.stderr)
        return BAD_USAGE
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell's `&` leaves it ignored
    home = Path(tempfile.mkdtemp(prefix="redraft-")).resolve()
    book = home / source.name
    shutil.copytree(source, book, symlinks=True, ignore=shutil.ignore_patterns(*OWN))
    before = picture(book)
    settings = SETTINGS | ({"redraft.server.command": None} if given.first_use else {})
    try:
        print(f"A copy of {source} to play with: {book}", flush=True)
        if (code := _installed_code(os.environ)) and not given.in_browser:
            return _in_code(code, book, settings)
        return _in_browser(book, settings, given.port)
    except KeyboardInterrupt:
        print("\nEnded.", flush=True)
        return 0
    finally:
        _tidy(home, kept=(book / ".workflow").exists() or picture(book) != before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--book", required=True, help="the folder of which a copy is opened")
    parser.add_argument("--in-browser", action="store_true", help="even if VS Code is installed")
    parser.add_argument("--port", type=int, default=0, help="of code-server; any if not given")
    parser.add_argument(
        "--first-use", action="store_true", help="let the extension set its server up by itself"
    )
    return parser


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _tidy(home: Path, *, kept: bool) -> None:
    """Remove an unchanged copy; what somebody wrote into one is not thrown away."""
    if kept:
        print(f"What you did is kept in {home}", flush=True)
    else:
        shutil.rmtree(home, ignore_errors=True)


def _installed_code(env: Mapping[str, str]) -> str | None:
    """The person's VS Code, if it can open a window of its own here."""
    # In a remote window's terminal, `code` is a door to that window and its extensions.
    if "VSCODE_IPC_HOOK_CLI" in env:
        return None
    screen = sys.platform == "darwin" or "DISPLAY" in env or "WAYLAND_DISPLAY" in env
    return shutil.which("code", path=env.get("PATH")) if screen else None


def _in_code(code: str, book: Path, settings: Mapping[str, Any]) -> int:
    profile = Profile(settings=settings, vsix=None)
    rooms = ["--user-data-dir", profile.user_data, "--extensions-dir", profile.home / "ext"]
    words = [code, *map(str, rooms), *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    try:
        result = subprocess.run([*words, "--install-extension", str(VSIX)], check=False)
        if result.returncode:
            return FAILED
        print("VS Code is open; close its window, or press Ctrl-C here, to end.", flush=True)
        window = subprocess.run([*words, "--new-window", "--wait", str(book)], check=False)
        return window.returncode
    finally:
        profile.remove()


def _in_browser(book: Path, settings: Mapping[str, Any], port: int) -> int:
    with install.locked():
        install.provide_editor()
    attended = sys.stdin.isatty()
    switches = [] if attended else ["--idle-timeout-seconds", str(IDLE_SECONDS)]
    unset: dict[str, Any] = dict.fromkeys(CALM)
    server = CodeServer(settings={**unset, **settings}, switches=switches)
    try:
        server.start(port=port)
        address = f"{server.url}/?folder={quote(str(book))}"
        print(f"VS Code with Redraft: {address}\nPress Ctrl-C to end.", flush=True)
        if attended and ("DISPLAY" in os.environ or sys.platform == "darwin"):
            webbrowser.open(address)
        server.wait()
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
