"""A race: processes on one folder for a time, then a look at everything."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.recovery.picture import litter
from tests.recovery.racing.faces import PATIENCE_S, Cli
from tests.recovery.racing.folder import STEADY, build, markers
from tests.recovery.racing.judge import Judge
from tests.recovery.racing.record import BROKEN, CHECKED, Entry, entries

REPOSITORY = Path(__file__).resolve().parents[3]
BYSTANDERS = ("saver", "presser", "reader")
_UNEXPECTED = (b"Traceback (most recent call last)", b"Unexpected ", b"CRITICAL", b"ERROR")


@dataclass(slots=True)
class Outcome:
    """What a race showed.

    Attributes:
        entries: every answer that a client got.
        checks: how often each promise was checked.
        failures: what did not hold, a line each.
    """

    entries: list[Entry] = field(default_factory=list)
    checks: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def check(self, holds: bool, promise: str, what: str = "") -> bool:
        """Count a check; note what was seen if it failed."""
        self.checks[promise] += 1
        if not holds:
            self.failures.append(f"{promise}: {what}")
        return holds

    def add(self, other: Outcome) -> None:
        """Take in what another race showed."""
        self.entries += other.entries
        self.checks += other.checks
        self.failures += other.failures


def race(
    folder: Path, seconds: float, seed: int, players: Iterable[str], *, person: bool
) -> Outcome:
    """Race, and judge.

    Args:
        folder: an empty folder; afterwards it holds the root (``book``) and the logs.
        seconds: for how long.
        seed: what the players' choices come from; not the order in which processes run.
        players: the face of each: ``lsp``, ``mcp`` or ``cli``.
        person: somebody touches and removes markers; without, a process watches that there are
            never two, and none only where that may be.
    """
    root, logs = folder / "book", folder / "logs"
    root.mkdir(parents=True)
    logs.mkdir()
    seats = [(role, f"{role}{number}") for number, role in enumerate(players)]
    build(root, [who for _, who in seats])
    outcome = Outcome()
    with (logs / "race.stderr").open("ab") as stderr:
        shell = Cli(root, stderr)
        for name in STEADY:
            shell.run("session start", name=name)
        seats += [(role, role) for role in (*BYSTANDERS, "person" if person else "watcher")]
        _play(seats, root, logs, seed, seconds, outcome)
        _judge(root, logs, shell, outcome)
    for file in logs.glob("*.stderr"):
        said = file.read_bytes()
        outcome.check(
            not any(word in said for word in _UNEXPECTED),
            "no process writes a traceback or an error to stderr",
            f"{file.name}: {said[:2000].decode('utf-8', 'replace')}",
        )
    return outcome


class _Seat:
    """One process of the race."""

    def __init__(self, role: str, who: str, root: Path, logs: Path, seed: int) -> None:
        self.who = who
        command = [sys.executable, "-m", "tests.recovery.racing.seat"]
        with (logs / f"{who}.stderr").open("ab") as stderr:
            self.process = subprocess.Popen(
                [*command, role, who, str(root), str(logs), str(seed)],
                cwd=REPOSITORY,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )

    def hear(self) -> str:
        """Wait until it says its word; empty if it ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().strip()

    def tell(self, word: str) -> None:
        """Tell it to go on."""
        _write(self.process.stdin, word)

    def end(self) -> int:
        """Wait for its end; its exit code."""
        try:
            code = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return code


def _write(pipe: IO[bytes] | None, word: str) -> None:
    assert pipe is not None
    try:
        pipe.write(f"{word}\n".encode())
        pipe.flush()
    except BrokenPipeError:
        return  # it ended; its exit code tells


def _play(
    roles: list[tuple[str, str]],
    root: Path,
    logs: Path,
    seed: int,
    seconds: float,
    outcome: Outcome,
) -> None:
    seats = [_Seat(role, who, root, logs, seed) for role, who in roles]
    heard = [seat.hear() for seat in seats]
    deadline = time.monotonic() + seconds
    for seat in seats:
        seat.tell(str(deadline))
    heard += [seat.hear() for seat in seats]
    for seat in seats:
        seat.tell("all are done")
    for seat in seats:
        code = seat.end()
        outcome.check(code == 0, "no process crashes", f"{seat.who} ended with {code}")
    expected = Counter({"ready": len(seats), "done": len(seats)})
    outcome.check(Counter(heard) == expected, "no process crashes", f"heard {Counter(heard)}")


def _judge(root: Path, logs: Path, shell: Cli, outcome: Outcome) -> None:
    told = entries(logs)
    for entry in told:
        if entry.verb == BROKEN:
            outcome.failures.append(f"{entry.who}: {entry.more['what']}")
        elif entry.verb == CHECKED:
            outcome.checks[entry.more["promise"]] += entry.more["count"]
    outcome.entries = [entry for entry in told if entry.verb not in (BROKEN, CHECKED)]
    listed = shell.run("session list").result
    judge = Judge(root, outcome.entries, outcome.check)
    judge.folder_is_clean(litter(root))
    left = markers(root)
    outcome.check(
        left == ([listed["active"]] if listed["active"] else []),
        "at the end there is one marker, or none",
        f"{left}, and {listed['active']} is active",
    )
    found = shell.run("doctor").result
    outcome.check(
        found.get("found") == [] and found.get("left") == [], "doctor finds nothing", str(found)
    )
    judge.everything()


def by_face(outcome: Outcome) -> dict[str, dict[str, Counter[str]]]:
    """How often each verb was answered with each code, by face and verb."""
    told: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for entry in outcome.entries:
        if entry.began and entry.verb not in ("committed", "unmarked"):
            told[entry.face][entry.verb][entry.code] += 1
    return told
