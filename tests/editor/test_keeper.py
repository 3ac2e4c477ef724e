"""The keeper: whatever its parent or its program do, no process is left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.editor.server import KEEPER, processes_with
from tests.editor.waiting import eventually

# A program that ignores being asked, with a child that has gone off into a session of its own.
STUBBORN = """
import os, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("ready", flush=True)
signal.pause()
"""


def keep(source: str, mark: Path) -> subprocess.Popen[bytes]:
    """Start a Python program under a keeper; its processes carry the mark."""
    return subprocess.Popen(
        [sys.executable, str(KEEPER), sys.executable, "-c", source],
        env={"MARK": str(mark)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_stubborn_programs_and_strayed_children_end_with_the_parent(tmp_path: Path) -> None:
    with keep(STUBBORN, tmp_path) as keeper:
        assert keeper.stdout
        assert keeper.stdin
        assert keeper.stdout.readline() == b"ready\n"
        assert len(processes_with(str(tmp_path))) == 3
        keeper.stdin.close()
        keeper.wait(30)
    assert processes_with(str(tmp_path)) == []


def test_a_parent_that_is_killed_takes_all_with_it(tmp_path: Path) -> None:
    parent = f"""
import subprocess, sys
keeper = subprocess.Popen([sys.executable, {str(KEEPER)!r}, sys.executable, "-c", {STUBBORN!r}],
                          stdin=subprocess.PIPE)
keeper.wait()
"""
    with subprocess.Popen(
        [sys.executable, "-c", parent], env={"MARK": str(tmp_path)}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.kill()
    eventually(lambda: not processes_with(str(tmp_path)), "nothing is left")


def test_the_end_of_the_program_is_the_end_of_its_keeper(tmp_path: Path) -> None:
    with keep("import sys; sys.exit(7)", tmp_path) as keeper:
        assert keeper.wait(30) == 7
