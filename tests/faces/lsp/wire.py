"""A client that speaks the bare protocol, so that it can also break its rules."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.faces.lsp.editor import COMMAND, ENVIRONMENT, PATIENCE_S, file_uri

_HEADER = re.compile(rb"Content-Length: (\d+)\r\n(?:Content-Type: [^\r\n]*\r\n)?\r\n")


class Wire:
    """A server process and what it says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        self.stdin, self.stdout, self.stderr = process.stdin, process.stdout, process.stderr
        self.heard: list[dict[str, Any]] = []
        self._last = 0

    def send_raw(self, octets: bytes) -> None:
        """Send octets as they are."""
        self.stdin.write(octets)

    def send_body(self, body: bytes) -> None:
        """Send a framed body."""
        self.send_raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def request(self, method: str, params: Any = None) -> int:
        """Send a request; returns its id."""
        self._last += 1
        message = {"jsonrpc": "2.0", "id": self._last, "method": method, "params": params}
        self.send_body(json.dumps(message).encode())
        return self._last

    def command(self, name: str, /, progress: str | None = None, **arguments: Any) -> int:
        """Send a command; returns the request's id."""
        params: dict[str, Any] = {"command": f"redraft.{name}", "arguments": [arguments]}
        return self.request(
            "workspace/executeCommand", params | ({"workDoneToken": progress} if progress else {})
        )

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send_body(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())

    async def hear(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The first message, heard already or to come, that is wanted."""
        for message in self.heard:
            if wanted(message):
                return message
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self._next()
                if wanted(message):
                    return message

    async def answer(self, identifier: int | None) -> dict[str, Any]:
        """The answer to a request."""
        return await self.hear(lambda m: "method" not in m and m.get("id") == identifier)

    async def ask(self, method: str, params: Any = None) -> dict[str, Any]:
        """Send a request and give its answer."""
        return await self.answer(self.request(method, params))

    async def told(self, method: str) -> dict[str, Any]:
        """The parameters of the first notification of a kind."""
        found: dict[str, Any] = (await self.hear(lambda m: m.get("method") == method))["params"]
        return found

    async def initialize(self, *folders: Path, **more: Any) -> dict[str, Any]:
        """Say hello as a plain client."""
        answer = await self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": {},
                "workspaceFolders": [
                    {"uri": file_uri(path), "name": path.name} for path in folders
                ],
                **more,
            },
        )
        self.notify("initialized", {})
        return answer

    async def ended(self) -> tuple[int, str]:
        """Wait for the end of the process: its exit code and what it logged."""
        async with asyncio.timeout(PATIENCE_S):
            log = await self.stderr.read()
            return await self.process.wait(), log.decode()

    async def leave(self) -> tuple[int, str]:
        """End it in the right way."""
        await self.ask("shutdown")
        self.notify("exit")
        return await self.ended()

    async def _next(self) -> dict[str, Any]:
        header = b""
        while not header.endswith(b"\r\n\r\n"):
            header += await self.stdout.readuntil(b"\r\n")
        match = _HEADER.fullmatch(header)
        assert match, f"no frame of the protocol: {header!r}"
        message: dict[str, Any] = json.loads(await self.stdout.readexactly(int(match[1])))
        self.heard.append(message)
        return message


@asynccontextmanager
async def wire(*command: str) -> AsyncIterator[Wire]:
    """A server of one's own; ``command`` in place of the usual way to start it."""
    process = await asyncio.create_subprocess_exec(
        *(command or COMMAND),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=ENVIRONMENT,
        limit=1 << 26,
    )
    client = Wire(process)
    try:
        yield client
    finally:
        if process.returncode is None:
            process.kill()
        with suppress(ConnectionError):
            client.stdin.close()
            await client.stdin.wait_closed()
        await client.stdout.read()
        await client.stderr.read()
        await process.wait()
