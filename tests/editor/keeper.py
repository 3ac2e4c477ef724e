"""Keeps a program and all that it starts: when its own standard input ends, they end.

``python keeper.py PROGRAM ARGUMENT...`` is started with a pipe that its parent never writes to.
The kernel closes the pipe however the parent dies, so no server outlives a killed test run.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

GRACE = 5.0
"""Seconds that programs have to end by themselves."""

_PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """Run the program until it ends or standard input does; leave no process behind."""
    # What is orphaned comes to this process instead of to init, and is found.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # a Ctrl-C is for the parent, which then lets go
    program = subprocess.Popen(
        sys.argv[1:],
        stdin=subprocess.DEVNULL,
        preexec_fn=_as_usual,  # noqa: PLW1509 - there are no threads here
        start_new_session=True,
    )
    with contextlib.suppress(KeyboardInterrupt):
        _wait(program)
    _end(program)
    return program.returncode or 0


def _as_usual() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_DFL)


def _wait(program: subprocess.Popen[bytes]) -> None:
    """Until the program ends or nobody holds the other end of standard input any more."""
    ended = os.pidfd_open(program.pid)
    try:
        while True:
            ready, _, _ = select.select([0, ended], [], [])
            if ended in ready or not os.read(0, 1024):
                return
    finally:
        os.close(ended)


def _end(program: subprocess.Popen[bytes]) -> None:
    """End the group politely, then whatever is left by force, grandchildren included."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, sign)
        if sign == signal.SIGKILL:
            for pid in _descendants(os.getpid()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
        deadline = time.monotonic() + GRACE
        while _reap(program) and time.monotonic() < deadline:
            time.sleep(0.02)  # children of a stranger cannot be waited for with a time limit


def _reap(program: subprocess.Popen[bytes]) -> bool:
    """Bury the dead; whether somebody still lives."""
    program.poll()
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return True
    return False


def _descendants(pid: int) -> list[int]:
    """All processes below one, the youngest last."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *_descendants(child)]
    return found


if __name__ == "__main__":
    sys.exit(main())
