"""Clients at work at one folder for a time: what each of them waits, and what its server occupies.

As a program it is one of them: ``python -m tests.proof.crowd FACE WHO ROOT LOGS SECONDS STEPS``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import IO, Any, NamedTuple

from tests.recovery.racing.faces import OK, Broken, Cli, Face, Lsp, Mcp

REPOSITORY = Path(__file__).resolve().parents[2]
FACES: dict[str, Callable[..., Face]] = {"lsp": Lsp, "mcp": Mcp, "cli": Cli}
DOCUMENTS = 20  # of each client; nobody else writes them
STEPS = 40
"""Reads and writes in the life of a session."""
_LOOK_S = 1.0


class Wait(NamedTuple):
    """How long one request took: ``at`` and ``took`` in seconds."""

    who: str
    operation: str
    at: float
    took: float


class Size(NamedTuple):
    """What a client's server occupied at a moment, in bytes."""

    who: str
    at: float
    occupied: int


class Crowd(NamedTuple):
    """All that the clients wrote down."""

    waits: list[Wait]
    sizes: list[Size]
    failures: list[str]


def path_of(who: str, number: int) -> str:
    """A document of a client."""
    return f"{who}/chapter-{number:02}.md"


def text_of(who: str, version: int) -> str:
    """A document's text: about 20 KB that say whose they are."""
    return f"{who}, version {version}: a line of prose that is about as long as one.\n" * 300


def build(root: Path, players: Iterable[str]) -> None:
    """A folder with some documents for each player."""
    for who in players:
        (root / who).mkdir(parents=True)
        for number in range(DOCUMENTS):
            (root / path_of(who, number)).write_text(text_of(who, 0))


def work(folder: Path, players: Sequence[str], seconds: float, steps: int = STEPS) -> Crowd:
    """Let clients work at one folder at the same time.

    Args:
        folder: an empty folder; afterwards it holds the root (``book``) and the clients' logs.
        players: the face of each: ``lsp``, ``mcp`` or ``cli``.
        seconds: for how long; each ends the session that it is at.
        steps: how many documents are read and written in the life of a session.
    """
    root = folder / "book"
    names = [f"{face}{number}" for number, face in enumerate(players)]
    build(root, names)
    command = [sys.executable, "-m", "tests.proof.crowd"]
    running = [
        subprocess.Popen(
            [*command, face, who, root, folder, str(seconds), str(steps)],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )
        for face, who in zip(players, names, strict=True)
    ]
    crowd = Crowd([], [], [])
    for who, process in zip(names, running, strict=True):
        if process.wait() != 0:
            crowd.failures.append(f"{who} ended with {process.returncode}")
        _read(folder / f"{who}.log", who, crowd)
        crowd.failures.extend(_astray(root, folder / f"{who}.json", who))
    return crowd


def _read(log: Path, who: str, crowd: Crowd) -> None:
    for line in log.read_text().splitlines():
        what, at, value = line.split("\t")
        if what == "failure":
            crowd.failures.append(f"{who}: {value}")
        elif what == "occupies":
            crowd.sizes.append(Size(who, float(at), int(value)))
        else:
            crowd.waits.append(Wait(who, what, float(at), float(value)))


def _astray(root: Path, told: Path, who: str) -> Iterator[str]:
    """The documents that do not hold what was committed last."""
    if not told.exists():
        return
    for path, version in json.loads(told.read_text()).items():
        if (root / path).read_text() != text_of(who, version):
            yield f"{path} does not hold version {version}, which was committed"


class _Client:
    """One client; its sessions come and go, and are ended in turn by commit and by cancel."""

    def __init__(self, face: Face, who: str, log: IO[str], steps: int) -> None:
        self.face = face
        self._who = who
        self._log = log
        self._steps = steps
        self._chance = Random(who)
        self._began = time.monotonic()
        self._looked = 0.0
        self._version = 0
        self.committed = {path_of(who, number): 0 for number in range(DOCUMENTS)}

    def life(self, number: int) -> None:
        """The life of one session."""
        session, held = f"{self._who}-{number}", dict(self.committed)
        path = path_of(self._who, 0)
        self._ask("start", "session start", None, name=session)
        for step in range(self._steps):
            path = self._chance.choice(list(held))
            if step % 2:
                self._version += 1
                text = text_of(self._who, self._version)
                self._ask("write", "write", session, path=path, content=text)
                held[path] = self._version
            else:
                read = self._ask("read", "read", session, path=path)
                if read.get("content") != text_of(self._who, held[path]):
                    self._write("failure", f"{path} of {session} is not version {held[path]}")
            if step % 10 == 9:
                self._ask("status", "session status", session)
        self._ask("list", "session list", None)
        self._ask("reject", "retry", session, file_path=path, reason="Too long")
        self._ask("checkpoint", "session checkpoint", session)
        if number % 2:
            self._ask("cancel", "session cancel", session, backup_retries=False)
        else:
            self._ask("commit", "session commit", session, force=True)
            self.committed = held

    def _ask(self, operation: str, verb: str, session: str | None, **given: Any) -> dict[str, Any]:
        begin = time.monotonic()
        code, result = self.face.run(verb, session, **given)
        took = time.monotonic() - begin
        self._write(operation, str(took))
        if code != OK:
            self._write("failure", f"{verb} was refused: {code} {result}")
        if begin - self._looked > _LOOK_S and isinstance(self.face, Lsp | Mcp):
            self._looked = begin
            self._write("occupies", str(self.face.occupied()))
        return result

    def _write(self, what: str, value: str) -> None:
        self._log.write(f"{what}\t{time.monotonic() - self._began:.3f}\t{value}\n")


def main() -> None:
    """Be one client."""
    name, who, root, logs, seconds, steps = sys.argv[1:]
    folder = Path(logs)
    with (folder / f"{who}.log").open("w") as log, (folder / f"{who}.stderr").open("ab") as stderr:
        face = FACES[name](Path(root), stderr)
        client = _Client(face, who, log, int(steps))
        end, number = time.monotonic() + float(seconds), 0
        while time.monotonic() < end:
            client.life(number)
            number += 1
        if wrong := face.finish():
            raise Broken(wrong)
    (folder / f"{who}.json").write_text(json.dumps(client.committed))


if __name__ == "__main__":
    main()
