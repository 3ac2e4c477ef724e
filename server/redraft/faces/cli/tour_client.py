"""A small language client: JSON-RPC with a real server over its standard input and output."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATIENCE_S = 60.0
_ACCEPTED = ("client/registerCapability", "workspace/codeLens/refresh")
_METHOD_NOT_FOUND = -32601


class Refused(Exception):
    """The server answered with an error.

    Attributes:
        code: the stable code of the failure, for example ``conflict``.
        data: the error's own fields.
        log: what the server had written on stderr by then.
    """

    def __init__(self, error: Mapping[str, Any], log: str) -> None:
        super().__init__(str(error.get("message")))
        self.log = log
        data = error.get("data")
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.code = str(self.data.get("code", error.get("code")))


class Gone(Exception):
    """The server died, or did not answer in time; the message holds what it said on stderr."""


class Client:
    """A language server as a process, and one client of it (a context manager).

    Attributes:
        process: the server.
        notifications: what the server told without being asked, oldest first.
    """

    def __init__(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "redraft", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(),
        )
        self.notifications: list[tuple[str, Any]] = []
        self._incoming: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._last_id = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # Talking -----------------------------------------------------------------------------------

    def request(self, method: str, params: object) -> Any:
        """Ask, and wait for the answer.

        Raises:
            Refused: the server answered with an error.
            Gone: it died, or took longer than a minute.
        """
        self._last_id += 1
        number = self._last_id
        self._send({"id": number, "method": method, "params": params})
        deadline = time.monotonic() + PATIENCE_S
        while True:
            message = self._next(deadline)
            if message.get("id") != number or "method" in message:
                self._take(message)
            elif "error" in message:
                raise Refused(message["error"], self.said())
            else:
                return message.get("result")

    def notify(self, method: str, params: object) -> None:
        """Tell the server something that has no answer."""
        self._send({"method": method, "params": params})

    def wait_for(self, method: str, wanted: Callable[[Any], bool], seconds: float = 10.0) -> bool:
        """Wait until the server has sent such a notification; False if it does not."""
        deadline = time.monotonic() + seconds
        while not any(name == method and wanted(params) for name, params in self.notifications):
            try:
                self._take(self._next(deadline))
            except Gone:
                return False
        return True

    def close(self) -> int | None:
        """Say goodbye as the protocol wants it; returns the server's exit code."""
        if self.process.poll() is None:
            try:
                self.request("shutdown", None)
                self.notify("exit", None)
                self.process.wait(PATIENCE_S)
            except (Gone, Refused, subprocess.TimeoutExpired):
                self._end()
        return self.process.returncode

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self._end()
        self._reader.join(PATIENCE_S)
        for stream in (self.process.stdin, self.process.stdout, self._log):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue

    # Framing -----------------------------------------------------------------------------------

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        pipe = self.process.stdin
        try:
            if pipe is not None:
                pipe.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
                pipe.flush()
        except OSError:
            raise self._gone("is gone") from None

    def _next(self, deadline: float) -> dict[str, Any]:
        try:
            message = self._incoming.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise self._gone("did not answer in time") from None
        if message is None:
            self._incoming.put(None)
            raise self._gone("is gone")
        return message

    def _take(self, message: dict[str, Any]) -> None:
        """Keep a notification, or answer what the server asks."""
        if "method" not in message:
            return
        if "id" not in message:
            self.notifications.append((message["method"], message.get("params")))
        elif message["method"] in _ACCEPTED:
            self._send({"id": message["id"], "result": None})
        else:
            error = {"code": _METHOD_NOT_FOUND, "message": "This client cannot do that."}
            self._send({"id": message["id"], "error": error})

    def _read(self) -> None:
        pipe = self.process.stdout
        try:
            while pipe is not None and (line := pipe.readline()):
                length = 0
                while line.strip():
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                    line = pipe.readline()
                self._incoming.put(json.loads(pipe.read(length)))
        except (OSError, ValueError):
            pass  # what is no message ends the conversation: the waiting side says so
        self._incoming.put(None)

    def _end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def said(self) -> str:
        """The end of what the server wrote on stderr."""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace").strip()[-2000:]

    def _gone(self, what: str) -> Gone:
        return Gone(f"The language server {what}.\n{self.said()}".strip())


def _environment() -> dict[str, str]:
    """This process's environment, so that the server is this very code and takes no session."""
    package = str(Path(__file__).resolve().parents[3])
    inherited = os.environ.get("PYTHONPATH")
    kept = {k: v for k, v in os.environ.items() if k not in ("REDRAFT_ROOT", "REDRAFT_SESSION")}
    return {**kept, "PYTHONPATH": os.pathsep.join([package, inherited] if inherited else [package])}
