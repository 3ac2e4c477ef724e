"""A process of a race: ``python -m tests.recovery.racing.seat ROLE WHO ROOT LOGS SEED``.

It says ``ready``, is told when to begin and when to end, says ``done``, and is told when all are
done. What goes wrong inside comes out as a traceback and an exit code.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.recovery.racing.bystanders import Saver, read_global, touch_markers, watch_markers
from tests.recovery.racing.folder import IN_PLACE, MIXED, SHARED
from tests.recovery.racing.record import Log

FACES = {"lsp": "LSP", "mcp": "MCP", "cli": "CLI"}


def main() -> None:
    """Sit down and play."""
    role, who, root, logs, seed = sys.argv[1:]
    folder, place = Path(root), Path(logs)
    chance = Random(f"{seed} {who}")
    log = Log(place / f"{who}.log", who, FACES.get(role, "editor"))
    if role in FACES:
        # Imported here, because a bystander needs nothing of it and many begin at once.
        from tests.recovery.racing.playing import play

        with (place / f"{who}.stderr").open("ab") as stderr:
            play(role, folder, chance, log, stderr)
    else:
        _stand_by(role, folder, chance, log, begin())
        end()
    log.close()


def begin() -> Callable[[], bool]:
    """Say that all is ready, wait for the others; whether to go on is asked of the result."""
    _say("ready")
    moment = float(sys.stdin.readline())
    return lambda: time.monotonic() < moment


def end() -> None:
    """Say that the time is over, and wait until all have said so."""
    _say("done")
    sys.stdin.readline()


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _stand_by(role: str, root: Path, chance: Random, log: Log, going: Callable[[], bool]) -> None:
    if role == "reader":
        read_global(root, chance, log, going)
    elif role == "watcher":
        watch_markers(root, log, going)
    elif role == "person":
        touch_markers(root, chance, log, going)
    else:
        saver = Saver(root, chance, log)
        if role == "saver":
            saver.run(going, saver.beside, [*SHARED, *MIXED])
        else:
            saver.run(going, saver.in_place, IN_PLACE)


if __name__ == "__main__":
    main()
