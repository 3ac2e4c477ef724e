"""Agents' clients: the SDK's own over a real process, and a plain one that says what it likes."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

PATIENCE_S = 30
MODES = ("legacy", "auto")
"""The handshake of the protocol until 2025, and the one that needs none."""

CHAPTER = "part-1-the-lamp/chapter-01.md"
NEXT = "part-1-the-lamp/chapter-02.md"


def environment(**more: str) -> dict[str, str]:
    """What a server is given: this process's environment without our own variables."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("REDRAFT_")}
    return clean | more


@asynccontextmanager
async def connected(
    *roots: Path, mode: str = "legacy", env: dict[str, str] | None = None, **callbacks: Any
) -> AsyncIterator[Agent]:
    """The SDK's client, connected to a server of its own on these folders."""
    words = [word for root in roots for word in ("--root", str(root))]
    process = StdioServerParameters(
        command=sys.executable,
        args=["-m", "redraft", "mcp", *words],
        env=environment(**(env or {})),
    )
    async with Client(process, mode=mode, **callbacks) as client:
        yield Agent(client)


class Agent:
    """An agent: calls tools and looks at what they answer.

    Attributes:
        client: the SDK's client, which checks structured content against the tool's schema.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool that must succeed; its structured content."""
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, said(result)
        return structured(result)

    async def text(self, tool: str, /, **arguments: Any) -> str:
        """Call a tool that must succeed; its text."""
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, said(result)
        return said(result)

    async def fail(self, tool: str, /, **arguments: Any) -> tuple[dict[str, Any], str]:
        """Call a tool that must fail; its structured content and its text."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, said(result)
        return structured(result), said(result)


def structured(result: CallToolResult) -> dict[str, Any]:
    content = result.structured_content
    assert isinstance(content, dict)
    return content


def said(result: CallToolResult) -> str:
    texts = [block.text for block in result.content if isinstance(block, TextContent)]
    assert len(texts) == len(result.content)
    return "\n".join(texts)


class Plain:
    """A client that writes lines and reads lines (a context manager that ends the process).

    Args:
        root: the folder it serves.
        before: words before the server's own, of a program that runs it.

    Attributes:
        process: the server.
        told: the notifications that came so far.
    """

    def __init__(self, root: Path, *before: str, **env: str) -> None:
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "redraft", "mcp", "--root", str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=environment(**env),
        )
        self.told: list[dict[str, Any]] = []
        self._rest = b""
        self._id = 0

    def __enter__(self) -> Self:
        self.request(
            "initialize",
            {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "plain", "version": "1"},
            },
        )
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.end()
        finally:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
                if pipe is not None:
                    pipe.close()

    def end(self) -> int:
        """Close our side and wait until the server has ended; its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(PATIENCE_S)

    def raw(self, data: bytes) -> None:
        """Write octets."""
        assert self.process.stdin is not None
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self.process.stdin.fileno(), rest) :]

    def send(self, message: dict[str, Any]) -> None:
        """Write one message."""
        self.raw(json.dumps(message).encode() + b"\n")

    def ask(self, method: str, params: dict[str, Any]) -> int:
        """Send a request; its id."""
        self._id += 1
        self.send({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params})
        return self._id

    def call(self, tool: str, /, **arguments: Any) -> int:
        """Send the call of a tool; its id."""
        return self.ask("tools/call", {"name": tool, "arguments": arguments})

    def request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        return self.answer(self.ask(method, params))

    def tool(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool; its result."""
        answer = self.answer(self.call(name, **arguments))
        result: dict[str, Any] = answer["result"]
        return result

    def answer(self, asked: object) -> dict[str, Any]:
        """The answer with this id; what comes before it is kept or passed over."""
        return self.until(lambda message: "method" not in message and message["id"] == asked)

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message of this kind."""
        while True:
            message = self.message()
            if "method" in message:
                self.told.append(message)
            if wanted(message):
                return message

    def message(self) -> dict[str, Any]:
        """The next message, whatever it is."""
        assert self.process.stdout is not None
        while b"\n" not in self._rest:
            if not select.select([self.process.stdout], [], [], PATIENCE_S)[0]:
                raise TimeoutError("the server says nothing")
            data = os.read(self.process.stdout.fileno(), 1 << 18)
            if not data:
                raise EOFError("the server is gone")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message
