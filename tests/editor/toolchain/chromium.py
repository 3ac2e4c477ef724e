"""The Chromium that shows the editor: the one that is named, the machine's own, or a new one."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from xml.sax.saxutils import escape

from tests.editor.toolchain.commands import ToolFailedError, run, say
from tests.editor.toolchain.places import OWN_CHROMIUM, node

# The same engine without a window of its own is quicker, so it comes first.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
# Newer than this, the package's Chromium has not been tried with the stories.
CARRIER = "@sparticuz/chromium@153.0.0"
_UNPACK = """
import { inflate } from "./node_modules/@sparticuz/chromium/build/lambdafs.js";
for (const name of ["chromium.br", "al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"]) {
  await inflate(`node_modules/@sparticuz/chromium/bin/${name}`);
}
"""


class NoChromiumError(Exception):
    """No Chromium is here and none could be had; the message says what was tried."""


def find() -> Path | None:
    """The Chromium to use.

    Returns:
        What the variable ``REDRAFT_CHROMIUM`` names, else the machine's own, else the one that an
        earlier call installed below ``.editor/``; ``None`` if there is none that starts.

    Raises:
        NoChromiumError: if ``REDRAFT_CHROMIUM`` names something that does not start.
    """
    if named := os.environ.get("REDRAFT_CHROMIUM"):
        if not starts(Path(named)):
            raise NoChromiumError(f"REDRAFT_CHROMIUM names {named}, which does not start")
        return Path(named)
    here = (Path(found) for name in NAMES if (found := shutil.which(name)))
    candidates = [*here, OWN_CHROMIUM / "chromium.sh"]
    return next((candidate for candidate in candidates if starts(candidate)), None)


def starts(program: Path) -> bool:
    """Whether it is a Chromium that can be driven here: some are only doors to a download."""
    words = [str(program), "--headless", "--no-sandbox", "--disable-gpu"]
    with tempfile.TemporaryDirectory(prefix="rd-", ignore_cleanup_errors=True) as profile:
        words += ["--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError:
            return False
        with process:
            ending = threading.Timer(30, _end, [process])
            ending.start()
            try:
                return any(b"DevTools listening" in line for line in process.stderr or ())
            finally:
                ending.cancel()
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def provide() -> Path:
    """Find a Chromium, or install one by what the machine offers.

    Raises:
        NoChromiumError: if there is none and neither way to one led anywhere.
    """
    if found := find():
        return found
    tried = []
    for name, way in (("the package manager", _by_apt), (CARRIER, _by_npm)):
        say(f"No Chromium yet: installing one by {name}")
        try:
            way()
        except ToolFailedError as failure:
            tried.append(f"{name}: {failure}")
        else:
            if found := find():
                return found
            tried.append(f"{name}: what it installed does not start")
    raise NoChromiumError("no Chromium is here and none could be had.\n" + "\n".join(tried))


def _by_apt() -> None:
    rights = [] if os.geteuid() == 0 else ["sudo", "-n"]
    run([*rights, "apt-get", "update", "-qq"], tries=2)
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*rights, *quiet, "apt-get", "install", "-y", "-qq"]
    try:
        run([*install, "chromium-headless-shell"])
    except ToolFailedError:  # an older Debian, or another system
        run([*install, "chromium"], tries=2)


def _by_npm() -> None:
    """Unpack the one that a package carries; its libraries come with it, so a script starts it."""
    shutil.rmtree(OWN_CHROMIUM, ignore_errors=True)
    OWN_CHROMIUM.mkdir(parents=True)
    (OWN_CHROMIUM / "package.json").write_text('{"private": true, "type": "module"}\n')
    run(["npm", "install", "--ignore-scripts", CARRIER], folder=OWN_CHROMIUM, tries=3)
    (OWN_CHROMIUM / "unpack.js").write_text(_UNPACK)
    runner = str(node()) if node().exists() else "node"
    run([runner, "unpack.js"], folder=OWN_CHROMIUM, env={"TMPDIR": str(OWN_CHROMIUM)})
    # The package looks for its fonts where it is meant to run; without any, pages stay white.
    fonts = OWN_CHROMIUM / "fonts"
    (fonts / "fonts.conf").write_text(
        f"<fontconfig><dir>{escape(str(fonts))}</dir><dir>/usr/share/fonts</dir>"
        f"<cachedir>{escape(str(fonts / 'cache'))}</cachedir></fontconfig>\n"
    )
    script = OWN_CHROMIUM / "chromium.sh"
    script.write_text(
        "#!/bin/sh\n"
        'here="$(dirname "$(readlink -f "$0")")"\n'
        'export LD_LIBRARY_PATH="$here/al2023/lib:$here" FONTCONFIG_PATH="$here/fonts"\n'
        'exec "$here/chromium" "$@"\n'
    )
    script.chmod(0o755)
