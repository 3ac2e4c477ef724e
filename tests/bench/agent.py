"""An agent's client that adds as little as it can: two pipes and JSON, a message a line."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from time import perf_counter_ns
from typing import IO, Any, Self

from tests.bench.client import resident

STOCK = [sys.executable, str(Path(__file__).with_name("stock_tools.py"))]
OURS = [sys.executable, "-m", "redraft", "mcp"]
PATIENCE_S = 20
_CHUNK = 1 << 18
_VERSION = "2025-11-25"


class Agent:
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
        environment = {k: v for k, v in os.environ.items() if not k.startswith("REDRAFT_")}
        self._server = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
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
        info = {"name": "bench", "version": "1"}
        asked = {"protocolVersion": _VERSION, "capabilities": {}, "clientInfo": info}
        self.request("initialize", asked)
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        try:
            self._server.wait(self._patience)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self.ended = self._server.returncode
        self._server.stdout.close()

    def call(self, tool: str, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call a tool and wait for its result; fails if it is an error."""
        result = self.ask(tool, arguments or {})
        if result.get("isError"):
            raise ValueError(f"{tool}: {result}")
        return result

    def ask(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call a tool and wait for its result, whether it succeeded or not."""
        return self.request("tools/call", {"name": tool, "arguments": arguments})

    def resident(self) -> int:
        """The bytes of memory that the server occupies now."""
        return resident(self._server.pid)

    def request(self, method: str, params: object) -> dict[str, Any]:
        """Ask and wait for the answer's result; fails if it is an error."""
        self.take_time(method, params)
        answer: dict[str, Any] = json.loads(self._answer)
        if "error" in answer:
            raise ValueError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def take_time(self, method: str, params: object) -> float:
        """Ask, and return the seconds until the whole answer is here; it is not even parsed."""
        self._id += 1
        message = {"jsonrpc": "2.0", "id": self._id, "method": method, "params": params}
        line = json.dumps(message).encode() + b"\n"
        begin = perf_counter_ns()
        os.write(self._in, line)
        self._answer = self._line()
        return (perf_counter_ns() - begin) / 1e9

    def _send(self, message: dict[str, object]) -> None:
        os.write(self._in, json.dumps(message).encode() + b"\n")

    def _line(self) -> bytes:
        while (cut := self._buffer.find(b"\n")) < 0:
            if not select.select([self._out], [], [], self._patience)[0]:
                raise TimeoutError(f"no answer within {self._patience} seconds")
            data = os.read(self._out, _CHUNK)
            if not data:
                raise EOFError("the server is gone")
            self._buffer += data
        line, self._buffer = self._buffer[:cut], self._buffer[cut + 1 :]
        return line
