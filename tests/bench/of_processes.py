"""The rows about whole processes: the language server and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter_ns

from tests.bench import agent
from tests.bench.client import OURS, STOCK, Client
from tests.bench.ground import SESSION, Book, Ground, settle, settle_for_others
from tests.bench.measure import SIZES, Pair, Row, Sample, timed

_REQUESTS = 100  # in one round: its sample is their median
_NOTHING: dict[str, object] = {"command": "stock.nothing", "arguments": []}
_STATUS: dict[str, object] = {"command": "redraft.session.status", "arguments": [{}]}


@contextmanager
def lsp_start(ground: Ground, n: int) -> Iterator[Pair]:
    root = ground.book(files=n, changes=n).path
    yield Pair(_starting(STOCK, root), _starting(OURS, root))


def _starting(command: list[str], root: str) -> Sample:
    """From nothing to the answer to ``initialize``."""

    def sample() -> float:
        begin = perf_counter_ns()
        with Client(command, root) as client:
            client.initialize(root)
            took = perf_counter_ns() - begin
        return took / 1e9

    return sample


@contextmanager
def lsp_status(ground: Ground, n: int) -> Iterator[Pair]:
    with _both(ground.book(files=n)) as (stock, ours):
        yield Pair(_round(stock, _NOTHING), _round(ours, _STATUS))


@contextmanager
def lsp_read(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(files=n)
    method = "redraft/fs/readFile"
    params = {"uri": f"redraft://{SESSION}{Path(book.path).as_uri()[7:]}/{next(book.spares)}"}
    with _both(book) as (stock, ours):
        assert len(ours.request(method, params)["result"]["content"]) > 20_000

        yield Pair(
            _round(stock, _NOTHING),
            lambda: median(ours.take_time(method, params) for _ in range(_REQUESTS)),
        )


@contextmanager
def lsp_resume(ground: Ground, n: int) -> Iterator[Pair]:
    pause: dict[str, object] = {"command": "redraft.session.pause", "arguments": [{}]}
    again: dict[str, object] = {
        "command": "redraft.session.resume",
        "arguments": [{"session": SESSION}],
    }
    with _both(ground.book(sessions=n)) as (stock, client):

        def ours() -> float:
            client.request("workspace/executeCommand", pause)
            return client.take_time("workspace/executeCommand", again)

        yield Pair(_round(stock, _NOTHING), ours)


@contextmanager
def _both(book: Book) -> Iterator[tuple[Client, Client]]:
    settle(book.root())
    with Client(STOCK, book.path) as stock, Client(OURS, book.path) as ours:
        for client, command in ((stock, _NOTHING), (ours, _STATUS)):
            client.initialize(book.path)
            for _ in range(200):
                client.request("workspace/executeCommand", command)
        yield stock, ours


def _round(client: Client, command: dict[str, object]) -> Sample:
    """The median of a round of requests, one after the other."""
    return lambda: median(
        client.take_time("workspace/executeCommand", command) for _ in range(_REQUESTS)
    )


@contextmanager
def memory_of_files(ground: Ground, n: int) -> Iterator[Pair]:
    yield _memory(ground.book(files=n, changes=n))


@contextmanager
def memory_of_sessions(ground: Ground, n: int) -> Iterator[Pair]:
    yield _memory(ground.book(sessions=n))


def _memory(book: Book) -> Pair:
    """What a server occupies after some work: the state looked at, documents read."""
    settle(book.root())
    uri = f"redraft://{SESSION}{Path(book.path).as_uri()[7:]}"

    def floor() -> float:
        with Client(STOCK, book.path) as client:
            client.initialize(book.path)
            for _ in range(20):
                client.request("workspace/executeCommand", _NOTHING)
            return client.resident()

    def ours() -> float:
        with Client(OURS, book.path) as client:
            client.initialize(book.path)
            for name in book.documents[:20]:
                client.request("workspace/executeCommand", _STATUS)
                client.request("redraft/fs/readFile", {"uri": f"{uri}/{name}"})
            return client.resident()

    return Pair(floor, ours)


@contextmanager
def mcp_status(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(files=n)
    settle(book.root())
    with (
        agent.Agent(agent.STOCK, book.path) as stock,
        agent.Agent(agent.OURS, book.path) as ours,
    ):
        for client, tool in ((stock, "nothing"), (ours, "get_active_session")):
            for _ in range(200):
                client.call(tool)
        yield Pair(_calls(stock, "nothing"), _calls(ours, "get_active_session"))


def _calls(client: agent.Agent, tool: str) -> Sample:
    """The median of a round of calls, one after the other."""
    params = {"name": tool, "arguments": {}}
    return lambda: median(client.take_time("tools/call", params) for _ in range(_REQUESTS))


@contextmanager
def cli_resolve(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(sessions=n)
    settle_for_others(book.root())
    script = Path(sys.executable).with_name("redraft")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "redraft"]
    document = book.documents[-1]
    yield Pair(
        _running([sys.executable, "-c", "pass"], book.path),
        _running([*command, "resolve", document], book.path),
    )


@contextmanager
def cli_hook(ground: Ground, n: int) -> Iterator[Pair]:
    """The event that comes most often: a document is about to be read."""
    book = ground.book(sessions=n)
    settle_for_others(book.root())
    script = Path(sys.executable).with_name("redraft")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "redraft"]
    event = {
        "hook_event_name": "PreToolUse",
        "tool_name": "Read",
        "tool_input": {"file_path": f"{book.path}/{book.documents[-1]}"},
        "cwd": book.path,
    }
    yield Pair(
        _running([sys.executable, "-c", "pass"], book.path),
        _running([*command, "hook"], book.path, json.dumps(event).encode()),
    )


def _running(command: list[str], cwd: str, given: bytes = b"") -> Sample:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REDRAFT_")}

    def run() -> None:
        subprocess.run(
            command, cwd=cwd, env=environment, check=True, stdout=subprocess.DEVNULL, input=given
        )

    return lambda: timed(run)


ROWS = [
    Row(
        name="lsp-start",
        title="language server: start to initialized",
        floor="a bare pygls server",
        about="files",
        sizes=SIZES[::2],
        slow=True,
        prepare=lsp_start,
        bar=1.2,
        most=12,
        least=8,
    ),
    Row(
        name="lsp-status",
        title="executeCommand status, ten changes, p50",
        floor="no-op of a stock pygls server",
        about="files",
        sizes=SIZES[:1],
        slow=True,
        prepare=lsp_status,
        bar=0.6,
        least=10,
    ),
    Row(
        name="lsp-read",
        title="redraft/fs/readFile of 20 KB, p50",
        floor="no-op of a stock pygls server",
        about="files",
        sizes=SIZES[:1],
        slow=True,
        prepare=lsp_read,
        bar=0.6,
        least=10,
    ),
    Row(
        name="lsp-resume",
        title="executeCommand resume, request to answer (aim: 5 ms)",
        floor="no-op of a stock pygls server",
        about="sessions",
        sizes=SIZES,
        slow=True,
        prepare=lsp_resume,
        limit=100e-3,
    ),
    Row(
        name="mcp-status",
        title="MCP get_active_session, ten changes, p50",
        floor="no-op tool of the same SDK",
        about="files",
        sizes=SIZES[:1],
        slow=True,
        prepare=mcp_status,
        bar=1.2,
        least=10,
    ),
    Row(
        name="cli-resolve",
        title="CLI resolve",
        floor="python -c pass",
        about="sessions",
        sizes=SIZES,
        slow=True,
        prepare=cli_resolve,
        bar=3,
        least=8,
    ),
    Row(
        name="cli-hook",
        title="CLI hook, before a Read",
        floor="python -c pass",
        about="sessions",
        sizes=SIZES,
        slow=True,
        prepare=cli_hook,
        bar=3,
        least=8,
    ),
    Row(
        name="memory-files",
        title="memory of the server",
        floor="a bare pygls server",
        about="files and changes",
        sizes=SIZES,
        slow=True,
        prepare=memory_of_files,
        bar=1.5,
        growth=0.02,
        unit="B",
        least=2,
        most=2,
    ),
    Row(
        name="memory-sessions",
        title="memory of the server",
        floor="a bare pygls server",
        about="sessions",
        sizes=SIZES,
        slow=True,
        prepare=memory_of_sessions,
        bar=1.5,
        growth=0.02,
        unit="B",
        least=2,
        most=2,
    ),
]
