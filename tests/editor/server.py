"""One VS Code: code-server on a profile of its own, kept so that nothing of it is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.editor.profile import CALM, VSIX, Profile, Settings, code_server

KEEPER = Path(__file__).parent / "keeper.py"


class CodeServer(Profile):
    """A running code-server.

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
        switches: Sequence[str] = (),
    ) -> None:
        """Prepare a profile; nothing runs yet.

        Args:
            settings: what differs from the calm defaults; ``None`` as a value takes one away.
            env: what is added to the environment of the server; ``None`` takes one away.
            vsix: the extension to install, if any.
            trust_everything: ``False`` lets VS Code open folders in Restricted Mode.
            switches: what else code-server is told.
        """
        super().__init__(settings={**CALM, **(settings or {})}, env=env, vsix=vsix)
        self.log = self.home / "server.log"
        self.url = ""
        self._switches = ["--disable-telemetry", "--disable-update-check", "--auth", "none"]
        self._switches += ["--disable-getting-started-override", *switches]
        if trust_everything:
            self._switches.append("--disable-workspace-trust")
        self._keeper: subprocess.Popen[bytes] | None = None

    def start(self, *, port: int | None = None) -> None:
        """Start it and wait until it answers.

        Raises:
            RuntimeError: if it ends or says nothing within a minute; its log is in the message.
        """
        port = port or _free_port()
        self.url = f"http://127.0.0.1:{port}"
        words = [*code_server(self.home), "--bind-addr", f"127.0.0.1:{port}", *self._switches]
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

    def wait(self) -> None:
        """Until it ends by itself."""
        if self._keeper is not None:
            self._keeper.wait()

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
        """Stop it and throw its profile away."""
        self.stop()
        self.remove()

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

    def processes(self, part: str) -> list[int]:
        """The processes of this server whose command line holds ``part``."""
        return [pid for pid, line in processes_with(str(self.home)) if part in line]

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


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def processes_with(part: str) -> list[tuple[int, str]]:
    """Process id and command line of all processes that have a text in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if part.encode() in (folder / "environ").read_bytes():
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                found.append((int(folder.name), line.decode(errors="replace")))
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return found
