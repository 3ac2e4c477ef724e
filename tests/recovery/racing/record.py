"""What every process of a race writes down: one line for each answer it got."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic_ns
from typing import Any

BROKEN, CHECKED = "broken", "checked"
"""Entries that tell no operation: a promise that did not hold, and how often one was checked."""


@dataclass(slots=True)
class Entry:
    """One operation as its client saw it; times are of the clock that all processes share, in ns.

    Attributes:
        who: the client.
        face: ``LSP``, ``MCP``, ``CLI``, or ``editor`` for those who know nothing of Redraft.
        verb: the command, in the command line's words.
        code: ``ok``, or the error's code.
        session: the session that the answer (or else the request) named.
        path: the document, if the operation is about one.
        version: the version that it wrote.
        began: when it was sent.
        ended: when the answer was there.
        more: what the answer says beside.
    """

    who: str
    face: str
    verb: str
    code: str = "ok"
    session: str | None = None
    path: str = ""
    version: str = ""
    began: int = 0
    ended: int = 0
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def acknowledged(self) -> bool:
        """Whether it was done."""
        return self.code == "ok"


class Log:
    """Appends entries to a process's own file."""

    def __init__(self, file: Path, who: str, face: str) -> None:
        self._file = file.open("a", encoding="utf-8")
        self.who, self.face = who, face
        self._checks: dict[str, int] = {}

    def add(self, verb: str, **facts: Any) -> Entry:
        """Write an entry; it is in the file when this returns."""
        entry = Entry(self.who, self.face, verb, **facts)
        self._file.write(json.dumps(asdict(entry)) + "\n")
        self._file.flush()
        return entry

    def broken(self, what: str) -> None:
        """Note a promise that did not hold."""
        self.add(BROKEN, ended=monotonic_ns(), more={"what": what})

    def check(self, holds: bool, promise: str, what: str = "") -> bool:
        """Count a check; note what was seen if it failed. Returns ``holds``."""
        self._checks[promise] = self._checks.get(promise, 0) + 1
        if not holds:
            self.broken(f"{promise}: {what}")
        return holds

    def close(self) -> None:
        """Write how often each promise was checked."""
        for promise, count in self._checks.items():
            self.add(CHECKED, more={"promise": promise, "count": count})
        self._file.close()


def entries(folder: Path) -> list[Entry]:
    """All entries of all processes, in the order in which they ended."""
    found = [Entry(**json.loads(line)) for file in folder.glob("*.log") for line in _lines(file)]
    return sorted(found, key=lambda entry: entry.ended)


def _lines(file: Path) -> Iterator[str]:
    return iter(file.read_text(encoding="utf-8").splitlines())


def acknowledged(entries: Iterable[Entry], *verbs: str) -> list[Entry]:
    """The entries of these verbs that were done."""
    return [entry for entry in entries if entry.verb in verbs and entry.acknowledged]
