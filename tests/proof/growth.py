"""How a server's answers and its memory grow with files, with sessions and with changes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import Any, NamedTuple

from tests.bench.client import OURS, Client
from tests.bench.ground import SESSION, Book, Ground
from tests.bench.measure import exponent

PATIENCE_S = 600
_ROUNDS, _FEW = 45, 3
_SLOW_S = 0.1  # what takes longer is not repeated as often
_RESTING_NS = 1_000_000_000
_SETTLING_S, _UNTIL = 0.2, 200
"""How long, and how often at most, until what a server has seen is old enough to be relied upon."""


class Growth(NamedTuple):
    """What grows (``what``), how much of it there is, and which operations must not care."""

    what: str
    sizes: Sequence[int]
    flat: frozenset[str]

    def book(self, ground: Ground, n: int) -> Book:
        """A folder with ``n`` of it."""
        if self.what == "files":
            return ground.book(files=n, changes=10, sessions=1)
        if self.what == "changes":
            return ground.book(files=n, changes=n, sessions=1)
        return ground.book(files=100, changes=10, sessions=n)


class Grown(NamedTuple):
    """What was measured: seconds by operation and size, and bytes of the server's memory."""

    took: dict[str, dict[int, float]]
    occupied: dict[int, float]

    def exponent(self, operation: str) -> float:
        """The exponent of an operation's time."""
        return exponent(list(self.took[operation].items())) or 0.0

    def memory_exponent(self) -> float:
        """The exponent of the memory."""
        return exponent(list(self.occupied.items())) or 0.0


def grow(growth: Growth, ground: Ground) -> Grown:
    """Measure at each size, in a server that is started for it."""
    grown = Grown({}, {})
    for n in growth.sizes:
        book = growth.book(ground, n)
        with Client(OURS, book.path, patience_s=PATIENCE_S) as client:
            client.initialize(book.path)
            operations = _operations(client, book)
            _let_rest(operations["status"])
            for name, operation in operations.items():
                grown.took.setdefault(name, {})[n] = _typical(operation)
            grown.occupied[n] = client.resident()
    return grown


def _let_rest(look: Callable[[], float]) -> None:
    """Look for a while: a server that has just answered ``initialize`` still makes itself ready."""
    begin = perf_counter_ns()
    while perf_counter_ns() - begin < _RESTING_NS:
        look()


def _typical(operation: Callable[[], float]) -> float:
    """The median of some rounds, in seconds, without the first ones, which find nothing ready."""
    first = [operation()]
    while sum(first) < _SETTLING_S and len(first) < _UNTIL:
        first.append(operation())
    return median(operation() for _ in range(_FEW if first[-1] > _SLOW_S else _ROUNDS))


def _operations(client: Client, book: Book) -> dict[str, Callable[[], float]]:
    """What a client asks for, each giving the seconds until the whole answer is there."""

    def command(verb: str, **given: object) -> Callable[[], float]:
        params = _command(verb, **given)
        return lambda: _took(client, "workspace/executeCommand", params)

    def read() -> float:
        return _took(client, "redraft/fs/readFile", {"uri": uri(book.documents[-1])})

    def write(path: str) -> float:
        how = {"create": True, "overwrite": True}
        return _took(client, "redraft/fs/writeFile", {"uri": uri(path), "content": text, **how})

    def uri(path: str) -> str:
        return f"redraft://{SESSION}{Path(book.path).as_uri()[7:]}/{path}"

    def switch() -> float:
        there = command("session.switch", name=book.sessions[0])()
        return (there + command("session.switch", name=SESSION)()) / 2

    text = base64.b64encode(b"A line of prose that is about as long as one.\n" * 450).decode()
    spare = next(book.spares)
    return {
        "status": command("session.status"),
        "list": command("session.list"),
        "read": read,
        "first write": lambda: write(next(book.spares)),
        "next write": lambda: write(spare),
        "switch": switch,
    }


def _took(client: Client, method: str, params: dict[str, Any]) -> float:
    """The seconds of a request that is answered as it should be."""
    begin = perf_counter_ns()
    client.request(method, params)
    return (perf_counter_ns() - begin) / 1e9


class Bulk(NamedTuple):
    """A commit of many documents and its undo, in seconds, and what did not hold."""

    documents: int
    commit: float
    undo: float
    occupied: tuple[int, int]
    failures: list[str]


def commit_many(ground: Ground, n: int) -> Bulk:
    """Commit a session of ``n`` modified documents, look at each, and undo it."""
    book = ground.book(files=n, changes=n, sessions=1)
    drafts = _texts(f"{book.home}/files", book.documents)
    before = _texts(book.path, book.documents)
    failures = []
    with Client(OURS, book.path, patience_s=PATIENCE_S) as client:
        client.initialize(book.path)
        client.request("workspace/executeCommand", _command("session.status"))
        small = client.resident()
        committed = _took(
            client, "workspace/executeCommand", _command("session.commit", force=True)
        )
        if _texts(book.path, book.documents) != drafts:
            failures.append(f"after a commit of {n:,} documents some do not hold the drafts")
        undone = _took(client, "workspace/executeCommand", _command("session.undo"))
        if _texts(book.path, book.documents) != before:
            failures.append(f"after the undo of a commit of {n:,} some are not as they were")
        large = client.resident()
    ground.forget()
    return Bulk(n, committed, undone, (small, large), failures)


def _command(verb: str, **given: object) -> dict[str, Any]:
    return {"command": f"redraft.{verb}", "arguments": [given]}


def _texts(home: str, documents: Sequence[str]) -> list[int]:
    """What documents hold, as numbers that differ where the texts do."""
    return [hash(Path(home, path).read_bytes()) for path in documents]
