"""One VS Code: code-server on a profile of its own, kept so that nothing of it is left behind."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock
from tests.editor.toolchain.places import EDITOR, ENTRY, REPOSITORY, node

EXTENSION = REPOSITORY / "vscode-extension"
VERSION = json.loads((EXTENSION / "package.json").read_text())["version"]
VSIX = EXTENSION / f"redraft-{VERSION}.vsix"
KEEPER = Path(__file__).parent / "keeper.py"
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


class CodeServer:
    """A running code-server with an empty profile and the extension in it.

    Use it as a context manager; at its end the server, its extension hosts and language servers
    are gone, also when the test run is killed.
    """

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        env: Mapping[str, str | None] | None = None,
        vsix: Path | None = VSIX,
        trust_everything: bool = True,
        home: Path | None = None,
    ) -> None:
        """Prepare a profile; nothing runs yet.

        Args:
            settings: what differs from the calm defaults; ``None`` as a value takes one away.
            env: what is added to the environment of the server; ``None`` takes one away.
            vsix: the extension to install, if any.
            trust_everything: ``False`` lets VS Code open folders in Restricted Mode.
            home: a folder to keep the profile in; else it is temporary.
        """
        self._own_home = home is None
        # Names of sockets below it must stay under 108 bytes.
        self.home = home or Path(tempfile.mkdtemp(prefix="rd-"))
        self.user_data = self.home / "ud"
        self.log = self.home / "server.log"
        for name in ("User", "Machine"):
            (self.user_data / name).mkdir(parents=True, exist_ok=True)
        for name in ("h", "t"):
            (self.home / name).mkdir(exist_ok=True)
        (self.home / "config.yaml").write_text("auth: none\n")
        self._trust_everything = trust_everything
        self._changes = dict(env or {})
        self.settings: dict[str, Any] = {}
        self.set(CALM | dict(settings or {}))
        if vsix is not None and not (self.home / "ext").exists():
            shutil.copytree(installed(vsix), self.home / "ext", symlinks=True)
        self.url = ""
        self._keeper: subprocess.Popen[bytes] | None = None

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

    def start(self, *, port: int | None = None) -> None:
        """Start it and wait until it answers.

        Raises:
            RuntimeError: if it ends or says nothing within a minute; its log is in the message.
        """
        port = port or _free_port()
        self.url = f"http://127.0.0.1:{port}"
        switches = ["--disable-telemetry", "--disable-update-check", "--auth", "none"]
        switches += ["--disable-getting-started-override", "--disable-file-downloads"]
        if self._trust_everything:
            switches.append("--disable-workspace-trust")
        words = [*_code_server(self.home), "--bind-addr", f"127.0.0.1:{port}", *switches]
        with self.log.open("ab") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-S", str(KEEPER), *words],
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_healthy()

    def stop(self) -> None:
        """End it and all that it started; the profile stays until :meth:`close`."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        if keeper.stdin is not None:
            keeper.stdin.close()
        try:
            keeper.wait(30)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()

    def close(self) -> None:
        """Stop it and remove its profile, if that was temporary."""
        self.stop()
        if self._own_home:
            shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def logs(self) -> dict[str, str]:
        """What the server, its extension hosts and Redraft's output channel wrote, by name."""
        found = [self.log] if self.log.exists() else []
        found += sorted((self.user_data / "logs").rglob("*.log"))
        texts = {
            path.relative_to(self.home).as_posix(): path.read_text(errors="replace")
            for path in found
        }
        return {name: text for name, text in texts.items() if text.strip()}

    def processes(self, part: str) -> list[int]:
        """The processes of this server whose command line holds ``part``."""
        mark = f"HOME={self.home / 'h'}".encode()
        return [pid for pid, line, environ in _processes() if mark in environ and part in line]

    def kill(self, part: str, sign: int = signal.SIGKILL) -> list[int]:
        """Send a signal to those processes of this server; gives whom it was sent to."""
        pids = self.processes(part)
        for pid in pids:
            os.kill(pid, sign)
        return pids

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(  # noqa: S310 - the address is this class's own
                    f"{self.url}/healthz", timeout=2
                ) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            ended = self._keeper is None or self._keeper.poll() is not None
            if ended or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"code-server did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)  # a port that nobody listens on yet gives no event


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
            [*_code_server(home), "--install-extension", str(vsix)],
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


def _code_server(home: Path) -> list[str]:
    words = [node(), ENTRY, "--user-data-dir", home / "ud", "--extensions-dir", home / "ext"]
    return [str(word) for word in (*words, "--config", home / "config.yaml")]


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def _processes() -> list[tuple[int, str, bytes]]:
    """Process id, command line and environment of all processes that may be looked at."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            found.append((int(folder.name), line, (folder / "environ").read_bytes()))
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return found
