"""Puts the tool-chain of the stories into ``.editor/``; does nothing where it is there already.

``python -m tests.editor.toolchain.install`` ends with 0 if real VS Code can be driven in a real
browser, with 1 if something failed, and with 3 where no Chromium can be had.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from filelock import FileLock
from tests.editor.toolchain import built_in, chromium
from tests.editor.toolchain.commands import ToolFailedError, run, say
from tests.editor.toolchain.places import CODE_SERVER, EDITOR, ENTRY, VSCODE, node

HERE = Path(__file__).parent
FAILED, NO_CHROMIUM = 1, 3
# Compiled on the spot where there is a compiler. Without the first, the editor's logs stay empty.
NATIVE = ("@vscode/spdlog", "@vscode/native-watchdog")


def main() -> int:
    """Install what is missing and say so."""
    try:
        with locked():
            provide_editor()
            built_in.provide()
            browser = chromium.provide()
    except chromium.NoChromiumError as missing:
        say(f"warning: {missing}")
        return NO_CHROMIUM
    except ToolFailedError as failure:
        say(f"error: the tool-chain of the stories cannot be installed: {failure}")
        return FAILED
    say(f"Stories run in code-server with {browser}")
    return 0


def locked() -> FileLock:
    """Holds off everybody else who would install."""
    EDITOR.mkdir(exist_ok=True)
    return FileLock(EDITOR / ".lock")


def provide_editor() -> None:
    """Install code-server and its Node.js, unless the stamp of this very version is there."""
    stamp, unfinished = EDITOR / ".ready", EDITOR / ".unfinished"
    wanted = _digest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    # What an interrupted installation left looks whole and is not.
    if unfinished.exists() or not _works():
        stamp.unlink(missing_ok=True)
        unfinished.touch()
        shutil.rmtree(EDITOR / "node_modules", ignore_errors=True)
        _install()
        if not _works():
            raise ToolFailedError("code-server is installed and does not start")
        unfinished.unlink()
    stamp.write_text(wanted)


def _install() -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(HERE / name, EDITOR / name)
    say("Installing code-server and its Node.js into .editor/ (800 MB, about half a minute)")
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder=EDITOR, tries=3)
    # Its headers lie beside it, so that compiling downloads nothing.
    env = {
        "PATH": f"{node().parent}{os.pathsep}{os.environ['PATH']}",
        "npm_config_nodedir": str(node().parents[1]),
    }
    say("Installing what VS Code's server needs")
    # Its lock file misses a package: `npm ci` refuses it.
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund")
    run(["npm", "install", "--omit=dev", *quiet], folder=VSCODE, env=env, tries=3)
    try:
        run(["npm", "rebuild", *NATIVE], folder=VSCODE, env=env)
    except ToolFailedError:
        say("note: no C++ compiler here, so the editor's own logs will be empty")


def _digest() -> str:
    """Changes with whatever decides what is installed."""
    names = ("package.json", "package-lock.json")
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in names)).hexdigest()


def _works() -> bool:
    """Whether code-server is whole enough to answer; its own needs are asked with its VS Code."""
    if not (ENTRY.exists() and node().exists() and (VSCODE / "node_modules").is_dir()):
        return False
    # In a home without its settings it writes some, and says so before its version.
    with tempfile.TemporaryDirectory() as home:
        env = {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}
        try:
            said = run([node(), ENTRY, "--version"], env=env, timeout=60)
            run([node(), VSCODE / "out" / "server-main.js", "--version"], env=env, timeout=60)
        except ToolFailedError:
            return False
    version = said.splitlines()[-1].split()[0]
    return f'"version": "{version}"' in (CODE_SERVER / "package.json").read_text()


if __name__ == "__main__":
    sys.exit(main())
