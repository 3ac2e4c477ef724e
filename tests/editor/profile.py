"""What a VS Code keeps for its person: settings, extensions, logs; here always a fresh one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock
from tests.editor.toolchain.places import EDITOR, ENTRY, REPOSITORY, node

EXTENSION = REPOSITORY / "vscode-extension"
VERSION = json.loads((EXTENSION / "package.json").read_text())["version"]
VSIX = EXTENSION / f"redraft-{VERSION}.vsix"
REDRAFT = (sys.executable, "-m", "redraft")
"""The command line of the checkout that is tested, whatever is installed on the machine."""

Settings = Mapping[str, Any]
CALM: dict[str, Any] = {
    "breadcrumbs.enabled": True,
    "chat.disableAIFeatures": True,
    "editor.accessibilitySupport": "off",
    "editor.cursorBlinking": "solid",
    "editor.minimap.enabled": False,
    "editor.occurrencesHighlight": "off",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "files.simpleDialog.enable": True,
    "git.enabled": False,
    "redraft.server.command": [*REDRAFT, "lsp"],
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "window.commandCenter": False,
    "workbench.colorTheme": "Default Light Modern",
    "workbench.reduceMotion": "on",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}


class Profile:
    """A profile in a folder of its own, with the extension in it.

    Attributes:
        home: the folder of all of it.
        user_data: what VS Code calls so.
        settings: what is set now.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        env: Mapping[str, str | None] | None = None,
        vsix: Path | None = VSIX,
    ) -> None:
        """Make the profile.

        Args:
            settings: all that differs from what VS Code does by itself.
            env: what is added to the environment of what runs in it; ``None`` takes one away.
            vsix: the extension to install, if any.
        """
        # Names of sockets below it must stay under 108 bytes.
        self.home = Path(tempfile.mkdtemp(prefix="rd-"))
        self.user_data = self.home / "ud"
        for name in ("ud/User", "ud/Machine", "h", "t"):
            (self.home / name).mkdir(parents=True)
        (self.home / "config.yaml").write_text("auth: none\n")
        self._changes = dict(env or {})
        self.settings: dict[str, Any] = {}
        self.set(settings)
        if vsix is not None:
            shutil.copytree(installed(vsix), self.home / "ext", symlinks=True)

    def set(self, settings: Settings) -> None:
        """Change settings; a running window follows.

        Args:
            settings: the new values; ``None`` takes a setting away.
        """
        self.settings |= settings
        kept = {name: value for name, value in self.settings.items() if value is not None}
        # A remote window reads those of scope machine from Machine/, the others from User/.
        for name in ("User", "Machine"):
            path = self.user_data / name / "settings.json"
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps(kept, indent=1))
            fresh.replace(path)

    @property
    def env(self) -> dict[str, str]:
        """The environment of the server: the tested checkout, and nothing of the person's."""
        foreign = ("VSCODE_", "CODE_SERVER_", "REDRAFT_", "XDG_", "COV_", "PYTEST_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        added: dict[str, str | None] = {
            "HOME": str(self.home / "h"),
            "TMPDIR": str(self.home / "t"),
            "EXTENSIONS_GALLERY": "{}",
            "PYTHONPATH": str(REPOSITORY / "server"),
            **self._changes,
        }
        return {k: v for k, v in (kept | added).items() if v is not None}

    def logs(self) -> dict[str, str]:
        """What the server, its extension hosts and Redraft's output channel wrote, by name."""
        found = sorted(self.home.glob("*.log"))
        found += sorted((self.user_data / "logs").rglob("*.log"))
        texts = {
            path.relative_to(self.home).as_posix(): path.read_text(errors="replace")
            for path in found
        }
        return {name: text for name, text in texts.items() if text.strip()}

    def remove(self) -> None:
        """Throw it all away."""
        shutil.rmtree(self.home, ignore_errors=True)


def code_server(home: Path) -> list[str]:
    """The command line of code-server on the profile in this folder."""
    words = [node(), ENTRY, "--user-data-dir", home / "ud", "--extensions-dir", home / "ext"]
    return [str(word) for word in (*words, "--config", home / "config.yaml")]


def installed(vsix: Path) -> Path:
    """A folder of extensions with this one in it, made once for each content of the file."""
    if not vsix.exists():
        raise FileNotFoundError(f"{vsix} is not there: `make extension` builds it")
    digest = hashlib.sha256(vsix.read_bytes()).hexdigest()[:12]
    shelf = EDITOR / "extensions"
    shelf.mkdir(exist_ok=True)
    ready = shelf / digest
    with FileLock(shelf / ".lock"):
        if not ready.exists():
            _forget_old(shelf)
            _install(vsix, ready)
    return ready


def _install(vsix: Path, ready: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="rd-") as name:
        home = Path(name)
        (home / "config.yaml").write_text("auth: none\n")
        result = subprocess.run(
            [*code_server(home), "--install-extension", str(vsix)],
            env=os.environ | {"HOME": name, "TMPDIR": name, "EXTENSIONS_GALLERY": "{}"},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        if "successfully installed" not in result.stdout:
            raise RuntimeError(f"{vsix} was not installed:\n{result.stdout}{result.stderr}")
        shutil.copytree(home / "ext", ready.with_suffix(".new"), dirs_exist_ok=True)
        ready.with_suffix(".new").rename(ready)


def _forget_old(shelf: Path) -> None:
    """Builds of earlier days are not asked for again."""
    for folder in shelf.iterdir():
        if folder.is_dir() and folder.stat().st_mtime < time.time() - 86_400:
            shutil.rmtree(folder, ignore_errors=True)
