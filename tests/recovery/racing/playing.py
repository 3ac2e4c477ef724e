"""A player's time at its seat, from the start of its server to the last look."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from typing import IO

from tests.recovery.racing.faces import Cli, Face, Lsp, Mcp
from tests.recovery.racing.folder import markers
from tests.recovery.racing.life_moves import next_move
from tests.recovery.racing.player import Player
from tests.recovery.racing.record import Log
from tests.recovery.racing.seat import begin, end

_FACES: dict[str, type[Lsp | Mcp | Cli]] = {"lsp": Lsp, "mcp": Mcp, "cli": Cli}
_SETTLED_WITHIN_S = 60


def play(role: str, root: Path, chance: Random, log: Log, stderr: IO[bytes]) -> None:
    """Play until the time is over."""
    face: Face = _FACES[role](root, stderr)
    player = Player(root, face, Cli(root, stderr), chance, log)
    try:
        going = begin()
        while going():
            next_move(chance)(player)
        end()
        _last_look(player)
    finally:
        complaint = face.finish()
    log.check(not complaint, "every server ends well when its client leaves", complaint)


def _last_look(player: Player) -> None:
    """All are still: what was written where nobody else writes is there, and the client knows."""
    for (session, path), version in player.steady.items():
        player.log.check(
            player.read(session, path) == [version],
            "at the end a steady session shows the last version that was acknowledged",
            f"{session} {path} should show {version}",
        )
    if isinstance(player.face, Lsp):
        _wait_for_snapshot(player, player.face)


def _wait_for_snapshot(player: Player, face: Lsp) -> None:
    """An editor is told in the end what is active, whoever changed it."""
    names = markers(player.root)
    active, told = names[0] if names else None, face.told()
    deadline = time.monotonic() + _SETTLED_WITHIN_S
    while told != active and time.monotonic() < deadline:
        time.sleep(0.1)
        player.ask(face, "session list")
        told = face.told()
    counts = [each["revision"] for each in face.snapshots]
    check = player.log.check
    check(told == active, "an editor is told what is active", f"{told} instead of {active}")
    check(counts == sorted(set(counts)), "snapshots are counted upwards", f"{counts}")
