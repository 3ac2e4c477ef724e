"""A language client that adds as little as it can: two pipes and JSON, nothing else."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from time import perf_counter_ns
from typing import IO, Any, Self

STOCK = [sys.executable, str(Path(__file__).with_name("stock_server.py"))]
OURS = [sys.executable, "-m", "redraft", "lsp"]
PATIENCE_S = 20
_CHUNK = 1 << 18


class Client:
    """A server process and the pipes to it (a context manager that ends the process).

    Attributes:
        ended: the exit code, once it has ended.
    """

    ended: int | None = None

    def __init__(
        self,
        command: list[str],
        cwd: str,
        *,
        stderr: int | IO[bytes] = subprocess.DEVNULL,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._patience = patience_s
        self._server = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=0,
        )
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._in, self._out = self._server.stdin.fileno(), self._server.stdout.fileno()
        self._buffer = b""
        self._id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.request("shutdown", None)
            self.notify("exit", None)
            self._server.wait(self._patience)
        except (OSError, EOFError, ValueError, subprocess.TimeoutExpired):
            self._server.kill()
            self._server.wait()
        self.ended = self._server.returncode
        for pipe in (self._server.stdin, self._server.stdout):
            assert pipe is not None
            pipe.close()

    def initialize(self, root: str) -> dict[str, Any]:
        """Shake hands, with the capabilities of a plain client; returns the server's answer."""
        uri = Path(root).as_uri()
        answer = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "capabilities": {},
                "workspaceFolders": [{"uri": uri, "name": "book"}],
            },
        )
        self.notify("initialized", {})
        return answer

    def request(self, method: str, params: object) -> dict[str, Any]:
        """Ask and wait for the answer; fails if it is an error."""
        answer = self.ask(method, params)
        if "error" in answer:
            raise ValueError(f"{method}: {answer['error']}")
        return answer

    def ask(self, method: str, params: object) -> dict[str, Any]:
        """Ask and wait for the answer, be it a result or an error."""
        self.take_time(method, params)
        answer: dict[str, Any] = json.loads(self._answer)
        return answer

    def take_time(self, method: str, params: object) -> float:
        """Ask, and return the seconds until the whole answer is here; it is not even parsed."""
        self._id += 1
        frame = _frame({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params})
        begin = perf_counter_ns()
        os.write(self._in, frame)
        while b'"method"' in (body := self._next())[:400]:
            self._reply(body)
        took = (perf_counter_ns() - begin) / 1e9
        self._answer = body
        return took

    def notify(self, method: str, params: object) -> None:
        """Tell the server something."""
        os.write(self._in, _frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def resident(self) -> int:
        """The bytes of memory that the server occupies now."""
        return resident(self._server.pid)

    def _reply(self, body: bytes) -> None:
        """Answer what the server asks, with nothing."""
        message = json.loads(body)
        if "id" in message:
            os.write(self._in, _frame({"jsonrpc": "2.0", "id": message["id"], "result": None}))

    def _next(self) -> bytes:
        while (cut := self._buffer.find(b"\r\n\r\n")) < 0:
            self._more()
        head = self._buffer[:cut].lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(self._buffer) < cut + 4 + length:
            self._more()
        body = self._buffer[cut + 4 : cut + 4 + length]
        self._buffer = self._buffer[cut + 4 + length :]
        return body

    def _more(self) -> None:
        if not select.select([self._out], [], [], self._patience)[0]:
            raise TimeoutError(f"no answer within {self._patience} seconds")
        data = os.read(self._out, _CHUNK)
        if not data:
            raise EOFError("the server is gone")
        self._buffer += data


def resident(pid: int) -> int:
    """The bytes of memory that a process occupies now."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def _frame(message: dict[str, object]) -> bytes:
    body = json.dumps(message, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
