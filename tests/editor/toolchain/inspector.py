"""The reference inspector of the Model Context Protocol, in a folder of its own.

It needs a Node.js newer than many machines have: the one that the stories' VS Code brings.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.editor.toolchain.commands import run, say
from tests.editor.toolchain.places import EDITOR, node

HERE = Path(__file__).parent
PLACE = EDITOR / "inspector"
PROGRAM = PLACE / "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"


def provide() -> None:
    """Install it, unless the stamp of this very version is there.

    Raises:
        ToolFailedError: it cannot be installed.
    """
    lock = (HERE / "inspector" / "package-lock.json").read_text("utf-8")
    stamp = PLACE / ".ready"
    if PROGRAM.exists() and stamp.exists() and stamp.read_text("utf-8") == lock:
        return
    say("Installing the reference inspector for agents' servers (110 MB)")
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    for source in (*(HERE / "inspector").iterdir(), HERE / ".npmrc"):
        shutil.copyfile(source, PLACE / source.name)
    path = f"{node().parent}{os.pathsep}{os.environ['PATH']}"
    words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(words, folder=PLACE, env={"PATH": path}, tries=3)
    stamp.write_text(lock, "utf-8")
