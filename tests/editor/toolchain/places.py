"""Where the tool-chain of the stories lies: below ``.editor/`` at the repository's top."""

from __future__ import annotations

import platform
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
EDITOR = REPOSITORY / ".editor"
"""May be a link to a tool-chain that several checkouts share."""

CODE_SERVER = EDITOR / "node_modules" / "code-server"
ENTRY = CODE_SERVER / "out" / "node" / "entry.js"
VSCODE = CODE_SERVER / "lib" / "vscode"
BUILT_IN = EDITOR / "built-in"
"""Those of VS Code's own extensions that stories need."""
OWN_CHROMIUM = EDITOR / "chromium"


def node() -> Path:
    """The Node.js that code-server is made for, whatever the machine has."""
    machine = platform.machine().lower()
    name = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(machine)
    return EDITOR / "node_modules" / f"node-linux-{name or machine}" / "bin" / "node"
